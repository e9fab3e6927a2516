"""Who is the second person: a manager who did not make the plan, and no program of its maker."""

from collections.abc import Callable

import pytest

from accounts.tokens import issue_token
from announcements.approvals import approval_of, waiting, why_not
from announcements.approving import approve
from announcements.services import announce_due
from evidence.actors import COMMAND_LINE, THE_CLOCK, Actor, NotAllowed, Role
from schedules.duty_groups import duties_ahead
from schedules.maintenance import cancel_maintenance
from schedules.models import Release
from schedules.notices import Says
from schedules.release_words import retitle_release
from sla.terms import Change
from storage import Refused
from tests.approving import OTHER, approved, asks_for_approval, print_of
from tests.planning import messages, moved, planned_release, planned_window
from tests.world import ADMIN, MANAGER, NOW, OPERATOR, PLANNER, World


def by_planning(release: Release) -> None:
    """Nothing more."""


def by_moving(release: Release) -> None:
    moved(release, production="2027-02-15T06:00", by=OTHER)


def by_rewording(release: Release) -> None:
    retitle_release(release, "Anders", "Different", OTHER, NOW)


@pytest.mark.parametrize(
    ("change", "who"),
    [(by_planning, MANAGER), (by_moving, OTHER), (by_rewording, OTHER)],
    ids=["planned", "moved", "reworded"],
)
def test_whoever_changed_it_last_may_not_approve_it(
    asking: World, change: Callable[[Release], None], who: Actor
) -> None:
    release = planned_release(asking.product, by=MANAGER)
    change(release)
    seen = print_of(release, Change.PRODUCTION, NOW)

    with pytest.raises(Refused, match="You made the last change"):
        approve(release, Change.PRODUCTION, Says.PLANNED, who, NOW, seen=seen)
    assert messages() == []

    second = MANAGER if who is OTHER else OTHER
    approve(release, Change.PRODUCTION, Says.PLANNED, second, NOW, seen=seen)
    assert announce_due(NOW) == 3


def test_whoever_cancelled_may_not_approve_it(asking: World) -> None:
    window = planned_window(asking.product)
    approved(window, Change.MAINTENANCE, NOW)
    cancel_maintenance(window, MANAGER, NOW)

    with pytest.raises(Refused, match="You made the last change"):
        approved(window, Change.MAINTENANCE, NOW, Says.CANCELLED)


@pytest.mark.parametrize("who", [PLANNER, OPERATOR, Actor("viewer@vendor.example", Role.VIEWER), THE_CLOCK])
def test_whoever_is_no_manager_may_not_approve(asking: World, who: Actor) -> None:
    release = planned_release(asking.product, by=MANAGER)
    with pytest.raises(NotAllowed):
        approved(release, Change.PRODUCTION, NOW, by=who)
    assert why_not(release, who) == "A manager approves it."


def test_command_line_never_approves(asking: World) -> None:
    release = planned_release(asking.product, by=MANAGER)
    with pytest.raises(Refused, match="A manager approves it"):
        approved(release, Change.PRODUCTION, NOW, by=COMMAND_LINE)
    assert messages() == []


def test_nothing_is_approved_where_nobody_asks(planned: World) -> None:
    release = planned_release(planned.product)
    with pytest.raises(Refused, match="asks for nobody"):
        approved(release, Change.PRODUCTION, NOW)


def test_waiting_lists_what_is_open_and_why_it_is_not_for_me(asking: World) -> None:
    release = planned_release(asking.product, by=MANAGER)
    window = planned_window(asking.product)

    def listed(by: Actor) -> list[tuple[int, str, str]]:
        return [
            (one.duty.change.id, one.duty.kind.value, one.why_not) for one in waiting(duties_ahead(asking.product), by)
        ]

    mine = "You made the last change to it, so somebody else has to approve it."
    assert listed(MANAGER) == [
        (window.id, "maintenance", ""),
        (release.id, "acceptance", mine),
        (release.id, "production", mine),
    ]
    assert {why for _change, _kind, why in listed(PLANNER)} == {"A manager approves it."}
    approved(release, Change.PRODUCTION, NOW, by=OTHER)
    assert [kind for _change, kind, _why in listed(MANAGER)] == ["maintenance", "acceptance"]
    assert approval_of(release, Change.ACCEPTANCE, Says.PLANNED) is None
    asks_for_approval(asking.product, asks=False)
    assert listed(MANAGER) == []


def test_who_made_a_token_is_no_second_person_to_what_it_planned(planned: World) -> None:
    issue_token("pipeline", Role.MANAGER, ADMIN, NOW)
    release = planned_release(planned.product, by=Actor("token pipeline", Role.MANAGER))
    asks_for_approval(planned.product)

    assert why_not(release, ADMIN) == "You made the last change to it, so somebody else has to approve it."
    assert why_not(release, OTHER) == ""
