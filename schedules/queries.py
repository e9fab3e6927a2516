"""Reads of plans and duties that several faces share; none grows with the number of tenants in queries."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, select, true
from sqlalchemy.orm import aliased, joinedload

from schedules.about import newer
from schedules.models import Impact, MaintenanceTenant, MaintenanceWindow, Release
from schedules.notices import TOLD_STATES, Notice, NoticeState, Says
from sla.terms import RELEASES_PER_YEAR
from storage import db
from tenants.models import Product, Tenant

# Pages and calendars say of each notice what it is about: read with it, not one by one.
WITH_THEIR_CHANGE = (joinedload(Notice.release), joinedload(Notice.maintenance), joinedload(Notice.waiver))


def releases_of_year(product: Product, year: int) -> list[Release | None]:
    """The four slots of a year in order of production date, None for each that is free."""
    taken = db.session.scalars(
        select(Release)
        .where(Release.product_id == product.id, Release.year == year, Release.cancelled_at.is_(None))
        .order_by(Release.production_at)
    ).all()
    return [*taken, *[None] * (RELEASES_PER_YEAR - len(taken))]


def releases(product: Product) -> Sequence[Release]:
    """All releases, the newest production date first, cancelled ones too."""
    return db.session.scalars(
        select(Release).where(Release.product_id == product.id).order_by(Release.production_at.desc())
    ).all()


def release_named(product: Product, version: str) -> Release | None:
    """The release of a version: the one that stands, else the one cancelled last."""
    return db.session.scalars(
        select(Release)
        .where(Release.product_id == product.id, Release.version == version)
        .order_by(Release.cancelled_at.is_not(None), Release.cancelled_at.desc())
        .limit(1)
    ).one_or_none()


def next_production(product: Product, now: datetime) -> Release | None:
    """The release that reaches production next, None where none is planned."""
    return db.session.scalars(
        select(Release)
        .where(Release.product_id == product.id, Release.cancelled_at.is_(None), Release.production_at > now)
        .order_by(Release.production_at)
        .limit(1)
    ).one_or_none()


def planned_ahead(product: Product) -> int:
    """How many releases were planned before they came; the earlier ones that an import brought are not among them."""
    found = select(func.count(Release.id)).where(
        Release.product_id == product.id, Release.created_at < Release.production_at
    )
    return db.session.scalar(found) or 0


def releases_ahead(product: Product, now: datetime, until: datetime) -> Sequence[Release]:
    """The releases that reach acceptance or production between two moments, in order of production."""
    return db.session.scalars(
        select(Release)
        .where(
            Release.product_id == product.id,
            Release.cancelled_at.is_(None),
            Release.acceptance_at.between(now, until) | Release.production_at.between(now, until),
        )
        .order_by(Release.production_at)
    ).all()


def releases_used(product: Product, years: Sequence[int]) -> dict[int, int]:
    """How many of the four releases of each of these years are taken (SLA 3.3)."""
    rows = db.session.execute(
        select(Release.year, func.count())
        .where(Release.product_id == product.id, Release.year.in_(years), Release.cancelled_at.is_(None))
        .group_by(Release.year)
    )
    return dict.fromkeys(years, 0) | {row[0]: row[1] for row in rows}


def windows(
    product: Product, *, ahead_of: datetime | None = None, until: datetime | None = None
) -> Sequence[MaintenanceWindow]:
    """Maintenance windows: all, the latest first; or those not ended at a moment, the first one first.

    Of the latter, with ``until`` only those that start before it.
    """
    query = select(MaintenanceWindow).where(MaintenanceWindow.product_id == product.id)
    if ahead_of is None:
        return db.session.scalars(query.order_by(MaintenanceWindow.starts_at.desc())).all()
    return db.session.scalars(
        query.where(
            MaintenanceWindow.lasts_until > ahead_of,
            MaintenanceWindow.cancelled_at.is_(None),
            MaintenanceWindow.starts_at < until if until is not None else true(),
        ).order_by(MaintenanceWindow.starts_at)
    ).all()


def unanswered_windows(product: Product, now: datetime) -> Sequence[MaintenanceWindow]:
    """Maintenance that should be done by now, and of which nobody has said that it is; the first one first."""
    return db.session.scalars(
        select(MaintenanceWindow)
        .where(
            MaintenanceWindow.product_id == product.id,
            MaintenanceWindow.started_at.is_not(None),
            MaintenanceWindow.done_at.is_(None),
            MaintenanceWindow.lasts_until <= now,
        )
        .order_by(MaintenanceWindow.starts_at)
    ).all()


def notices_of_tenant(tenant: Tenant) -> Sequence[Notice]:
    """Every notice of a tenant, the latest change first, with the revisions of one change together."""
    return db.session.scalars(
        select(Notice)
        .where(Notice.tenant_id == tenant.id)
        .order_by(Notice.planned_at.desc(), Notice.kind, Notice.revision.desc())
        .options(*WITH_THEIR_CHANGE)
    ).all()


def told_notices(tenant: Tenant, since: datetime) -> list[Notice]:
    """What a tenant has been told of changes that end after a moment: of each change the newest that was announced.

    A change that moved shows its old date until the move is announced; maintenance ends when it was done, or is
    expected to be now, and not before somebody says so where it has started. The first change comes first.
    """
    window = aliased(MaintenanceWindow)
    ran_on = select(window.id).where(
        window.product_id == tenant.product_id,
        (window.done_at >= since) | (window.expected_until >= since) | under_way(window),
    )
    done = select(window.id).where(window.id == Notice.maintenance_id, window.done_at < since).exists()
    return list(
        db.session.scalars(
            select(Notice)
            .where(
                Notice.tenant_id == tenant.id,
                (func.coalesce(Notice.ends_at, Notice.planned_at) >= since) | Notice.maintenance_id.in_(ran_on),
                ~done,
                *told_last(),
            )
            .order_by(Notice.planned_at, Notice.id)
            .options(*WITH_THEIR_CHANGE)
        )
    )


def under_way(window: type[MaintenanceWindow] = MaintenanceWindow) -> ColumnElement[bool]:
    """The condition that maintenance has started and is not done, whatever the clock says of its end."""
    return and_(window.started_at.is_not(None), window.done_at.is_(None), window.cancelled_at.is_(None))


def told_last() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions that a notice was told, and is the newest that was told of its change to its tenant."""
    later = aliased(Notice)
    told_later = (
        select(later.id)
        .where(
            newer(later),
            later.announced_at.is_not(None),
        )
        .exists()
    )
    # What was taken over counts as told, also once it has moved.
    told = Notice.announced_at.is_not(None) | Notice.state.in_([NoticeState.TAKEN_OVER, NoticeState.SUPERSEDED])
    return told, ~told_later


def quiet_windows(tenant: Tenant, since: datetime, *, cancelled: bool = False) -> list[MaintenanceWindow]:
    """Maintenance without impact that touches a tenant: nobody is mailed, and the portal shows it.

    What was called off is left out, unless ``cancelled``: calendars must go on to say so.
    """
    named = select(MaintenanceTenant.maintenance_id).where(MaintenanceTenant.tenant_id == tenant.id)
    return list(
        db.session.scalars(
            select(MaintenanceWindow)
            .where(
                MaintenanceWindow.product_id == tenant.product_id,
                MaintenanceWindow.impact == Impact.NO_IMPACT,
                (MaintenanceWindow.lasts_until >= since) | under_way(),
                true() if cancelled else MaintenanceWindow.cancelled_at.is_(None),
                MaintenanceWindow.all_tenants | MaintenanceWindow.id.in_(named),
            )
            # As with notices: a calendar's bytes must not hang on how a database happens to read its rows.
            .order_by(MaintenanceWindow.starts_at, MaintenanceWindow.id)
        )
    )


def told_of(window: MaintenanceWindow) -> ColumnElement[bool]:
    """The condition that a notice told its tenant of a window, be it too late."""
    missed = (Notice.state == NoticeState.MISSED) & Notice.announced_at.is_not(None)
    told = Notice.state.in_(TOLD_STATES) | missed
    return (Notice.maintenance_id == window.id) & (Notice.says != Says.CANCELLED) & told
