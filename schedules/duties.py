"""Duties to give notice: made for every tenant that lacks one, kept up when a date or an agreement changes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import insert, update

from outbox.services import cancel_held_by
from schedules.notices import OPEN_STATES, TOLD_STATES, Notice, NoticeState, Says
from schedules.occasions import Occasion
from schedules.reckoning import Reckoner, following
from schedules.standing import Standing, has_own_dates_ahead, parties, standings
from schedules.undoing import MOVED_SINCE, forget_moves
from sla.terms import Change
from storage import db
from tenants.models import Product


@dataclass
class Kept:
    """How many duties were made, moved along with their change, and replaced because they had been told."""

    made: int = 0
    recomputed: int = 0
    superseded: int = 0

    def __add__(self, other: "Kept") -> "Kept":
        return Kept(self.made + other.made, self.recomputed + other.recomputed, self.superseded + other.superseded)


def keep_up(product: Product, occasions: Iterable[Occasion], now: datetime) -> Kept:
    """Make and keep up, in the running transaction, the duties of every tenant for changes that lie ahead.

    What is given keeps its terms; what was told and then moved is superseded by a duty to tell the move.
    """
    reckoner = Reckoner(product)
    total = Kept()
    for occasion in occasions:
        if occasion.planned_at > now or has_own_dates_ahead(occasion, now):
            total += _keep_up_one(reckoner, occasion, now)
    return total


def withdraw(occasions: Iterable[Occasion], now: datetime, *, known_to_all: bool = False) -> None:
    """Take back, in the running transaction, the duties of a cancelled change: whoever was told must hear of it.

    What took place before stays as it was. ``known_to_all`` is a release whose notes everybody can read: then those
    hear that it does not reach production who were not told its dates.
    """
    for occasion in occasions:
        if occasion.planned_at > now or has_own_dates_ahead(occasion, now):
            everybody = known_to_all and occasion.kind is Change.PRODUCTION
            _withdraw(standings(occasion).values(), occasion, now, known_to_all=everybody)


def withdraw_from(occasion: Occasion, tenant_ids: Collection[int], now: datetime) -> None:
    """The same for some tenants, of whom alone it was called off."""
    found = standings(occasion)
    _withdraw([found[one] for one in tenant_ids if one in found], occasion, now)


def _withdraw(found: Iterable[Standing], occasion: Occasion, now: datetime, *, known_to_all: bool = False) -> None:
    ahead = [one for one in found if max(one.row.planned_at, one.row.previous_at or one.row.planned_at) > now]
    rows = [one.row for one in ahead]
    never_told = [row for row in rows if _never_told(row)]
    told = [row for row in rows if row.state in TOLD_STATES or (row.state in OPEN_STATES and row.announced_at)]
    # A missed notice stays missed; its reader may have seen the change on the portal, or know an older date.
    seen = [row for row in rows if row.state is NoticeState.MISSED and (row.announced_at or row.previous_at)]
    # Here and not when the reader is told: a reminder of what is off must not leave in between.
    cancel_held_by(occasion.name, [row.tenant_id for row in rows], "it was cancelled since")
    _set_state(never_told, NoticeState.CANCELLED)
    _set_state(told, NoticeState.SUPERSEDED)
    # Of a move that was never told, the reader knows the old date.
    known = [(row, row.planned_at, row.ends_at) for row in [*told, *seen]]
    known += [(row, row.previous_at, row.previous_ends_at) for row in never_told if row.previous_at]
    # What was missed and then moved is told as if it were new, but the portal has shown its old date since.
    known += [
        (one.row, one.shown.planned_at, one.shown.ends_at)
        for one in ahead
        if one.shown is not None and one.row.previous_at is None and _never_told(one.row)
    ]
    if known_to_all:
        heard = {row.tenant_id for row, _starts_at, _ends_at in known}
        known += [(row, row.planned_at, row.ends_at) for row in never_told if row.tenant_id not in heard]
    _insert(
        {
            **following(row, now),
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


def _keep_up_one(reckoner: Reckoner, everybodys: Occasion, now: datetime) -> Kept:
    found = standings(everybodys)
    new: list[dict[str, Any]] = []
    moved: list[dict[str, Any]] = []
    replaced: list[Any] = []
    back: list[Standing] = []
    again: list[Any] = []
    for party in parties(reckoner.product, everybodys):
        occasion = everybodys if party.own_at is None else replace(everybodys, planned_at=party.own_at)
        if occasion.planned_at <= now:
            continue
        standing = found.get(party.id)
        if standing is None:
            new.append(reckoner.first(occasion, party, now))
            continue
        row = standing.row
        if row.says is Says.CANCELLED or row.state in {NoticeState.CANCELLED, NoticeState.SUPERSEDED}:
            if party.own_at is not None:
                # It was called off for this tenant alone, and has a date again.
                new.append({**reckoner.first(occasion, party, now), "revision": row.revision + 1})
                again.append(row)
            continue
        is_open = _never_told(row)
        if row.says is Says.MOVED and is_open and _is_back(row, occasion):
            back.append(standing)
        elif not is_open and (row.planned_at, row.ends_at) != (occasion.planned_at, occasion.ends_at):
            replaced.append(row)
            new.append(reckoner.after_move(occasion, party, standing, now))
        elif row.state in OPEN_STATES or row.state is NoticeState.ANNOUNCED:
            changed = reckoner.renewed(occasion, party, standing, now)
            if changed:
                moved.append({"id": row.id, **changed})
    if replaced or again:
        cancel_held_by(everybodys.name, [row.tenant_id for row in [*replaced, *again]], MOVED_SINCE)
    _set_state([row for row in replaced if row.state is not NoticeState.MISSED], NoticeState.SUPERSEDED)
    _set_state([row for row in again if _never_told(row)], NoticeState.CANCELLED)
    forget_moves(everybodys, back, now)
    _insert(new)
    _update(moved)
    return Kept(len(new) - len(replaced), len(moved), len(replaced))


def _never_told(row: Any) -> bool:
    """Open, and not because its mails came back: those showed on the portal and in calendars."""
    return row.state in OPEN_STATES and row.announced_at is None


def _is_back(row: Any, occasion: Occasion) -> bool:
    """Whether a change has returned to what the reader was told, before the move was."""
    return (row.previous_at, row.previous_ends_at) == (occasion.planned_at, occasion.ends_at)


def _insert(duties: Iterable[dict[str, Any]]) -> None:
    # All rows of one insert have the same columns.
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
    rows = [blank | duty for duty in duties]
    if rows:
        db.session.execute(insert(Notice), rows)


def _set_state(rows: list[Any], state: NoticeState) -> None:
    _update([{"id": row.id, "state": state} for row in rows])


def _update(changes: list[dict[str, Any]]) -> None:
    if changes:
        # Everybody who writes many notices takes them in the same order, so that none waits for another in a circle.
        db.session.execute(update(Notice), sorted(changes, key=lambda change: int(change["id"])))
