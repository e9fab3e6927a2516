"""Everybody's date changes while some tenants have a date of their own: who is held to what, who hears (SLA 3.3)."""

from datetime import timedelta

import pytest

from schedules.calling_off import call_off_own_date
from schedules.errors import BreaksSLA
from schedules.hearers import dates_told, hearers
from schedules.models import Release, Rollout
from schedules.release_cancelling import cancel_release
from schedules.rollouts import give_own_date
from schedules.withdrawing import may_withdraw
from sla.terms import Change
from storage import Refused
from tenants.models import Tenant
from tests.planning import counted_queries, messages, moved, pass_of_the_clock, planned_release, read, told_and_given
from tests.world import MANAGER, NOW, PLANNER, World, both_databases, local

PRODUCTIONS = frozenset({Change.PRODUCTION})


def own(release: Release, tenant: Tenant, at: str, kind: Change = Change.PRODUCTION, now: object = NOW) -> Rollout:
    return give_own_date(release, tenant, kind, local(at), "Vakantie", PLANNER, now)  # type: ignore[arg-type]


@both_databases
@pytest.mark.parametrize(
    ("kind", "at", "move", "field"),
    [
        (Change.PRODUCTION, "2027-02-08T06:00", {"acceptance": "2027-02-20T07:00"}, "acceptance_at"),
        # Before it, but not with the time to test that the product gives.
        (Change.PRODUCTION, "2027-02-08T06:00", {"acceptance": "2027-02-05T07:00"}, "acceptance_at"),
        (Change.ACCEPTANCE, "2027-02-22T07:00", {"production": "2027-02-15T06:00"}, "production_at"),
    ],
    ids=["beyond", "too near", "before"],
)
def test_move_leaves_nobody_production_before_acceptance(
    planned: World, kind: Change, at: str, move: dict[str, str], field: str
) -> None:
    release = planned_release(planned.product, production="2027-03-15T06:00")
    own(release, planned.brug, at, kind)
    acceptance, production = move.get("acceptance", "2027-01-18T07:00"), move.get("production", "2027-03-15T06:00")

    with pytest.raises(Refused) as refused:
        moved(release, acceptance, production)

    assert refused.value.field == field
    assert planned.brug.name in refused.value.message
    assert release.production_at == local("2027-03-15T06:00")


def test_move_is_not_held_to_own_dates_that_it_does_not_touch(planned: World) -> None:
    release = planned_release(planned.product, production="2027-03-15T06:00")
    own(release, planned.brug, "2027-02-08T06:00")
    with counted_queries() as statements:
        moved(release, acceptance="2027-01-18T07:00", production="2027-04-05T06:00")
    assert release.production_at == local("2027-04-05T06:00")
    assert len([one for one in statements if "min(tenant.name)" in one]) == 1


@both_databases
def test_postponing_is_not_held_to_a_tenant_that_does_not_go_along(planned: World) -> None:
    release = planned_release(planned.product, production="2027-02-08T06:00")
    own(release, planned.brug, "2027-04-01T06:00")
    told_and_given(local("2027-01-03T06:00"))

    moved(release, production="2027-02-15T06:00", now=local("2027-02-05T07:00"))

    assert release.production_at == local("2027-02-15T06:00")


def test_bringing_forward_is_held_to_who_goes_along(planned: World) -> None:
    release = planned_release(planned.product, production="2027-02-22T06:00")
    own(release, planned.brug, "2027-04-01T06:00")
    told_and_given(local("2027-01-20T06:00"))
    with pytest.raises(BreaksSLA):
        moved(release, production="2027-02-15T06:00", now=local("2027-02-05T07:00"))


@both_databases
def test_who_has_a_date_of_its_own_hears_no_move_but_a_cancellation(planned: World) -> None:
    release = planned_release(planned.product)
    own(release, planned.brug, "2027-03-01T06:00")
    told_and_given(local("2027-01-07T06:00"))
    told = local("2027-01-31T06:00")
    told_and_given(told)
    found = hearers(release, told, PRODUCTIONS)
    assert (found.tenants, found.contacts) == (1, len(planned.peelrand.contacts))
    assert hearers(release, told).tenants == 2


def test_own_date_that_nobody_knows_of_yet_is_no_move_of_the_release(planned: World) -> None:
    release = planned_release(planned.product)
    told = local("2027-01-08T05:00")
    told_and_given(told)
    own(release, planned.brug, "2027-03-01T06:00", now=told + timedelta(minutes=1))
    assert dates_told(release, told + timedelta(minutes=2)) == {}


@both_databases
def test_acceptance_is_not_called_off_while_everybodys_production_is_to_come(planned: World) -> None:
    release = planned_release(planned.product, production="2027-03-15T06:00")
    rollout = own(release, planned.brug, "2027-02-08T07:00", Change.ACCEPTANCE)
    with pytest.raises(Refused, match=r"Production|Productie"):
        call_off_own_date(rollout, MANAGER, local("2027-01-20T07:00"))
    assert rollout.cancelled_at is None


@both_databases
def test_cancelling_reaches_who_was_missed_and_then_moved(planned: World) -> None:
    """The mail server was down: the portal showed the date, no mail arrived, and the move was not told yet."""
    release = planned_release(planned.product)
    pass_of_the_clock(local("2027-01-03T06:00"))
    pass_of_the_clock(local("2027-01-08T07:00"))
    now = local("2027-01-08T08:00")
    moved(release, acceptance="2027-02-10T07:00", production="2027-03-10T06:00", now=now)
    cancel_release(release, MANAGER, now + timedelta(minutes=1))
    before = len(messages(planned.brug))

    told_and_given(now + timedelta(minutes=5))

    mails = [read(one).subject for one in messages(planned.brug)[before:]]
    assert len([one for one in mails if "2027.1" in one]) == 2 * len(planned.brug.contacts)
    assert not may_withdraw(release, now)
