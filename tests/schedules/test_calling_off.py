"""An update is off for the one tenant whose own date comes after everybody's: it hears so, and can get another date."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask_babel import force_locale
from icalendar import Calendar
from sqlalchemy import select

from evidence.actors import NotAllowed
from evidence.models import Entry
from schedules.calling_off import call_off_own_date
from schedules.entries import Publisher
from schedules.models import Release, Rollout
from schedules.notices import NoticeState, Says
from schedules.people_calendar import people_calendar
from schedules.release_cancelling import cancel_release
from schedules.rollouts import give_own_date, own_date
from sla.terms import Change
from storage import Refused, db
from tenants.installed import running
from tenants.models import EnvironmentKind
from tests.at_once import Act, at_once
from tests.planning import (
    ACCEPTANCE_DEADLINE,
    pass_of_the_clock,
    planned_release,
    queued_mails,
    the_notice,
    told_and_given,
)
from tests.world import MANAGER, NOW, PLANNER, World, both_databases, local

OWN, AGAIN = "2027-06-01T06:00", "2027-07-01T06:00"
# Everybody's production was on 8 February; its own date had been told by then.
AFTER = local("2027-05-10T12:00")
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def in_english(app: Flask) -> Iterator[None]:
    with force_locale("en"):
        yield


@pytest.fixture
def rollout(planned: World) -> Rollout:
    """A production date of one tenant, three months after everybody's, of which it was told."""
    release = planned_release(planned.product)
    give_own_date(release, planned.brug, Change.PRODUCTION, local(OWN), "budget", PLANNER, NOW)
    told_and_given(ACCEPTANCE_DEADLINE - timedelta(days=1))
    told_and_given(local("2027-04-30T06:00"))
    rollout = own_date(release, planned.brug, Change.PRODUCTION)
    assert rollout is not None
    return rollout


@both_databases
def test_tenant_hears_that_its_date_is_off_and_nobody_else_does(planned: World, rollout: Rollout) -> None:
    call_off_own_date(rollout, MANAGER, AFTER)
    pass_of_the_clock(AFTER + MINUTE)

    assert sorted(mail.address for mail in queued_mails()) == [
        "contact1@zorggroep-de-brug.example",
        "contact2@zorggroep-de-brug.example",
    ]
    assert queued_mails()[1].subject == "[Inconto] Off: production to 2027.1 on Tue 1 June 2027, 06:00"
    assert queued_mails()[1].headline == "The update of your production environment to 2027.1 is off."
    (last,) = db.session.execute(
        select(Entry.kind, Entry.actor, Entry.tenant_id)
        .where(Entry.kind == "cancelled")
        .order_by(Entry.id.desc())
        .limit(1)
    ).all()
    assert tuple(last) == ("cancelled", MANAGER.name, planned.brug.id)


def test_calendar_shows_that_it_is_off(planned: World, rollout: Rollout) -> None:
    before = _event(planned)
    call_off_own_date(rollout, MANAGER, AFTER)
    pass_of_the_clock(AFTER + MINUTE)

    event = _event(planned)
    assert (str(before["STATUS"]), str(event["STATUS"])) == ("CONFIRMED", "CANCELLED")
    assert (event["UID"], event["SEQUENCE"]) == (before["UID"], before["SEQUENCE"] + 1)
    assert rollout.release.revised_at == AFTER


@both_databases
def test_nothing_more_is_said_of_a_date_that_is_off(planned: World, rollout: Rollout) -> None:
    call_off_own_date(rollout, MANAGER, AFTER)
    told_and_given(AFTER + MINUTE)
    planned.product.plan_revision += 1
    db.session.commit()
    for moment in (local("2027-05-25T06:00"), local("2027-05-31T06:00"), local(OWN) + MINUTE):
        pass_of_the_clock(moment)

    assert queued_mails() == []
    assert the_notice(rollout.release, Change.PRODUCTION, planned.brug).says is Says.CANCELLED


def test_acceptance_that_is_off_is_not_recorded(planned: World) -> None:
    release = planned_release(planned.product)
    give_own_date(release, planned.brug, Change.PRODUCTION, local(AGAIN), "budget", PLANNER, NOW)
    give_own_date(release, planned.brug, Change.ACCEPTANCE, local(OWN), "budget", PLANNER, NOW)
    told_and_given(ACCEPTANCE_DEADLINE - timedelta(days=1))
    production, acceptance = (own_date(release, planned.brug, kind) for kind in (Change.PRODUCTION, Change.ACCEPTANCE))
    assert production is not None
    assert acceptance is not None
    with pytest.raises(Refused, match="production first"):
        call_off_own_date(acceptance, MANAGER, AFTER)
    call_off_own_date(production, MANAGER, AFTER)
    call_off_own_date(acceptance, MANAGER, AFTER)
    pass_of_the_clock(local(OWN) + MINUTE)

    assert running(planned.brug)[EnvironmentKind.ACCEPTANCE] is None
    with pytest.raises(Refused, match="Acceptance is off"):
        give_own_date(release, planned.brug, Change.PRODUCTION, local("2027-12-01T06:00"), "now", PLANNER, local(OWN))


@both_databases
def test_tenant_gets_another_date_and_is_told_of_it_as_of_a_new_one(planned: World, rollout: Rollout) -> None:
    call_off_own_date(rollout, MANAGER, AFTER)
    told_and_given(AFTER + MINUTE)
    release = rollout.release
    give_own_date(release, planned.brug, Change.PRODUCTION, local(AGAIN), "after all", PLANNER, AFTER + 2 * MINUTE)
    told_and_given(local("2027-05-25T06:00"))

    notice = the_notice(release, Change.PRODUCTION, planned.brug)
    assert (notice.says, notice.planned_at, notice.state) == (Says.PLANNED, local(AGAIN), NoticeState.COMPLETE)
    event = _event(planned)
    assert (str(event["STATUS"]), event["SEQUENCE"]) == ("CONFIRMED", 2)


def test_date_that_comes_back_before_it_was_said_to_be_off_is_told_once(planned: World, rollout: Rollout) -> None:
    call_off_own_date(rollout, MANAGER, AFTER)
    give_own_date(rollout.release, planned.brug, Change.PRODUCTION, local(AGAIN), "after all", PLANNER, AFTER)
    pass_of_the_clock(local("2027-05-25T06:00"))

    assert [mail.subject.split(" to ")[0] for mail in queued_mails()[1:]] == ["[Inconto] Production"]


def test_date_that_comes_back_while_mails_say_it_is_off_takes_those_back(planned: World, rollout: Rollout) -> None:
    call_off_own_date(rollout, MANAGER, AFTER)
    pass_of_the_clock(AFTER + MINUTE)
    assert len(queued_mails()) == 2
    give_own_date(rollout.release, planned.brug, Change.PRODUCTION, local(AGAIN), "after all", PLANNER, AFTER + MINUTE)

    assert queued_mails() == []


@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (local("2027-02-08T05:59"), "Everybody's date still lies ahead."),
        (local(OWN), "This tenant has been updated already."),
    ],
)
def test_calling_off_too_early_or_too_late_is_refused(rollout: Rollout, moment: datetime, words: str) -> None:
    with pytest.raises(Refused, match=words):
        call_off_own_date(rollout, MANAGER, moment)


def test_calling_off_needs_a_manager(rollout: Rollout) -> None:
    with pytest.raises(NotAllowed):
        call_off_own_date(rollout, PLANNER, AFTER)


@both_databases
def test_two_who_call_off_at_once_get_one_refusal(app: Flask, planned: World, rollout: Rollout) -> None:
    number = rollout.id

    def manager() -> Act:
        own = db.session.get_one(Rollout, number)
        _release = own.release
        return lambda: call_off_own_date(own, MANAGER, AFTER)

    outcomes = at_once(app, [manager, manager])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Refused"]
    pass_of_the_clock(AFTER + MINUTE)
    assert len(queued_mails()) == 2


def test_release_that_was_cancelled_is_off_already(planned: World) -> None:
    release = planned_release(planned.product)
    rollout = give_own_date(release, planned.brug, Change.PRODUCTION, local(OWN), "budget", PLANNER, NOW)
    cancel_release(db.session.get_one(Release, release.id), MANAGER, NOW)
    with pytest.raises(Refused, match="has been cancelled"):
        call_off_own_date(rollout, MANAGER, AFTER)


def _event(planned: World) -> Any:
    """The entry of production in the tenant's calendar."""
    feed = people_calendar(planned.brug, NOW.date(), Publisher.present(), "en").body
    (event,) = [one for one in Calendar.from_ical(feed).events if "production" in str(one["SUMMARY"])]
    return event
