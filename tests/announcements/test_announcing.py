"""Duties become mails when their time comes: one for each contact, in the contact's language (SLA 3.3)."""

import re
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from announcements.models import Announcement
from announcements.services import announce_by_hand, announce_due, wait_for_contacts
from evidence.actors import NotAllowed
from outbox.models import MessageState
from schedules.maintenance import cancel_maintenance, move_maintenance, schedule_maintenance
from schedules.models import MaintenanceWindow, Release
from schedules.notices import NoticeState, Says
from schedules.reasons import Reason
from schedules.releases import cancel_release
from sla.terms import Change
from storage import db
from tenants.contacts import ContactFacts, add_contact, remove_contact
from tests.at_once import Act, at_once
from tests.planning import (
    ACCEPTANCE,
    ACCEPTANCE_DEADLINE,
    PRODUCTION,
    counted_queries,
    messages,
    moved,
    notices,
    pass_of_the_clock,
    planned_release,
    planned_window,
    queued_mails,
    send,
    the_notice,
    told_and_given,
    window_plan,
)
from tests.world import MANAGER, NOW, PLANNER, World, both_databases, local, make_tenant

ROUNDS = 10
# Of acceptance: a week before its deadline.
ITS_TIME = ACCEPTANCE_DEADLINE - timedelta(days=7)
TOLD = local("2027-01-02T09:00")
LATE = local("2027-01-20T09:00")
ADDRESSES = [
    "contact1@zorggroep-de-brug.example",
    "contact2@zorggroep-de-brug.example",
    "contact1@ziekenhuis-peelrand.example",
]


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


@both_databases
def test_announce_due_by_two_workers_is_one_mail_for_each_contact(app: Flask, planned: World) -> None:
    for number in range(8):
        make_tenant(planned.product, f"tenant-{number}", contacts=3)
    expected = list(ADDRESSES)
    expected += [f"contact{one}@tenant-{number}.example" for number in range(8) for one in (1, 2, 3)]

    def worker() -> Act:
        return lambda: announce_due(local("2027-01-02T09:00"))

    for number in range(ROUNDS):
        planned_window(planned.product, f"2027-01-06T22:{number:02d}", "2027-01-07T02:00", reference=f"M-{number}")
        before = len(messages())

        outcomes = at_once(app, [worker, worker])
        # What one of them left to the other comes with the next pass.
        rest = announce_due(local("2027-01-02T09:00"))

        assert [type(outcome).__name__ for outcome in outcomes] == ["int", "int"]
        made = messages()[before:]
        assert sorted(message.address for message in made) == sorted(expected)
        assert sum(outcome for outcome in outcomes if isinstance(outcome, int)) + rest == len(made)


@both_databases
def test_whoever_is_told_the_old_date_as_it_moves_is_told_of_the_move(app: Flask, planned: World) -> None:
    for number in range(10):
        make_tenant(planned.product, f"tenant-{number}")
    for number in range(ROUNDS):
        window = planned_window(planned.product, "2027-01-06T22:00", "2027-01-07T02:00", reference=f"M-{number}")
        later = local("2027-01-16T22:00"), local("2027-01-17T02:00")

        def worker() -> Act:
            return lambda: announce_due(TOLD)

        def planner(window_id: int = window.id, later: tuple[datetime, datetime] = later) -> Act:
            own = db.session.get_one(MaintenanceWindow, window_id)
            return lambda: move_maintenance(own, *later, PLANNER, TOLD, revision=1)

        outcomes = at_once(app, [worker, planner])
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []

        newest = {one.tenant_id: one for one in notices(window)}
        about = db.session.scalars(select(Announcement.id).where(Announcement.maintenance_id == window.id)).all()
        said = {one.tenant_id for one in messages() if one.announcement_id in about}
        assert {one.planned_at for one in newest.values()} == {later[0]}
        assert {one.tenant_id for one in newest.values() if one.says is Says.MOVED} == said


@both_databases
def test_whoever_is_told_of_a_release_as_it_is_cancelled_is_told_of_that(app: Flask, planned: World) -> None:
    for number in range(10):
        make_tenant(planned.product, f"tenant-{number}")
    for _number in range(ROUNDS):
        release = planned_release(planned.product)

        def worker() -> Act:
            return lambda: announce_due(TOLD)

        def manager(release_id: int = release.id) -> Act:
            own = db.session.get_one(Release, release_id)
            return lambda: cancel_release(own, MANAGER, TOLD)

        outcomes = at_once(app, [worker, manager])
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []

        about = db.session.scalars(select(Announcement).where(Announcement.release_id == release.id))
        kinds = {one.id: one.kind.value for one in about}
        said = {(one.tenant_id, kinds[one.announcement_id or 0]) for one in messages() if one.announcement_id in kinds}
        off = {(one.tenant_id, one.kind.value) for one in notices(release) if one.says is Says.CANCELLED}
        assert off == said


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
def test_moved_is_told_at_once_with_the_date_before(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    moved(release, production="2027-02-15T06:00", now=LATE)
    pass_of_the_clock(LATE)

    english = queued_mails(planned.brug)[1]
    assert english.subject == "[Inconto] Moved: production to 2027.1, now on Mon 15 February 2027, 06:00"
    assert english.facts[2:4] == [
        "Mon 8 February 2027, 06:00, Amsterdam time (UTC+1)",
        "Mon 15 February 2027, 06:00, Amsterdam time (UTC+1)",
    ]
    assert {message.not_after for message in messages(planned.brug, MessageState.QUEUED)} == {local(PRODUCTION)}
    pass_of_the_clock(LATE)
    assert [mail.address for mail in queued_mails()] == ADDRESSES


@both_databases
def test_moved_withdraws_what_still_waits_of_the_old_date(planned: World) -> None:
    release = planned_release(planned.product, production="2027-04-12T06:00")
    pass_of_the_clock(local("2027-03-08T06:00"))
    waiting = [message.id for message in messages(None, MessageState.QUEUED)]
    moved(release, production="2027-04-19T06:00", now=local("2027-03-08T07:00"))
    pass_of_the_clock(local("2027-03-08T07:00"))

    cancelled = [message for message in messages() if message.id in waiting]
    assert {(message.state, message.reply) for message in cancelled} == {(MessageState.CANCELLED, "it was moved since")}
    assert [mail.subject for mail in queued_mails(planned.brug)[1:]] == [
        "[Inconto] Moved: production to 2027.1, now on Mon 19 April 2027, 06:00"
    ]


def test_moved_leaves_the_mails_of_the_other_environment(planned: World) -> None:
    release = planned_release(planned.product)
    pass_of_the_clock(TOLD)

    moved(release, production="2027-03-15T06:00", now=TOLD)
    pass_of_the_clock(TOLD)

    kinds = [mail.subject.split()[1] for mail in queued_mails(planned.brug)[1::2]]
    assert kinds == ["Acceptance", "Moved:"]


@both_databases
def test_cancelled_after_it_was_told_is_mailed_once(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    cancel_release(release, MANAGER, TOLD)
    pass_of_the_clock(TOLD)
    pass_of_the_clock(TOLD + timedelta(days=1))

    assert [mail.subject for mail in queued_mails(planned.brug)[1::2]] == [
        "[Inconto] Off: acceptance to 2027.1 on Mon 18 January 2027, 06:00",
        "[Inconto] Off: production to 2027.1 on Mon 8 February 2027, 06:00",
    ]
    assert sorted(mail.address for mail in queued_mails()) == sorted(ADDRESSES * 2)
    off = queued_mails(planned.brug)[1].text.split("\n\n")[2].splitlines()
    assert [line.partition(": ")[0] for line in off] == ["Version", "Environment", "Was planned for"]


def test_cancelled_before_it_was_told_mails_nobody(planned: World) -> None:
    release = planned_release(planned.product)
    window = planned_window(planned.product)
    cancel_release(release, MANAGER, NOW)
    cancel_maintenance(window, MANAGER, NOW)

    pass_of_the_clock(local("2026-12-02T09:00"))
    pass_of_the_clock(TOLD)

    assert messages() == []


def test_cancelled_withdraws_what_still_waits(planned: World) -> None:
    release = planned_release(planned.product)
    pass_of_the_clock(TOLD)
    cancel_release(release, MANAGER, TOLD)
    pass_of_the_clock(TOLD)

    assert {message.state for message in messages()[:6]} == {MessageState.CANCELLED}
    assert [mail.subject.split(",")[0] for mail in queued_mails(planned.brug)[1::2]] == [
        "[Inconto] Off: acceptance to 2027.1 on Mon 18 January 2027",
        "[Inconto] Off: production to 2027.1 on Mon 8 February 2027",
    ]


def test_maintenance_moved_and_cancelled_says_both_ends(planned: World) -> None:
    window = planned_window(planned.product)
    told_and_given(local("2026-12-02T09:00"))
    later = local("2026-12-16T22:00"), local("2026-12-17T02:00")
    move_maintenance(window, *later, PLANNER, local("2026-12-14T09:00"), revision=1)
    told_and_given(local("2026-12-14T09:00"))
    cancel_maintenance(window, MANAGER, local("2026-12-14T10:00"))
    pass_of_the_clock(local("2026-12-14T10:00"))

    move = next(message for message in messages(planned.brug) if "Moved" in message.letter.subject)
    assert move.fields["previous"] == (
        "Tue 15 December 2026, 22:00, Amsterdam time (UTC+1) until Wed 16 December 2026, 02:00, Amsterdam time (UTC+1)"
    )
    off = queued_mails(planned.brug)[1]
    assert off.subject == "[Inconto] Off: maintenance on Wed 16 December 2026, 22:00"
    assert off.facts == [
        "New database server",
        "production of Zorggroep De Brug",
        "Wed 16 December 2026, 22:00, Amsterdam time (UTC+1)",
        "M-1",
    ]


def test_waivers_reason_shows_to_the_tenants_concerned_only(planned: World) -> None:
    strict = make_tenant(planned.product, "strict", contacts=2, production_notice="P10W")
    now = local("2026-12-07T09:00")
    planned_release(planned.product, by=MANAGER, now=now, reason="The law <changes> sooner")

    announce_due(now)
    announce_due(TOLD)

    concerned = [mail for mail in queued_mails() if "sooner" in mail.text + mail.html]
    assert [mail.address for mail in concerned] == ["contact1@strict.example", "contact2@strict.example"]
    assert len(queued_mails(strict)) == 4
    english = concerned[1]
    headline = english.headline
    assert headline.startswith("Your production environment gets version 2027.1 on Mon 8 February 2027, 06:00. ")
    assert re.findall(r"10 weeks|SLA 3.3|The reason: .*", headline) == [
        "10 weeks",
        "SLA 3.3",
        "The reason: The law <changes> sooner",
    ]
    assert english.html.count("The law &lt;changes&gt; sooner") == 1


def test_joined_late_says_why_it_comes_now(planned: World) -> None:
    planned_release(planned.product)
    make_tenant(planned.product, "newcomer", contacts=2, now=LATE)
    pass_of_the_clock(LATE)

    english = queued_mails()[-1]
    assert english.headline == (
        "Your production environment gets version 2027.1 on Mon 8 February 2027, 06:00. It was planned before our "
        "present agreement with you, so you hear of it now."
    )


def test_maintenance_later_than_aimed_says_why(planned: World) -> None:
    planned_window(planned.product, "2026-11-25T22:00", "2026-11-26T02:00", reason="The disk is full")
    announce_due(NOW)

    headline = queued_mails(planned.brug)[1].headline
    assert headline.startswith("We carry out maintenance on Wed 25 November 2026, 22:00. ")
    assert re.findall(r"1 week|SLA|The reason: .*", headline) == ["1 week", "The reason: The disk is full"]


@pytest.mark.parametrize("moved_there", [False, True], ids=["planned", "moved"])
def test_why_it_comes_late_is_read_in_the_readers_language(planned: World, moved_there: bool) -> None:
    reason = Reason("De schijf is vol", "The disk is full")
    if moved_there:
        window = planned_window(planned.product)
        told_and_given(local("2026-12-08T09:00"))
        now, sooner = local("2026-12-09T09:00"), (local("2026-12-12T22:00"), local("2026-12-13T02:00"))
        move_maintenance(window, *sooner, PLANNER, now, revision=1, exception_reason=reason)
    else:
        now, late = NOW, window_plan("2026-11-25T22:00", "2026-11-26T02:00")
        schedule_maintenance(planned.product, replace(late, exception_reason=reason), PLANNER, now)
    announce_due(now)

    dutch, english = queued_mails(planned.brug)[-2:]
    assert dutch.headline.endswith("De reden: De schijf is vol")
    assert english.headline.endswith("The reason: The disk is full")
    assert (english.text + english.html).count("schijf") + (dutch.text + dutch.html).count("disk") == 0


def test_maintenance_told_late_for_want_of_a_worker_says_sorry(planned: World) -> None:
    """Nobody decided that it comes later, so there is no reason to give: the breach shows all the same."""
    planned_window(planned.product)
    in_time, late = local("2026-12-08T22:00"), local("2026-12-10T09:00")
    announce_due(late)
    assert queued_mails(planned.brug)[1].headline == (
        "We carry out maintenance on Tue 15 December 2026, 22:00. "
        "We aim to tell you by Tue 8 December 2026, 22:00, and did not manage. We are sorry."
    )
    planned_window(planned.product, reference="M-2")
    announce_due(in_time)
    assert queued_mails(planned.brug)[3].headline == "We carry out maintenance on Tue 15 December 2026, 22:00."


def test_contact_appointed_after_the_deadline_hears_no_excuse(planned: World) -> None:
    """The tenant was told in time."""
    planned_window(planned.product)
    told_and_given(local("2026-12-08T09:00"))
    add_contact(planned.brug, ContactFacts("Noor", "noor@brug.example", locale="en"), MANAGER)
    pass_of_the_clock(local("2026-12-10T09:00"))
    assert [mail.headline for mail in queued_mails(planned.brug)] == [
        "We carry out maintenance on Tue 15 December 2026, 22:00."
    ]


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
