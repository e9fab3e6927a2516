"""What a tenant runs, until when that has full support, and what comes next: a customer's answer in ten seconds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from schedules.notices import Notice, Says
from schedules.queries import told_notices
from schedules.support import SupportPicture, support_picture
from schedules.support_end import SupportEnd, ends_of_version
from schedules.unconfirmed import unconfirmed_updates
from sla.terms import Change
from sla.versions import Support
from tenants.installed import running
from tenants.models import EnvironmentKind, Installation, Tenant

# Of what took place just now: a day that has begun is not over everywhere.
LATELY = timedelta(days=2)


@dataclass(frozen=True)
class EnvironmentAhead:
    """One environment: what it runs, its support, and its next update as the tenant was told of it."""

    kind: EnvironmentKind
    installation: Installation | None
    support: Support
    # When full support ends or ended, where the tenant may know.
    ends: SupportEnd | None
    next: Notice | None
    # An update whose moment has come, and whose version nobody has reported.
    begun: Notice | None
    # Of a production date: the update of acceptance that comes before it, where that is still ahead.
    acceptance: Notice | None = None
    # Later updates that it was told of as well, the first one first.
    further: Sequence[Notice] = ()

    @property
    def version(self) -> str | None:
        return self.installation.version if self.installation is not None else None


@dataclass(frozen=True)
class Ahead:
    """All of it: production first, then the maintenance and what was called off, the first one first."""

    environments: list[EnvironmentAhead]
    picture: SupportPicture
    maintenance: list[Notice]
    called_off: list[Notice]


def ahead_of(tenant: Tenant, now: datetime) -> Ahead:
    """Return what a tenant runs and what it was told to come; nothing that it has not been told.

    A constant number of queries. Source: SLA 3.3, 4.1, 4.2.
    """
    told = told_notices(tenant, now - LATELY)
    coming = [one for one in told if not is_over(one, now)]
    stands = [one for one in coming if one.says is not Says.CANCELLED]
    picture, runs, today = support_picture(tenant.product, now), running(tenant), now.date()
    begun = unconfirmed_updates(tenant, runs, now)
    return Ahead(
        environments=[
            _environment(tenant, kind, runs[kind], picture, told, stands, begun.get(kind), today)
            for kind in (EnvironmentKind.PRODUCTION, EnvironmentKind.ACCEPTANCE)
        ],
        picture=picture,
        maintenance=[one for one in stands if one.kind is Change.MAINTENANCE],
        called_off=[one for one in coming if one.says is Says.CANCELLED],
    )


def is_over(notice: Notice, now: datetime) -> bool:
    """Whether a change has ended: an update when it takes place, maintenance that started once somebody says so."""
    window = notice.maintenance
    if window is None:
        return notice.planned_at <= now
    if window.started_at is not None and window.done_at is None and window.cancelled_at is None:
        return False
    return window.until(notice.planned_at, notice.ends_at or notice.planned_at) < now


def end_that_stands(ends: Sequence[SupportEnd]) -> SupportEnd | None:
    return next((one for one in ends if not one.called_off), None)


def _environment(
    tenant: Tenant,
    kind: EnvironmentKind,
    installation: Installation | None,
    picture: SupportPicture,
    told: Sequence[Notice],
    stands: Sequence[Notice],
    begun: Notice | None,
    today: date,
) -> EnvironmentAhead:
    version = installation.version if installation is not None else None
    updates = [one for one in stands if one.kind.value == kind.value]
    following = updates[0] if updates else None
    acceptance = None
    if following is not None and kind is EnvironmentKind.PRODUCTION:
        acceptance = next(
            (one for one in stands if one.kind is Change.ACCEPTANCE and one.release_id == following.release_id), None
        )
    return EnvironmentAhead(
        kind=kind,
        installation=installation,
        support=picture.status(version),
        ends=end_that_stands(ends_of_version(tenant, version, told, today)) if version else None,
        next=following,
        begun=begun,
        acceptance=acceptance,
        further=updates[1:],
    )
