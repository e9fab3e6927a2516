"""What a duty promises: its period, its deadline, when to announce it, and what makes it late."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from schedules.notices import NoticeState, Says
from schedules.occasions import Occasion
from schedules.standing import Party, Standing
from sla.notice import latest_announcement, latest_moment
from sla.terms import Change
from tenants.models import Product
from tenants.terms import Overrides, sla_terms, under_agreement

_NOT_LATE: dict[str, Any] = {"waiver_id": None, "joined_late": False, "later_than_aimed": False}
_OF_THE_PROMISE = ("period", "clause", "deadline_at", "lapses_at")


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

    def first(self, occasion: Occasion, party: Party, now: datetime) -> dict[str, Any]:
        """Return the duty of a tenant that has none for an occasion yet."""
        promise = self.promise(occasion, party.overrides)
        duty = {
            "release_id": occasion.release_id,
            "maintenance_id": occasion.maintenance_id,
            "kind": occasion.kind,
            **promise,
            "tenant_id": party.id,
            "planned_at": occasion.planned_at,
            "ends_at": occasion.ends_at,
            "created_at": now,
        }
        if _is_taken_over(occasion, party, promise["deadline_at"]):
            return duty | {"state": NoticeState.TAKEN_OVER, "announced_at": occasion.announced_at}
        return duty | _lateness(occasion, party, promise["deadline_at"], now)

    def renewed(self, occasion: Occasion, party: Party, standing: Standing, now: datetime) -> dict[str, Any]:
        """Return what changes in a duty that has not been given; empty where nothing does.

        One that is in the outbox already keeps what its mail says: only what was promised can change in it.
        """
        row, promise = standing.row, self.promise(occasion, party.overrides)
        if not self._has_new_grounds(occasion, row, promise):
            # Only the time ahead of the deadline changed; what a person let leave earlier stays so.
            waits = row.announce_at > now and row.says is not Says.MOVED
            return (
                {"announce_at": promise["announce_at"]} if waits and row.announce_at != promise["announce_at"] else {}
            )
        fresh = {
            "planned_at": occasion.planned_at,
            "ends_at": occasion.ends_at,
            **promise,
            **_NOT_LATE,
            "state": NoticeState.PLANNED,
        }
        if row.says is Says.MOVED:
            fresh |= self._time_to_tell_a_move(occasion, standing, row.previous_at, promise, now)
        else:
            if row.planned_at == occasion.planned_at:
                fresh |= _lateness(occasion, party, promise["deadline_at"], now)
            elif promise["deadline_at"] < now:
                # It was here when the date was changed.
                fresh |= _told_late(occasion, now)
            if promise["deadline_at"] < now and fresh["waiver_id"] is None:
                # The agreement came after its own deadline: told at once, as to a tenant that joins.
                fresh |= {"joined_late": True, "lapses_at": occasion.planned_at, "announce_at": now}
        if row.announced_at is not None:
            return {name: fresh[name] for name in _OF_THE_PROMISE} | {
                "joined_late": row.joined_late or fresh["joined_late"]
            }
        return fresh

    def after_move(self, occasion: Occasion, party: Party, standing: Standing, now: datetime) -> dict[str, Any]:
        """Return the duty to tell a tenant of a move; one whose notice was missed hears of it as if it were new."""
        row, promise = standing.row, self.promise(occasion, party.overrides)
        duty = {**following(row, now), "planned_at": occasion.planned_at, "ends_at": occasion.ends_at, **promise}
        if row.state is NoticeState.MISSED:
            return duty | (_told_late(occasion, now) if promise["deadline_at"] < now else {})
        duty |= {"says": Says.MOVED, "previous_at": row.planned_at, "previous_ends_at": row.ends_at}
        return duty | self._time_to_tell_a_move(occasion, standing, row.planned_at, promise, now)

    def _has_new_grounds(self, occasion: Occasion, row: Any, promise: dict[str, Any]) -> bool:
        """Whether the date or the agreement changed. That time went by changes no promise."""
        if (row.planned_at, row.ends_at, row.period) != (occasion.planned_at, occasion.ends_at, promise["period"]):
            return True
        return row.says is Says.PLANNED and row.deadline_at != promise["deadline_at"]

    def _time_to_tell_a_move(
        self, occasion: Occasion, standing: Standing, known_at: datetime, promise: dict[str, Any], now: datetime
    ) -> dict[str, Any]:
        """A postponement keeps the notice given and is told by the old start; all else needs the full period again."""
        given_for = standing.given_for
        put_off = given_for is not None and occasion.planned_at >= max(known_at, given_for)
        if put_off and not self.product.restart_when_postponed:
            return {"announce_at": now, "deadline_at": known_at, "lapses_at": known_at}
        if promise["deadline_at"] < now:
            return _told_late(occasion, now)
        return {"announce_at": now}


def following(row: Any, now: datetime) -> dict[str, Any]:
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


def _lateness(occasion: Occasion, party: Party, deadline_at: datetime, now: datetime) -> dict[str, Any]:
    """What is different in a duty whose deadline has passed before it could be made; empty where it has not."""
    if occasion.created_at < party.joined_at and deadline_at < party.joined_at:
        # A tenant that joined after the deadline of what stood already is told at once.
        return _NOT_LATE | {"joined_late": True, "lapses_at": occasion.planned_at, "announce_at": now}
    return _told_late(occasion, now) if deadline_at < now else {}


def _told_late(occasion: Occasion, now: datetime) -> dict[str, Any]:
    """A duty that is told after its deadline: missed, but for maintenance and for what a manager waived."""
    late = {**_NOT_LATE, "waiver_id": occasion.waiver_id, "announce_at": now}
    late["later_than_aimed"] = occasion.kind is Change.MAINTENANCE
    return late | {"lapses_at": occasion.planned_at} if occasion.waiver_id else late


def _is_taken_over(occasion: Occasion, party: Party, deadline_at: datetime) -> bool:
    """Whether a duty was another administration's: it says so itself, or the deadline had passed on taking over.

    What was planned here after a tenant came is our own to tell, however short the notice.
    """
    came_first = occasion.created_at < party.joined_at
    if occasion.imported and not party.imported and came_first:
        # Who joined here since was told by nobody.
        return False
    moments = []
    if occasion.imported:
        moments.append(occasion.created_at)
    if party.imported and (occasion.imported or came_first):
        moments.append(party.joined_at)
    return occasion.announced_at is not None or any(deadline_at < moment for moment in moments)
