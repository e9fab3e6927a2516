"""Whoever becomes a contact later hears of what lies ahead: once, of what was told, and after the deadline too."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from announcements.catching_up import catch_up
from announcements.settling import settle
from outbox.models import MessageState
from outbox.services import expire
from schedules.notices import NoticeState
from schedules.release_cancelling import cancel_release
from sla.terms import Change
from storage import db
from tenants.contacts import ContactFacts, add_contact, change_contact, remove_contact
from tenants.models import Contact
from tests.at_once import Act, at_once
from tests.planning import (
    LATE,
    PRODUCTION,
    PRODUCTION_DEADLINE,
    TOLD,
    messages,
    moved,
    pass_of_the_clock,
    planned_release,
    read,
    send,
    the_notice,
    told_and_given,
)
from tests.world import MANAGER, World, both_databases, local

ROUNDS = 10


def newcomer(world: World, address: str = "noor@brug.example") -> Contact:
    return add_contact(world.brug, ContactFacts("Noor", address, locale="en"), MANAGER)


def subjects(world: World, address: str = "noor@brug.example") -> list[str]:
    return [read(one).subject for one in messages(world.brug) if one.address == address]


@both_databases
def test_added_contact_gets_what_lies_ahead_once(planned: World) -> None:
    planned_release(planned.product)
    told_and_given(TOLD)
    newcomer(planned)

    first, second = catch_up(TOLD), catch_up(TOLD)
    pass_of_the_clock(TOLD)

    assert (first, second) == (2, 0)
    assert subjects(planned) == [
        "[Inconto] Acceptance to 2027.1 on Mon 18 January 2027, 06:00",
        "[Inconto] Production to 2027.1 on Mon 8 February 2027, 06:00",
    ]


@both_databases
def test_added_contact_hears_nothing_of_what_has_passed_or_was_never_told(planned: World) -> None:
    planned_release(planned.product, "2027.2", "2027-05-03T06:00", "2027-06-07T06:00")
    planned_release(planned.product)
    told_and_given(TOLD)
    newcomer(planned)

    catch_up(LATE)

    assert subjects(planned) == ["[Inconto] Production to 2027.1 on Mon 8 February 2027, 06:00"]


def test_added_contact_hears_nothing_of_what_is_off(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    cancel_release(release, MANAGER, TOLD)
    told_and_given(TOLD)
    newcomer(planned)

    assert catch_up(TOLD) == 0


@pytest.mark.parametrize(
    ("given", "not_after"),
    [
        pytest.param(True, local(PRODUCTION), id="given"),
        pytest.param(False, PRODUCTION_DEADLINE, id="only-queued"),
    ],
)
def test_added_contact_is_told_until_the_change_once_the_notice_was_given(
    planned: World, given: bool, not_after: datetime
) -> None:
    planned_release(planned.product)
    (told_and_given if given else pass_of_the_clock)(TOLD)
    newcomer(planned)
    catch_up(TOLD)

    assert [one.not_after for one in messages(planned.brug) if one.address == "noor@brug.example"][-1] == not_after


def test_added_contact_is_told_after_the_deadline(planned: World) -> None:
    planned_release(planned.product)
    told_and_given(TOLD)
    newcomer(planned)
    catch_up(LATE)

    assert expire(LATE) == 0
    assert [one.state for one in messages(planned.brug) if one.address == "noor@brug.example"] == [MessageState.QUEUED]


def test_added_contact_is_told_by_the_announcement_that_the_others_had(planned: World) -> None:
    # Acceptance was told of the first plan; production has moved since.
    release = planned_release(planned.product)
    pass_of_the_clock(local("2026-12-29T09:00"))
    send(planned.brug, local("2026-12-29T09:00"), most=1)
    settle(local("2026-12-29T09:00"))
    moved(release, production="2027-03-08T06:00", now=local("2026-12-29T10:00"))
    newcomer(planned)

    catch_up(local("2026-12-29T10:01"))

    acceptance = [one for one in messages(planned.brug) if one.letter.subject.startswith("[Inconto] Acc")]
    assert [one.address for one in acceptance][-1] == "noor@brug.example"
    assert len({one.announcement_id for one in acceptance}) == 1
    send(planned.brug, local("2026-12-29T10:02"))
    settle(local("2026-12-29T10:02"))
    assert the_notice(release, Change.ACCEPTANCE, planned.brug).state is NoticeState.COMPLETE


@both_databases
def test_contact_in_the_place_of_another_is_told(planned: World) -> None:
    planned_release(planned.product)
    told_and_given(TOLD)
    remove_contact(planned.brug.contacts[1], MANAGER)
    newcomer(planned)

    assert catch_up(TOLD) == 2


@both_databases
def test_contact_with_a_new_address_is_told_there(planned: World) -> None:
    release = planned_release(planned.product)
    pass_of_the_clock(TOLD)
    contact = planned.brug.contacts[1]
    old = contact.email

    change_contact(contact, ContactFacts("Noor", "noor@brug.example", locale="en"), MANAGER)
    pass_of_the_clock(TOLD)

    assert [one.state for one in messages(planned.brug) if one.address == old] == [MessageState.CANCELLED] * 2
    assert len(subjects(planned)) == 2
    send(None, TOLD)
    settle(TOLD)
    assert the_notice(release, Change.PRODUCTION, planned.brug).state is NoticeState.COMPLETE


def test_contact_whose_old_address_failed_counts_by_the_new_one(planned: World) -> None:
    release = planned_release(planned.product)
    pass_of_the_clock(TOLD)
    contact = planned.brug.contacts[1]
    for message in messages(planned.brug):
        if message.address == contact.email:
            message.state = MessageState.FAILED
    db.session.commit()
    change_contact(contact, ContactFacts("Noor", "noor@brug.example", locale="en"), MANAGER)
    pass_of_the_clock(TOLD)
    send(None, TOLD)
    settle(TOLD)

    assert the_notice(release, Change.PRODUCTION, planned.brug).state is NoticeState.COMPLETE


def test_contact_with_another_name_only_is_not_told_again(planned: World) -> None:
    planned_release(planned.product)
    told_and_given(TOLD)
    contact = planned.brug.contacts[1]
    change_contact(contact, ContactFacts("Noor", contact.email, locale="nl"), MANAGER)

    assert catch_up(TOLD) == 0


@both_databases
def test_two_workers_tell_an_added_contact_once(app: Flask, planned: World) -> None:
    planned_release(planned.product)
    told_and_given(TOLD)

    def worker() -> Act:
        return lambda: catch_up(TOLD + timedelta(minutes=1))

    for number in range(ROUNDS):
        address = f"noor{number}@brug.example"
        added = newcomer(planned, address)

        outcomes = at_once(app, [worker, worker])

        assert sorted(map(str, outcomes)) == ["0", "2"]
        assert len(subjects(planned, address)) == 2
        remove_contact(added, MANAGER)
