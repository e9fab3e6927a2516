"""Duties become mails when their time comes: one for each contact, in the contact's language (SLA 3.3)."""

from datetime import datetime, timedelta

import pytest

from announcements.services import announce_by_hand, announce_due, wait_for_contacts
from evidence.actors import NotAllowed
from outbox.models import MessageState
from schedules.models import Release
from schedules.notices import NoticeState
from sla.terms import Change
from tenants.contacts import ContactFacts, add_contact, remove_contact
from tests.planning import (
    ACCEPTANCE,
    ACCEPTANCE_DEADLINE,
    counted_queries,
    messages,
    notices,
    pass_of_the_clock,
    planned_release,
    send,
    the_notice,
)
from tests.world import ADDRESSES, MANAGER, NOW, PLANNER, World, both_databases, local, make_tenant

# Of acceptance: a week before its deadline.
ITS_TIME = ACCEPTANCE_DEADLINE - timedelta(days=7)


@both_databases
def test_announce_due_waits_for_the_time_of_each_notice(planned: World) -> None:
    release = planned_release(planned.product)

    mails = [announce_due(at) for at in (ITS_TIME - timedelta(seconds=1), ITS_TIME, ITS_TIME)]

    assert mails == [0, 3, 0]
    assert [message.address for message in messages()] == ADDRESSES
    assert {(message.state, message.next_attempt_at, message.not_after) for message in messages()} == {
        (MessageState.QUEUED, ITS_TIME, ACCEPTANCE_DEADLINE)
    }
    assert {(one.state, one.announced_at, one.told_plan) for one in notices(release, Change.ACCEPTANCE)} == {
        (NoticeState.ANNOUNCED, ITS_TIME, 1)
    }
    assert {one.state for one in notices(release, Change.PRODUCTION)} == {NoticeState.PLANNED}


@both_databases
def test_announce_due_joins_a_later_tenant_to_the_same_announcement(planned: World) -> None:
    stricter = make_tenant(planned.product, "stricter", acceptance_notice="P3W")
    planned_release(planned.product)

    first = announce_due(ITS_TIME - timedelta(days=7))
    then = announce_due(ITS_TIME)

    assert (first, then) == (1, 3)
    assert messages()[0].tenant_id == stricter.id
    assert len({message.announcement_id for message in messages()}) == 1
    assert len({message.letter_id for message in messages()}) == 2


def test_announce_by_hand_lets_notices_leave_ahead_of_their_time(planned: World) -> None:
    release = planned_release(planned.product)

    number = announce_by_hand(release, Change.PRODUCTION, MANAGER, NOW)

    assert (number, announce_due(NOW)) == (2, 3)
    assert {one.state for one in notices(release, Change.ACCEPTANCE)} == {NoticeState.PLANNED}
    assert announce_by_hand(release, Change.PRODUCTION, MANAGER, NOW) == 0


def test_announce_by_hand_is_for_managers(planned: World) -> None:
    release = planned_release(planned.product)

    with pytest.raises(NotAllowed):
        announce_by_hand(release, Change.PRODUCTION, PLANNER, NOW)


@pytest.mark.parametrize(
    ("at", "kinds"),
    [
        pytest.param(ACCEPTANCE_DEADLINE, {Change.ACCEPTANCE, Change.PRODUCTION}, id="the-very-last-moment"),
        pytest.param(ACCEPTANCE_DEADLINE + timedelta(seconds=1), {Change.PRODUCTION}, id="a-second-later"),
    ],
)
def test_announce_due_sends_nothing_late_by_itself(planned: World, at: datetime, kinds: set[Change]) -> None:
    release = planned_release(planned.product)

    announce_due(at)

    assert {one.kind for one in notices(release) if one.state is NoticeState.ANNOUNCED} == kinds
    assert len(messages()) == 3 * len(kinds)


@both_databases
def test_wait_for_contacts_marks_what_nobody_can_be_told_of(planned: World) -> None:
    tenant = make_tenant(planned.product, "without-contact", contacts=0)
    release = planned_release(planned.product)

    assert (announce_due(ITS_TIME), wait_for_contacts(ITS_TIME), wait_for_contacts(ITS_TIME)) == (3, 1, 0)
    assert the_notice(release, Change.ACCEPTANCE, tenant).state is NoticeState.DUE
    assert the_notice(release, Change.PRODUCTION, tenant).state is NoticeState.PLANNED


@both_databases
def test_removed_contact_is_not_mailed_any_more(planned: World) -> None:
    planned_release(planned.product)
    announce_due(ITS_TIME)
    gone = planned.brug.contacts[1]

    remove_contact(gone, MANAGER)

    assert [(message.address, message.state) for message in messages(planned.brug)] == [
        (ADDRESSES[0], MessageState.QUEUED),
        (ADDRESSES[1], MessageState.CANCELLED),
    ]


def test_contact_added_before_the_announcement_is_told_by_it(planned: World) -> None:
    release = planned_release(planned.product)
    add_contact(planned.peelrand, ContactFacts("Noor", "noor@peelrand.example"), MANAGER)
    pass_of_the_clock(ITS_TIME)

    assert [message.address for message in messages(planned.peelrand)] == [ADDRESSES[2], "noor@peelrand.example"]
    send(None, ITS_TIME)
    pass_of_the_clock(ITS_TIME)
    assert {one.state for one in notices(release, Change.ACCEPTANCE)} == {NoticeState.COMPLETE}


@both_databases
def test_announce_due_asks_the_same_number_of_queries_for_one_and_for_three_tenants(planned: World) -> None:
    numbers = []
    for number, slugs in enumerate((["one"], ["two", "three"])):
        for slug in slugs:
            make_tenant(planned.product, slug, contacts=3)
        release: Release = planned_release(
            planned.product, f"2027.{number}", f"2027-01-18T06:0{number}", f"2027-03-08T06:0{number}"
        )
        with counted_queries() as queries:
            announce_due(ITS_TIME + timedelta(hours=1))
        numbers.append(len(queries))
        assert {one.state for one in notices(release, Change.ACCEPTANCE)} == {NoticeState.ANNOUNCED}

    assert local(ACCEPTANCE) > ITS_TIME
    assert numbers[0] == numbers[1]
