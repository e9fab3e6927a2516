"""When full support of the version that a tenant runs ends, from what it was told or everybody may know (SLA 4.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from sqlalchemy import select

from schedules.ical import start_of
from schedules.models import Release
from schedules.notices import Notice, Says
from schedules.own_dates_told import OwnDates
from schedules.public_dates import PublicDate, public_dates
from schedules.queries import told_last, told_notices
from sla.terms import Change
from sla.versions import release_line, support_ends_with
from storage import db
from tenants.installed import running
from tenants.models import EnvironmentKind, Tenant


@dataclass(frozen=True)
class SupportEnd:
    """The day on which a release reaches production that puts the version that runs more than one behind."""

    version: str
    ended_by: str
    release_id: int
    on: date
    sequence: int
    stamp: datetime
    called_off: bool = False


def support_ends(tenant: Tenant, told: Iterable[Notice], today: date) -> list[SupportEnd]:
    """Return the end that is known, and those that would have come with a release whose cancellation was told.

    ``told`` is what the tenant was told of each change last. Empty where the end is not known yet: of a release that
    everybody will get, the date counts once this tenant was told it, once it has passed, or once it is public. The date
    of its own that a tenant has for its update says nothing of it, and what it was told before holds. Source: SLA 4.2.
    """
    installation = running(tenant)[EnvironmentKind.PRODUCTION]
    return ends_of_version(tenant, installation.version, told, today) if installation is not None else []


def ends_of_version(tenant: Tenant, version: str, told: Iterable[Notice], today: date) -> list[SupportEnd]:
    """The same for any version, as far as this tenant may know. Source: SLA 4.2."""
    notices = {notice.release_id: notice for notice in told if notice.kind is Change.PRODUCTION}
    rows = db.session.scalars(select(Release).where(Release.product_id == tenant.product_id)).all()
    off = {row.id for row in rows if row.id in notices and _is_off(notices[row.id], row)}
    known = {row.version: row for row in rows if row.id not in off and (row.id in notices or row.cancelled_at is None)}
    line = release_line(version, list(known))
    if line is None:
        return []
    dates = _Dates(tenant, notices, today)
    ended_by = support_ends_with(line, list(known))
    ending = [known[ended_by]] if ended_by else []
    ending += [row for row in rows if row.id in off and support_ends_with(line, [*known, row.version]) == row.version]
    return [end for end in map(partial(dates.end_of, line), ending) if end is not None]


def without_support(tenant: Tenant, release: Release, at: datetime, now: datetime) -> SupportEnd | None:
    """The end of full support of what production runs, where a release ends it that gets there only later, at ``at``.

    None where full support lasts until then, or where its end may not be known. Source: SLA 4.2.
    """
    ends = support_ends(tenant, told_notices(tenant, now), now.date())
    end = next((one for one in ends if one.ended_by == release.version and not one.called_off), None)
    return end if end is not None and end.on < at.astimezone(tenant.product.zone).date() else None


class _Dates:
    """The dates of production that a tenant may know."""

    def __init__(self, tenant: Tenant, told: Mapping[int | None, Notice], today: date) -> None:
        self.tenant, self.told, self.midnight = tenant, told, start_of(today)
        self.own_dates = OwnDates(tenant, Change.PRODUCTION)

    def end_of(self, line: str, release: Release) -> SupportEnd | None:
        notice, zone = self.told.get(release.id), self.tenant.product.zone
        called_off = notice is not None and _is_off(notice, release)
        if notice is not None and not self.own_dates.told_by(notice):
            at, revision, stamp = _as_told(notice)
        elif release.production_at <= self.midnight and release.cancelled_at is None:
            at, revision, stamp = release.production_at, release.revision, release.production_at
        elif (public := self._public(release)) is not None:
            at, revision, stamp = public.planned_at, public.revision, public.told_at
        elif notice is not None and (before := self._told_before(release)) is not None:
            at, revision, stamp = _as_told(before)
            if called_off:
                _at, revision, stamp = _as_told(notice)
        else:
            return None
        on = at.astimezone(zone).date()
        return SupportEnd(line, release.version, release.id, on, revision - 1, stamp, called_off)

    def _told_before(self, release: Release) -> Notice | None:
        """What a tenant with a date of its own was told last of everybody's."""
        told, _last = told_last()
        rows = db.session.scalars(
            select(Notice)
            .where(
                Notice.tenant_id == self.tenant.id,
                Notice.release_id == release.id,
                Notice.kind == Change.PRODUCTION,
                Notice.says != Says.CANCELLED,
                told,
            )
            .order_by(Notice.revision.desc())
        )
        return next((one for one in rows if not self.own_dates.told_by(one)), None)

    def _public(self, release: Release) -> PublicDate | None:
        """The date that everybody may know; asked for where the tenant itself was not told."""
        if not self.tenant.product.public_calendar:
            return None
        found = public_dates(Release.id == release.id, Notice.kind == Change.PRODUCTION)
        return next((one for one in found if not one.called_off), None)


def _is_off(notice: Notice, release: Release) -> bool:
    """Whether a tenant was told that a release is off for everybody, and not its own update alone."""
    return notice.says is Says.CANCELLED and release.cancelled_at is not None


def _as_told(notice: Notice) -> tuple[datetime, int, datetime]:
    return notice.planned_at, notice.revision, notice.announced_at or notice.created_at
