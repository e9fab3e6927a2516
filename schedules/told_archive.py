"""What a tenant was told of, or should have been, and that is over: a year at a time."""

from datetime import datetime

from sqlalchemy import BindParameter, Case, ColumnElement, Select, and_, case, func, literal, or_, select, true
from sqlalchemy.orm import aliased

from schedules.about import newer
from schedules.models import Impact, MaintenanceTenant, MaintenanceWindow, Release, Rollout
from schedules.notices import Notice, NoticeState, Says
from schedules.queries import WITH_THEIR_CHANGE, told_last, under_way
from schedules.searching import PublishedWord
from storage import db
from storage.sought import finds
from tenants.models import Tenant


def maintenance_told(tenant: Tenant, start: datetime, end: datetime, now: datetime) -> Select[Notice]:
    """Select what a tenant was told last of each maintenance of a time that is over by now, the latest first."""
    ended_at = (MaintenanceWindow.done_at, MaintenanceWindow.expected_until, Notice.ends_at, Notice.planned_at)
    over = func.coalesce(*ended_at) < now
    return (
        select(Notice)
        .join(MaintenanceWindow, MaintenanceWindow.id == Notice.maintenance_id)
        .where(
            Notice.tenant_id == tenant.id,
            *told_last(),
            Notice.planned_at >= start,
            Notice.planned_at < end,
            over,
            ~under_way(),
        )
        .order_by(Notice.planned_at.desc(), Notice.id.desc())
        .options(*WITH_THEIR_CHANGE)
    )


def maintenance_found(tenant: Tenant, words: list[str]) -> Select[Notice]:
    """Select what a tenant was told last of maintenance with words that begin with these, the latest first."""
    return (
        select(Notice)
        .join(MaintenanceWindow, MaintenanceWindow.id == Notice.maintenance_id)
        .where(Notice.tenant_id == tenant.id, *told_last(), finds(MaintenanceWindow, words))
        .order_by(Notice.planned_at.desc(), Notice.id.desc())
        .options(*WITH_THEIR_CHANGE)
    )


def releases_found(tenant: Tenant, words: list[str]) -> Select[Notice]:
    """Select the dates that a tenant was told last of releases with such words that have no notes to read yet.

    The latest date first; what was called off is left out.
    """
    published = select(PublishedWord.id).where(PublishedWord.release_id == Release.id).exists()
    return (
        select(Notice)
        .join(Release, Release.id == Notice.release_id)
        .where(
            Notice.tenant_id == tenant.id,
            *told_last(),
            Notice.says != Says.CANCELLED,
            finds(Release, words),
            ~published,
        )
        .order_by(Notice.planned_at.desc(), Notice.id.desc())
        .options(*WITH_THEIR_CHANGE)
    )


def untold(tenant: Tenant, start: datetime, end: datetime, now: datetime) -> list[MaintenanceWindow]:
    """Maintenance of a time of which nobody was mailed and that is over by now; the latest first.

    It had no impact, or it was over when it was imported.
    """
    return list(
        db.session.scalars(
            select(MaintenanceWindow)
            .where(*_untold(tenant, now), MaintenanceWindow.starts_at >= start, MaintenanceWindow.starts_at < end)
            .order_by(MaintenanceWindow.starts_at.desc(), MaintenanceWindow.id.desc())
        )
    )


def first_maintenance_at(tenant: Tenant, now: datetime) -> datetime | None:
    """When the first maintenance began that this archive has, None where it is empty; two queries."""
    told = select(func.min(Notice.planned_at)).where(
        Notice.tenant_id == tenant.id, Notice.maintenance_id.is_not(None), *told_last()
    )
    others = select(func.min(MaintenanceWindow.starts_at)).where(*_untold(tenant, now))
    return min(filter(None, (db.session.scalar(told), db.session.scalar(others))), default=None)


def _untold(tenant: Tenant, now: datetime) -> tuple[ColumnElement[bool], ...]:
    named = select(MaintenanceTenant.maintenance_id).where(MaintenanceTenant.tenant_id == tenant.id)
    has_notice = (
        select(Notice.id)
        .where(Notice.tenant_id == tenant.id, Notice.maintenance_id == MaintenanceWindow.id)
        .correlate(MaintenanceWindow)
        .exists()
    )
    # What was before a customer came is not its own; one that was imported was here before.
    since = MaintenanceWindow.starts_at >= tenant.joined_at if not tenant.imported else true()
    return (
        MaintenanceWindow.product_id == tenant.product_id,
        MaintenanceWindow.cancelled_at.is_(None),
        (MaintenanceWindow.impact == Impact.NO_IMPACT) | (MaintenanceWindow.imported & ~has_notice),
        MaintenanceWindow.lasts_until < now,
        ~under_way(),
        MaintenanceWindow.all_tenants | MaintenanceWindow.id.in_(named),
        since,
    )


def notices_told(tenant: Tenant, start: datetime, end: datetime, known_at: datetime | None) -> Select[Notice]:
    """Select every notice to a tenant, of changes in a time, each revision, the latest change first.

    With ``known_at`` those that the tenant itself may read of at that moment.
    """
    return (
        select(Notice)
        .where(*_told_to(tenant, known_at), Notice.planned_at >= start, Notice.planned_at < end)
        .order_by(Notice.planned_at.desc(), Notice.kind, Notice.revision.desc(), Notice.id.desc())
        .options(*WITH_THEIR_CHANGE)
    )


def first_notice_told(tenant: Tenant, known_at: datetime | None) -> datetime | None:
    """The moment of the first change of which there is such a notice, None where there is none."""
    return db.session.scalar(select(func.min(Notice.planned_at)).where(*_told_to(tenant, known_at)))


def last_notice_told(tenant: Tenant, known_at: datetime | None) -> datetime | None:
    """The same of the last one."""
    return db.session.scalar(select(func.max(Notice.planned_at)).where(*_told_to(tenant, known_at)))


def _told_to(tenant: Tenant, known_at: datetime | None) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return Notice.tenant_id == tenant.id, true() if known_at is None else known(known_at)


def known(now: datetime) -> ColumnElement[bool]:
    """Whether a tenant may read of a notice: of a plan once it is announced, of a breach once the change has come."""
    return Notice.announced_at.is_not(None) | (Notice.state == NoticeState.TAKEN_OVER) | _broken(now)


def state_known() -> Case[NoticeState]:
    """How far a notice has come, as its tenant may know: what replaces it shows once that was announced as well."""
    replaced = (Notice.state == NoticeState.SUPERSEDED) & told_last()[1]
    before = case(
        (Notice.completed_at.is_not(None), _state(NoticeState.COMPLETE)),
        (Notice.given_at.is_not(None), _state(NoticeState.GIVEN)),
        (Notice.told_plan.is_(None), _state(NoticeState.TAKEN_OVER)),
        else_=_state(NoticeState.ANNOUNCED),
    )
    return case((replaced, before), else_=Notice.state)


def _state(state: NoticeState) -> BindParameter[NoticeState]:
    return literal(state, Notice.state.type)


def _broken(now: datetime) -> ColumnElement[bool]:
    """It was missed, and took place nevertheless: it was neither called off nor moved before its time."""
    later = aliased(Notice)
    followed = select(later.id).where(
        newer(later),
    )
    release = select(Release.id).where(Release.id == Notice.release_id, Release.cancelled_at <= Notice.planned_at)
    window = select(MaintenanceWindow.id).where(
        MaintenanceWindow.id == Notice.maintenance_id, MaintenanceWindow.cancelled_at <= Notice.planned_at
    )
    own = select(Rollout.id).where(
        Rollout.release_id == Notice.release_id,
        Rollout.tenant_id == Notice.tenant_id,
        Rollout.kind == Notice.kind,
        Rollout.cancelled_at <= Notice.planned_at,
    )
    off = or_(*(one.correlate(Notice).exists() for one in (release, window, own)))
    return and_(
        Notice.state == NoticeState.MISSED,
        Notice.planned_at <= now,
        ~followed.correlate(Notice).exists(),
        # That it is off is a notice too.
        ~off | (Notice.says == Says.CANCELLED),
    )
