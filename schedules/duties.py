"""Duties to give notice: made for every tenant that lacks one, kept up when a date or an agreement changes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, delete, insert, select, update

from schedules.models import OPEN_STATES, TOLD_STATES, MaintenanceTenant, Notice, NoticeState, Says
from schedules.occasions import Occasion
from sla.notice import latest_announcement, latest_moment
from sla.terms import Change
from storage import db
from tenants.models import Agreement, Product, Tenant
from tenants.terms import Overrides, sla_terms, under_agreement


@dataclass
class Kept:
    """How many duties were made, moved along with their change, and replaced because they had been told."""

    made: int = 0
    recomputed: int = 0
    superseded: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(self.made + other.made, self.recomputed + other.recomputed, self.superseded + other.superseded)


@dataclass(frozen=True)
class Party:
    """A tenant as far as its duties are concerned."""

    id: int
    joined_at: datetime
    imported: bool
    overrides: Overrides


@dataclass
class Reckoner:
    """Reckons deadlines; ten thousand tenants share a handful of agreements, so each answer is kept."""

    product: Product
    kept: dict[tuple[Change, datetime, Overrides], dict[str, Any]] = field(default_factory=dict)

    def promise(self, occasion: Occasion, overrides: Overrides) -> dict[str, Any]:
        """Return what is promised of an occasion under an agreement: period, clause, deadline, time to announce."""
        key = (occasion.kind, occasion.planned_at, overrides)
        if key not in self.kept:
            zone = self.product.zone
            terms = under_agreement(sla_terms(self.product, occasion.planned_at.astimezone(zone).date()), overrides)
            deadline = latest_announcement(occasion.kind, occasion.planned_at, terms, zone)
            self.kept[key] = {
                "period": str(terms.notice(occasion.kind)),
                "clause": terms.clause(occasion.kind),
                "deadline_at": deadline,
                # A week is what the SLA aims at for maintenance: missed is what starts unannounced (SLA 3.3).
                "lapses_at": occasion.planned_at if occasion.kind is Change.MAINTENANCE else deadline,
                "announce_at": latest_moment(self.product.ahead, deadline, zone),
            }
        return self.kept[key]


def keep_up(product: Product, occasions: Iterable[Occasion], now: datetime) -> Kept:
    """Make and keep up, in the running transaction, the duties of every tenant for changes that lie ahead.

    What is given keeps its terms; what was told and then moved is superseded by a duty to tell the move.
    """
    reckoner = Reckoner(product)
    total = Kept()
    for occasion in occasions:
        if occasion.planned_at > now:
            total += _keep_up_one(reckoner, occasion, now)
    return total


def withdraw(occasions: Iterable[Occasion], now: datetime) -> None:
    """Take back, in the running transaction, the duties of a cancelled change: whoever was told must hear of it."""
    for occasion in occasions:
        rows = _latest_rows(occasion)
        never_told = [row for row in rows if row.state in OPEN_STATES]
        told = [row for row in rows if row.state in TOLD_STATES]
        _set_state(never_told, NoticeState.CANCELLED)
        _set_state(told, NoticeState.SUPERSEDED)
        # Of a move that was never told, the reader knows the old date.
        known = [(row, row.planned_at, row.ends_at) for row in told]
        known += [(row, row.previous_at, row.previous_ends_at) for row in never_told if row.previous_at]
        _insert(
            {
                **_following(row, now),
                "says": Says.CANCELLED,
                "planned_at": starts_at,
                "ends_at": ends_at,
                "period": row.period,
                "clause": row.clause,
                "deadline_at": starts_at,
                "lapses_at": starts_at,
            }
            for row, starts_at, ends_at in known
            if starts_at > now
        )


def _keep_up_one(reckoner: Reckoner, occasion: Occasion, now: datetime) -> Kept:
    rows = {row.tenant_id: row for row in _latest_rows(occasion)}
    new: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    replaced: list[Any] = []
    back: list[Any] = []
    for party in _parties(reckoner.product, occasion):
        row = rows.get(party.id)
        if row is None:
            new.append(_first_duty(reckoner, occasion, party, now))
        elif row.says is Says.CANCELLED or row.state in {NoticeState.CANCELLED, NoticeState.SUPERSEDED}:
            continue
        elif row.says is Says.MOVED and row.state in OPEN_STATES and _is_back(row, occasion):
            back.append(row)
        elif row.state in OPEN_STATES:
            changed = _recomputed(reckoner, occasion, party, row, now)
            if changed:
                moved.append({"id": row.id, **changed})
        elif row.planned_at != occasion.planned_at or row.ends_at != occasion.ends_at:
            replaced.append(row)
            new.append(_duty_after_move(reckoner, occasion, party, row, now))
        elif row.state is NoticeState.ANNOUNCED:
            promise = reckoner.promise(occasion, party.overrides)
            if row.period != promise["period"]:
                moved.append({"id": row.id, **_without_time_to_announce(promise)})
    _set_state([row for row in replaced if row.state is not NoticeState.MISSED], NoticeState.SUPERSEDED)
    _forget_moves(back, occasion)
    _insert(new)
    if moved:
        db.session.execute(update(Notice), moved)
    return Kept(len(new) - len(replaced), len(moved), len(replaced))


def _first_duty(reckoner: Reckoner, occasion: Occasion, party: Party, now: datetime) -> dict[str, Any]:
    duty = {
        **_identity(occasion),
        **reckoner.promise(occasion, party.overrides),
        "tenant_id": party.id,
        "planned_at": occasion.planned_at,
        "ends_at": occasion.ends_at,
        "created_at": now,
    }
    taken_over_at = _taken_over_at(occasion, party)
    if occasion.announced_at or (taken_over_at and duty["deadline_at"] < taken_over_at):
        duty |= {"state": NoticeState.TAKEN_OVER, "announced_at": occasion.announced_at}
    elif duty["deadline_at"] < party.joined_at:
        # A tenant that joined after the deadline is told at once.
        duty |= {"joined_late": True, "lapses_at": occasion.planned_at, "announce_at": now}
    elif duty["deadline_at"] < now:
        duty |= {"waiver_id": occasion.waiver_id, "announce_at": now}
        duty["later_than_aimed"] = occasion.kind is Change.MAINTENANCE
        if occasion.waiver_id:
            duty["lapses_at"] = occasion.planned_at
    return _complete(duty)


def _recomputed(reckoner: Reckoner, occasion: Occasion, party: Party, row: Any, now: datetime) -> dict[str, Any]:
    """What changes in a duty that nobody has been told of yet; empty where nothing does."""
    promise = reckoner.promise(occasion, party.overrides)
    if (row.planned_at, row.ends_at, row.period) == (occasion.planned_at, occasion.ends_at, promise["period"]):
        return {}
    changed = {"planned_at": occasion.planned_at, "ends_at": occasion.ends_at, **promise}
    if row.says is Says.MOVED:
        changed |= _time_to_tell_a_move(reckoner.product, occasion, row.previous_at, promise, now)
    elif promise["deadline_at"] < party.joined_at or row.joined_late:
        changed |= {"joined_late": True, "lapses_at": occasion.planned_at, "announce_at": now}
    elif promise["deadline_at"] < now and occasion.waiver_id:
        changed |= {"waiver_id": occasion.waiver_id, "lapses_at": occasion.planned_at}
    elif promise["deadline_at"] < now:
        # The agreement came after its own deadline: told at once, as to a tenant that joins.
        changed |= {"joined_late": True, "lapses_at": occasion.planned_at, "announce_at": now}
    return changed


def _duty_after_move(reckoner: Reckoner, occasion: Occasion, party: Party, row: Any, now: datetime) -> dict[str, Any]:
    promise = reckoner.promise(occasion, party.overrides)
    duty = {**_following(row, now), "planned_at": occasion.planned_at, "ends_at": occasion.ends_at, **promise}
    if row.state is not NoticeState.MISSED:
        duty |= {"says": Says.MOVED, "previous_at": row.planned_at, "previous_ends_at": row.ends_at}
        duty |= _time_to_tell_a_move(reckoner.product, occasion, row.planned_at, promise, now, given=_was_given(row))
    if duty["lapses_at"] < now:
        duty |= {"waiver_id": occasion.waiver_id, "lapses_at": occasion.planned_at}
    return _complete(duty)


def _time_to_tell_a_move(
    product: Product,
    occasion: Occasion,
    previous_at: datetime,
    promise: dict[str, Any],
    now: datetime,
    *,
    given: bool = True,
) -> dict[str, Any]:
    """A postponement keeps the notice given and is told by the old start; anything else needs the full period again."""
    postponed = occasion.planned_at >= previous_at and given and not product.restart_when_postponed
    deadline = previous_at if postponed else promise["deadline_at"]
    lapses = previous_at if postponed else promise["lapses_at"]
    return {"announce_at": now, "deadline_at": deadline, "lapses_at": lapses}


def _parties(product: Product, occasion: Occasion) -> Iterable[Party]:
    query = (
        select(
            Tenant.id,
            Tenant.joined_at,
            Tenant.imported,
            Agreement.acceptance_notice,
            Agreement.production_notice,
            Agreement.maintenance_notice,
        )
        .outerjoin(Agreement)
        .where(Tenant.product_id == product.id)
    )
    if not occasion.all_tenants:
        query = query.join(MaintenanceTenant, MaintenanceTenant.tenant_id == Tenant.id).where(
            MaintenanceTenant.maintenance_id == occasion.maintenance_id
        )
    for tenant_id, joined_at, imported, *overrides in db.session.execute(query):
        yield Party(tenant_id, joined_at, imported, (overrides[0], overrides[1], overrides[2]))


def _latest_rows(occasion: Occasion) -> list[Any]:
    """The newest duty of each tenant for an occasion, without loading objects."""
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
        Notice.joined_late,
        Notice.given_at,
    )
    found = db.session.execute(select(*columns).where(about(occasion)).order_by(Notice.revision))
    return list({row.tenant_id: row for row in found}.values())


def about(occasion: Occasion) -> ColumnElement[bool]:
    """The condition that a notice is about this occasion."""
    if occasion.release_id is not None:
        return (Notice.release_id == occasion.release_id) & (Notice.kind == occasion.kind)
    return Notice.maintenance_id == occasion.maintenance_id


def _taken_over_at(occasion: Occasion, party: Party) -> datetime | None:
    """From when on a duty can be ours, where the plan or the tenant came from another administration."""
    moments = [occasion.imported_at, party.joined_at if party.imported else None]
    return max((moment for moment in moments if moment), default=None)


def _is_back(row: Any, occasion: Occasion) -> bool:
    """Whether a change has returned to what the reader was told, before the move was."""
    return (row.previous_at, row.previous_ends_at) == (occasion.planned_at, occasion.ends_at)


def _forget_moves(rows: list[Any], occasion: Occasion) -> None:
    """Drop duties to tell a move that has been undone; the notices they superseded stand again."""
    if not rows:
        return
    told = case(
        (Notice.completed_at.is_not(None), NoticeState.COMPLETE.value),
        (Notice.given_at.is_not(None), NoticeState.GIVEN.value),
        (Notice.announced_at.is_not(None), NoticeState.ANNOUNCED.value),
        else_=NoticeState.TAKEN_OVER.value,
    )
    state = NoticeState.TAKEN_OVER.value if occasion.announced_at else told
    for row in rows:
        before = (Notice.tenant_id == row.tenant_id) & (Notice.revision == row.revision - 1) & about(occasion)
        db.session.execute(
            update(Notice).where(before).values(state=state).execution_options(synchronize_session=False)
        )
        db.session.execute(delete(Notice).where(Notice.id == row.id).execution_options(synchronize_session=False))


def _was_given(row: Any) -> bool:
    return row.given_at is not None or row.state is NoticeState.TAKEN_OVER


def _identity(occasion: Occasion) -> dict[str, Any]:
    return {"release_id": occasion.release_id, "maintenance_id": occasion.maintenance_id, "kind": occasion.kind}


def _following(row: Any, now: datetime) -> dict[str, Any]:
    """The duty that comes after ``row``: the same tenant and change, one revision on, to be told at once."""
    return {
        "tenant_id": row.tenant_id,
        "release_id": row.release_id,
        "maintenance_id": row.maintenance_id,
        "kind": row.kind,
        "revision": row.revision + 1,
        "announce_at": now,
        "created_at": now,
    }


def _complete(duty: dict[str, Any]) -> dict[str, Any]:
    """Fill in what is not said, so that all rows of one insert have the same columns."""
    blank = {
        "says": Says.PLANNED,
        "revision": 1,
        "previous_at": None,
        "previous_ends_at": None,
        "state": NoticeState.PLANNED,
        "waiver_id": None,
        "joined_late": False,
        "later_than_aimed": False,
        "announced_at": None,
    }
    return blank | duty


def _without_time_to_announce(promise: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in promise.items() if name != "announce_at"}


def _insert(duties: Iterable[dict[str, Any]]) -> None:
    rows = [_complete(duty) for duty in duties]
    if rows:
        db.session.execute(insert(Notice), rows)


def _set_state(rows: list[Any], state: NoticeState) -> None:
    if rows:
        db.session.execute(update(Notice), [{"id": row.id, "state": state} for row in rows])
