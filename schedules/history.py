"""Take over releases from another administration, in the running transaction.

What lies in the past may have broken the promises of its time; that is history. What can never be, such as a fifth
release in a year, is refused all the same. Nothing here commits: a file is taken over as a whole or not at all.
"""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from evidence.actors import Actor
from evidence.chain import Happening
from schedules import on_record
from schedules.models import Release
from schedules.version_order import check_version_order
from sla.releases import free_slot, release_year
from sla.terms import RELEASES_PER_YEAR
from sla.versions import version_key
from storage import Refused, db
from tenants.history import TakenOver
from tenants.models import EnvironmentKind, Product


@dataclass(frozen=True)
class ReleaseRecord:
    """A release as another administration knows it; the announcements are those that it made itself."""

    version: str
    acceptance_at: datetime
    production_at: datetime
    title_nl: str = ""
    title_en: str = ""
    acceptance_announced_at: datetime | None = None
    production_announced_at: datetime | None = None


def take_over_release(
    product: Product, record: ReleaseRecord, by: Actor, now: datetime
) -> tuple[TakenOver, list[Happening]]:
    """Make a release that is not there yet, or renew the titles of the one that is.

    Returns which, and what is to go on record at the end of the transaction.

    Raises Refused for what cannot be, and for one that stands with other dates: that is a move, which is announced.
    """
    if record.production_at <= record.acceptance_at:
        raise Refused("production_at", _("Production must come after acceptance. Choose a later moment."))
    standing = _release_of(product, record.version)
    if standing is not None:
        return _renew_release(standing, record, by, now), []
    check_version_order(product, record.version, record.production_at)
    year = release_year(record.production_at, product.zone)
    taken = db.session.scalars(select(Release.slot).where(Release.product_id == product.id, Release.year == year))
    slot = free_slot(one for one in taken if one is not None)
    if slot is None:
        raise Refused(
            "production_at",
            _(
                "This is one release too many in %(year)d: there are %(most)d a year at most (SLA 3.3).",
                year=year,
                most=RELEASES_PER_YEAR,
            ),
        )
    release = Release(
        product=product,
        version=record.version,
        title_nl=record.title_nl,
        title_en=record.title_en,
        acceptance_at=record.acceptance_at,
        production_at=record.production_at,
        year=year,
        slot=slot,
        planned_by=by.name,
        changed_by=by.name,
        created_at=now,
        imported=True,
        acceptance_announced_at=record.acceptance_announced_at,
        production_announced_at=record.production_announced_at,
        # What the environments run is imported as well; the clock must not record it over again.
        acceptance_recorded_at=now if record.acceptance_at <= now else None,
    )
    db.session.add(release)
    db.session.flush()
    return TakenOver.NEW, [on_record.taken_over(release, by)]


def release_dates(product: Product) -> dict[str, dict[EnvironmentKind, datetime]]:
    """Return when each version of a product reaches each environment; without what was cancelled."""
    rows = db.session.scalars(select(Release).where(Release.product_id == product.id, Release.cancelled_at.is_(None)))
    return {release.version: {kind: release.planned_at(kind) for kind in EnvironmentKind} for release in rows}


def _release_of(product: Product, version: str) -> Release | None:
    """The release of a version; a cancelled one only where no other has taken its place."""
    try:
        key = version_key(version)
    except ValueError:
        raise Refused("version", _("This is not a version. Write it as 2027.1.")) from None
    rows = db.session.scalars(select(Release).where(Release.product_id == product.id)).all()
    same = [release for release in rows if version_key(release.version) == key]
    found = min(same, key=lambda release: release.cancelled_at is not None, default=None)
    if found is not None and found.version != version:
        raise Refused("version", _("This is the same version as %(version)s.", version=found.version))
    return found


def _renew_release(release: Release, record: ReleaseRecord, by: Actor, now: datetime) -> TakenOver:
    for field in ("acceptance_at", "production_at"):
        if getattr(release, field) != getattr(record, field):
            raise Refused(field, stands_at(release.product, getattr(release, field)))
    for field in ("acceptance_announced_at", "production_announced_at"):
        given = getattr(record, field)
        if given is not None and given != getattr(release, field):
            raise Refused(
                field, _("This release stands here without that announcement. Record it with its notices, by hand.")
            )
    titles = record.title_nl, record.title_en
    if release.cancelled_at is not None or titles == (release.title_nl, release.title_en):
        return TakenOver.UNCHANGED
    release.title_nl, release.title_en = titles
    release.edits += 1
    release.edited_at, release.changed_by = now, by.name
    return TakenOver.CHANGED


def stands_at(product: Product, moment: datetime) -> str:
    """What is said of a date that a file cannot move."""
    local = f"{moment.astimezone(product.zone):%Y-%m-%dT%H:%M}"
    return _("It is planned at %(local)s here. Move it in the application, so that everybody hears of it.", local=local)
