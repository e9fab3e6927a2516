"""Where every tenant stands with a change: its newest duty, and the date it was last given notice of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import aliased

from schedules.about import about_occasion, newer
from schedules.models import MaintenanceTenant, Rollout
from schedules.notices import Notice, NoticeState
from schedules.occasions import Occasion
from storage import db
from tenants.models import Agreement, Product, Tenant
from tenants.terms import Overrides


@dataclass(frozen=True)
class Party:
    """A tenant as far as its duties are concerned."""

    id: int
    joined_at: datetime
    imported: bool
    overrides: Overrides
    # The date of its own that it has for an update, if any.
    own_at: datetime | None = None


@dataclass(frozen=True)
class Standing:
    """The newest duty of a tenant for an occasion, the one before it, and the last date it was given notice of."""

    row: Any
    before: Any | None
    given_for: datetime | None
    # The newest that was announced: what the tenant's portal shows.
    shown: Any | None


def parties(product: Product, occasion: Occasion) -> Iterable[Party]:
    """Yield the tenants that must hear of an occasion; one query."""
    query = (
        select(
            Tenant.id,
            Tenant.joined_at,
            Tenant.imported,
            Agreement.acceptance_notice,
            Agreement.production_notice,
            Agreement.maintenance_notice,
            Rollout.planned_at,
        )
        .outerjoin(Agreement)
        .outerjoin(
            Rollout,
            (Rollout.tenant_id == Tenant.id)
            & (Rollout.release_id == occasion.release_id)
            & (Rollout.kind == occasion.kind)
            & Rollout.cancelled_at.is_(None),
        )
        .where(Tenant.product_id == product.id)
        .order_by(Tenant.id)
    )
    if not occasion.all_tenants:
        query = query.join(MaintenanceTenant, MaintenanceTenant.tenant_id == Tenant.id).where(
            MaintenanceTenant.maintenance_id == occasion.maintenance_id
        )
    for tenant_id, joined_at, imported, acceptance, production, maintenance, own_at in db.session.execute(query):
        yield Party(tenant_id, joined_at, imported, (acceptance, production, maintenance), own_at)


def has_own_dates_ahead(occasion: Occasion, now: datetime) -> bool:
    """Whether a tenant has a date of its own for an update that still lies ahead."""
    if occasion.release_id is None:
        return False
    of_occasion = (Rollout.release_id == occasion.release_id) & (Rollout.kind == occasion.kind)
    of_occasion &= Rollout.cancelled_at.is_(None)
    return db.session.scalar(select(Rollout.id).where(of_occasion, Rollout.planned_at > now).limit(1)) is not None


def standings(occasion: Occasion) -> dict[int, Standing]:
    """Return where each tenant stands with an occasion, without loading objects; one query.

    The rows stay ours until the transaction ends: none of them is announced meanwhile.
    """
    columns = (
        Notice.id,
        Notice.tenant_id,
        Notice.release_id,
        Notice.maintenance_id,
        Notice.kind,
        Notice.says,
        Notice.revision,
        Notice.state,
        Notice.planned_at,
        Notice.ends_at,
        Notice.previous_at,
        Notice.previous_ends_at,
        Notice.period,
        Notice.clause,
        Notice.deadline_at,
        Notice.lapses_at,
        Notice.announce_at,
        Notice.joined_late,
        Notice.announced_at,
        Notice.told_plan,
        Notice.given_at,
        Notice.completed_at,
    )
    found: dict[int, Standing] = {}
    # A later revision has a higher id; by id, because settling locks in that order too.
    query = select(*columns).where(about_occasion(occasion)).order_by(Notice.id).with_for_update()
    for row in db.session.execute(query):
        earlier = found.get(row.tenant_id)
        given_before = earlier.given_for if earlier is not None else None
        given_for = row.planned_at if _was_given(row) else given_before
        shown = row if row.announced_at is not None else earlier.shown if earlier is not None else None
        found[row.tenant_id] = Standing(row, earlier.row if earlier is not None else None, given_for, shown)
    return found


def still_holding(change: ColumnElement[bool], planned_at: datetime, *, restart: bool) -> Select[int]:
    """Select the tenants whose notice still holds when a change gets a new date: for them it is put off at most.

    They were given notice of that date or of one before it, and have been told of no later one since. With
    ``restart`` only notice of the date itself holds.
    """
    later = aliased(Notice)
    told_later = (
        select(later.id)
        .where(
            newer(later),
            later.announced_at.is_not(None),
            (later.planned_at != planned_at) if restart else (later.planned_at > planned_at),
        )
        .exists()
    )
    holds = (Notice.planned_at == planned_at) if restart else (Notice.planned_at <= planned_at)
    return select(Notice.tenant_id).where(change, _given(), holds, ~told_later)


@dataclass(frozen=True)
class Known:
    """What one notice of a change means for the dates to come: its date, whether it was given, whether announced."""

    planned_at: datetime
    given: bool
    announced: bool


def known(row: Any) -> Known:
    return Known(row.planned_at, _was_given(row), row.announced_at is not None)


def holds(told: Sequence[Known], planned_at: datetime, *, restart: bool) -> bool:
    """The same as ``still_holding`` for one tenant, whose notices are at hand in the order of their revisions."""
    for number, notice in enumerate(told):
        fits = notice.planned_at == planned_at if restart else notice.planned_at <= planned_at
        if notice.given and fits and not any(_tells_later(one, planned_at, restart) for one in told[number + 1 :]):
            return True
    return False


def holds_from(told: Sequence[Known], *, restart: bool) -> datetime | None:
    """Return the first date for which ``holds`` would say yes, None where none does.

    It says so of every later one as well; with ``restart`` of no other, of dates that were told by us.
    """
    given = [notice.planned_at for notice in told if notice.given]
    later = [notice.planned_at for notice in told if notice.announced]
    return next((at for at in sorted({*given, *later}) if given and holds(told, at, restart=restart)), None)


def _tells_later(notice: Known, planned_at: datetime, restart: bool) -> bool:
    return notice.announced and (notice.planned_at != planned_at if restart else notice.planned_at > planned_at)


def _was_given(row: Any) -> bool:
    taken_over = row.told_plan is None and row.state in {NoticeState.TAKEN_OVER, NoticeState.SUPERSEDED}
    return row.given_at is not None or taken_over


def _given() -> ColumnElement[bool]:
    """That a notice was given, or taken over as given: then it was never told by us, also when it has moved since."""
    taken_over = Notice.told_plan.is_(None) & Notice.state.in_([NoticeState.TAKEN_OVER, NoticeState.SUPERSEDED])
    return Notice.given_at.is_not(None) | taken_over
