"""Reminders: a week and a day ahead of what was told, once, and never of what is moved or off."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from announcements.models import Announcement
from announcements.reminders import reminder_due
from announcements.reminding import remind
from announcements.services import announce_due
from announcements.settling import settle
from outbox.leases import Lease
from outbox.models import MessageState, OutboxMessage
from outbox.services import expire
from schedules.maintenance import cancel_maintenance, move_maintenance
from schedules.models import MaintenanceWindow, Release
from schedules.notices import NoticeState
from schedules.releases import cancel_release
from schedules.upkeep import keep_up_all
from sla.terms import Change
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tests.at_once import Act, at_once
from tests.planning import (
    counted_queries,
    messages,
    moved,
    pass_of_the_clock,
    planned_release,
    planned_window,
    queued_mails,
    read,
    send,
    the_notice,
    told_and_given,
)
from tests.world import AMSTERDAM, MANAGER, PLANNER, World, both_databases, local, make_tenant

# Of acceptance on 18 January 2027 and production on 8 February, both at 06:00; everything is told before.
TOLD = local("2027-01-02T09:00")
WEEK_AHEAD, DAY_AHEAD = local("2027-01-11T06:00"), local("2027-01-17T06:00")
ENGLISH = "contact2@zorggroep-de-brug.example"
REMINDER = "[Inconto] Reminder: acceptance to 2027.1 on Mon 18 January 2027, 06:00"
PRODUCTION_REMINDER = "[Inconto] Reminder: production to 2027.1 on Mon 8 February 2027, 06:00"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def release(planned: World) -> Release:
    """A release of which everybody has been told."""
    release = planned_release(planned.product)
    told_and_given(TOLD)
    return release


@pytest.fixture
def window(planned: World) -> MaintenanceWindow:
    """Maintenance on 15 December at 22:00, of which everybody has been told."""
    window = planned_window(planned.product)
    told_and_given(local("2026-12-02T09:00"))
    return window


def reminders(state: MessageState | None = None) -> list[OutboxMessage]:
    kinds = select(Announcement.id).where(Announcement.kind.like("%_reminder"))
    query = select(OutboxMessage).where(OutboxMessage.announcement_id.in_(kinds)).order_by(OutboxMessage.id)
    if state is not None:
        query = query.where(OutboxMessage.state == state)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def subjects(address: str = ENGLISH) -> list[str]:
    """The reminders that a reader has in its mailbox, or will have."""
    return [read(one).subject for one in reminders() if one.address == address]


def remind_by(*words: str) -> None:
    db.session.execute(update(Release.product.property.mapper.class_).values(remind_before=" ".join(words)))
    db.session.commit()


@pytest.mark.parametrize(
    ("now", "step", "at", "until"),
    [
        pytest.param("2027-01-11T05:59", None, None, None, id="before"),
        pytest.param("2027-01-11T06:00", 7, "2027-01-11T06:00", "2027-01-14T18:00", id="the-very-moment"),
        pytest.param("2027-01-17T05:59", 7, "2027-01-11T06:00", "2027-01-14T18:00", id="in-between"),
        pytest.param("2027-01-17T06:00", 1, "2027-01-17T06:00", "2027-01-17T18:00", id="the-second"),
        pytest.param("2027-01-18T06:00", None, None, None, id="it-takes-place"),
    ],
)
def test_reminder_due_is_the_last_whose_moment_has_come(
    now: str, step: int | None, at: str | None, until: str | None
) -> None:
    found = reminder_due(local("2027-01-18T06:00"), "P1W P1D", AMSTERDAM, local(now))

    given = (found.step, found.at, found.until) if found is not None else (None, None, None)
    assert given == (step, at and local(at), until and local(until))


@pytest.mark.parametrize(
    ("planned_at", "before", "at"),
    [
        pytest.param("2027-03-31T02:00", "P1M", "2027-02-28T02:00", id="clamped"),
        pytest.param("2027-03-29T06:00", "P1D", "2027-03-28T06:00", id="over-the-clock-change"),
        # 02:30 does not exist that night: the earlier instant.
        pytest.param("2027-04-04T02:30", "P1W", "2027-03-28T01:30", id="in-the-missing-hour"),
    ],
)
def test_reminder_due_counts_back_on_the_local_calendar(planned_at: str, before: str, at: str) -> None:
    moment = local(at)

    found = reminder_due(local(planned_at), before, AMSTERDAM, moment)

    assert found is not None
    assert found.at == moment
    assert reminder_due(local(planned_at), before, AMSTERDAM, moment - MINUTE) is None


@both_databases
def test_every_contact_is_reminded_a_week_and_a_day_ahead(planned: World, release: Release) -> None:
    before = remind(WEEK_AHEAD - MINUTE)
    first, again = remind(WEEK_AHEAD), remind(WEEK_AHEAD)
    second, later = remind(DAY_AHEAD), remind(DAY_AHEAD + timedelta(hours=23))

    assert (before, first, again, second, later) == (0, 3, 0, 3, 0)
    assert subjects() == [REMINDER, REMINDER]
    assert {(one.not_after, one.state) for one in reminders()} == {
        (local("2027-01-14T18:00"), MessageState.QUEUED),
        (local("2027-01-17T18:00"), MessageState.QUEUED),
    }


def test_reminder_says_what_happens_when_and_what_to_do(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)

    mail = read(next(one for one in reminders() if one.address == ENGLISH))
    assert mail.subject == REMINDER
    assert mail.headline == (
        "In 1 week, on Mon 18 January 2027, 06:00, your acceptance environment gets version 2027.1."
    )
    assert mail.facts == [
        "2027.1: Faster search",
        "acceptance of Zorggroep De Brug",
        "Mon 18 January 2027, 06:00, Amsterdam time (UTC+1)",
        "Mon 18 January 2027, 07:00, Amsterdam time (UTC+1)",
    ]
    assert mail.text.split("\n\n")[3] == (
        "Run your own tests in acceptance once it is updated. "
        "Tell the help desk what you find before production follows."
    )


def test_reminder_of_maintenance_says_what_is_noticed(planned: World, window: MaintenanceWindow) -> None:
    remind(local("2026-12-14T22:00"))

    mail = read(next(one for one in reminders() if one.address == ENGLISH))
    assert mail.subject == "[Inconto] Reminder: maintenance on Tue 15 December 2026, 22:00"
    assert mail.headline == "In 1 day, on Tue 15 December 2026, 22:00, we carry out maintenance."
    assert mail.facts[-2:] == ["not available", "M-1"]


@pytest.mark.parametrize(
    ("now", "words"),
    [
        pytest.param("2027-01-13T20:00", "In 5 days, on", id="days"),
        pytest.param("2027-01-17T15:10", "In 15 hours, on", id="hours"),
    ],
)
def test_reminder_that_comes_late_says_how_much_is_left(planned: World, release: Release, now: str, words: str) -> None:
    remind(local(now))

    mail = read(next(one for one in reminders() if one.address == ENGLISH))
    assert mail.headline.startswith(words)


def test_reminders_are_in_the_thread_of_their_change(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)

    assert {one.letter.thread for one in messages()} == {f"release-{release.id}"}


def test_worker_that_was_down_sends_the_last_reminder_only(planned: World, release: Release) -> None:
    assert remind(DAY_AHEAD + timedelta(hours=2)) == 3
    assert subjects() == [REMINDER]


def test_worker_that_was_down_too_long_sends_none(planned: World, release: Release) -> None:
    # In the second half of the week "a week ahead" is no help any more; in the last twelve hours neither.
    assert remind(local("2027-01-14T18:01")) == 0
    assert remind(local("2027-01-17T18:01")) == 0
    assert reminders() == []


def test_reminder_that_could_not_be_sent_in_time_is_set_aside(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)
    expire(local("2027-01-14T18:01"))

    assert {one.state for one in reminders()} == {MessageState.EXPIRED}


def test_what_was_told_less_than_a_day_before_is_not_repeated(planned: World) -> None:
    planned_release(planned.product)
    told_and_given(local("2027-01-03T09:00"))
    remind_by("P2W")

    # Two weeks ahead of acceptance is 4 January, 06:00: 21 hours after it was told.
    assert remind(local("2027-01-04T06:00")) == 0
    assert remind(local("2027-01-25T06:00")) == 3


@both_databases
def test_nobody_is_reminded_of_what_was_not_told(planned: World) -> None:
    release = planned_release(planned.product)
    late = local("2027-01-09T06:00")
    pass_of_the_clock(late)

    remind(WEEK_AHEAD)

    assert {the_notice(release, kind, planned.brug).state for kind in (Change.ACCEPTANCE, Change.PRODUCTION)} == {
        NoticeState.MISSED
    }
    assert messages() == []


def test_contact_that_was_appointed_this_day_is_not_reminded_on_top(planned: World, release: Release) -> None:
    noor = add_contact(planned.brug, ContactFacts("Noor", "noor@brug.example", locale="en"), MANAGER)
    pass_of_the_clock(WEEK_AHEAD - timedelta(hours=2))
    pass_of_the_clock(WEEK_AHEAD)
    iris = add_contact(planned.peelrand, ContactFacts("Iris", "iris@peelrand.example", locale="en"), MANAGER)
    remind(DAY_AHEAD)

    assert subjects(noor.email) == [REMINDER]
    assert subjects(iris.email) == []
    assert len(subjects()) == 2


@both_databases
def test_reminder_waiting_is_withdrawn_when_the_release_is_cancelled(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)

    cancel_release(release, MANAGER, WEEK_AHEAD + MINUTE)

    assert [(one.state, one.reply) for one in reminders()] == [(MessageState.CANCELLED, "it was cancelled since")] * 3
    pass_of_the_clock(DAY_AHEAD)
    assert reminders(MessageState.QUEUED) == []


@both_databases
def test_reminder_waiting_is_withdrawn_when_the_date_moves(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)

    moved(release, "2027-01-25T06:00", now=WEEK_AHEAD + MINUTE)

    assert [(one.state, one.reply) for one in reminders()] == [(MessageState.CANCELLED, "it was moved since")] * 3
    told_and_given(WEEK_AHEAD + MINUTE)
    assert [remind(local(at)) for at in ("2027-01-17T06:00", "2027-01-18T06:00", "2027-01-24T06:00")] == [0, 3, 3]


def test_move_of_the_other_date_leaves_a_reminder_alone(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)

    moved(release, production="2027-02-15T06:00", now=WEEK_AHEAD + MINUTE)

    assert {one.state for one in reminders()} == {MessageState.QUEUED}
    assert remind(WEEK_AHEAD + 2 * MINUTE) == 0


def test_change_that_is_moved_and_back_is_reminded_of_once(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)
    send(None, WEEK_AHEAD)
    moved(release, "2027-01-25T06:00", now=WEEK_AHEAD + MINUTE)
    moved(release, now=WEEK_AHEAD + 2 * MINUTE)

    assert remind(WEEK_AHEAD + 3 * MINUTE) == 0
    assert remind(DAY_AHEAD) == 3
    assert subjects() == [REMINDER, REMINDER]


def test_reminder_of_moved_and_cancelled_maintenance_is_withdrawn(planned: World, window: MaintenanceWindow) -> None:
    at = local("2026-12-08T22:00")
    assert remind(at) == 3
    move_maintenance(window, local("2026-12-22T22:00"), local("2026-12-23T02:00"), PLANNER, at + MINUTE, revision=1)
    assert {one.state for one in reminders()} == {MessageState.CANCELLED}
    told_and_given(at + 2 * MINUTE)
    at = local("2026-12-21T22:00")
    assert remind(at) == 3

    cancel_maintenance(window, MANAGER, at + MINUTE)

    assert {one.state for one in reminders()} == {MessageState.CANCELLED}


def test_worker_that_holds_a_reminder_asks_before_the_last_dot(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)
    lease = Lease("worker")
    db.session.rollback()
    claimed = lease.claim(WEEK_AHEAD)

    cancel_release(db.session.get_one(Release, release.id), MANAGER, WEEK_AHEAD + MINUTE)

    assert len(claimed) == 3
    assert lease.close_round([row.id for row in claimed], [], WEEK_AHEAD + MINUTE).committing == set()


@both_databases
def test_reminders_change_nothing_of_the_notice(planned: World, release: Release) -> None:
    before = the_notice(release, Change.ACCEPTANCE, planned.brug)
    found = (before.state, before.given_at, before.completed_at)
    remind(WEEK_AHEAD)
    first, *rest = reminders()
    first.state, first.sent_at = MessageState.SENT, WEEK_AHEAD
    for one in rest:
        one.state = MessageState.FAILED
    db.session.commit()

    settle(WEEK_AHEAD + MINUTE)

    after = the_notice(release, Change.ACCEPTANCE, planned.brug)
    assert (after.state, after.given_at, after.completed_at) == found
    assert {one.settled_at for one in reminders()} == {WEEK_AHEAD + MINUTE}


def test_proof_of_a_reminder_is_no_proof_of_the_notice(planned: World) -> None:
    window = planned_window(planned.product)
    pass_of_the_clock(local("2026-12-02T09:00"))
    at = local("2026-12-08T22:00")
    remind(at)
    for one in reminders():
        one.state, one.sent_at = MessageState.SENT, at
    db.session.commit()

    settle(at)

    assert the_notice(window, Change.MAINTENANCE, planned.brug).state is NoticeState.ANNOUNCED


@pytest.mark.parametrize(
    ("words", "moments"),
    [
        pytest.param((), [], id="off"),
        pytest.param(("P1M", "P3D"), ["2027-01-08T06:00", "2027-01-15T06:00", "2027-02-05T06:00"], id="other-periods"),
    ],
)
def test_product_says_when(planned: World, release: Release, words: tuple[str, ...], moments: list[str]) -> None:
    remind_by(*words)
    found, at = [], TOLD
    while at < local("2027-02-09T00:00"):
        if remind(at):
            found.append(at)
        at += timedelta(hours=1)

    assert found == [local(moment) for moment in moments]


def test_setting_that_changes_sends_no_reminder_again(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)
    remind_by("P2W", "P1W")
    assert remind(WEEK_AHEAD + MINUTE) == 0
    remind_by("P1W", "P3D", "P1D")
    assert remind(WEEK_AHEAD + MINUTE) == 0
    assert remind(local("2027-01-15T06:00")) == 3


@both_databases
def test_eight_workers_remind_once(app: Flask, planned: World, release: Release) -> None:
    def worker() -> Act:
        return lambda: remind(WEEK_AHEAD)

    outcomes = at_once(app, [worker] * 8)

    assert sorted(outcomes, key=str) == [0] * 7 + [3]
    assert len(reminders()) == 3


@both_databases
def test_reminding_while_it_is_cancelled_leaves_nothing_to_send(app: Flask, planned: World, release: Release) -> None:
    release_id = release.id

    def worker() -> Act:
        return lambda: remind(WEEK_AHEAD)

    def manager() -> Act:
        found = db.session.get_one(Release, release_id)
        assert found.revision == 1
        return lambda: cancel_release(found, MANAGER, WEEK_AHEAD)

    outcomes = at_once(app, [worker, manager, worker, worker])

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert reminders(MessageState.QUEUED) == []


def test_tenants_that_were_told_another_plan_are_reminded_too(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    moved(release, production="2027-02-15T06:00", now=TOLD + MINUTE)
    make_tenant(planned.product, "thuiszorg-oost", now=TOLD + MINUTE)
    told_and_given(TOLD + 2 * MINUTE)

    assert remind(WEEK_AHEAD) == 4
    assert remind(WEEK_AHEAD) == 0


def test_reminding_with_nothing_due_costs_three_small_queries(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)
    db.session.rollback()
    with counted_queries() as statements:
        remind(WEEK_AHEAD + MINUTE)
    assert [statement.split("FROM ")[1].split()[0] for statement in statements] == [
        "release",
        "maintenance_window",
        "rollout",
    ]


def test_mail_queue_of_the_cancellation_follows(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)
    cancel_release(release, MANAGER, WEEK_AHEAD + MINUTE)
    keep_up_all(WEEK_AHEAD + MINUTE)
    announce_due(WEEK_AHEAD + MINUTE)

    assert [mail.subject for mail in queued_mails(planned.brug) if mail.address == ENGLISH] == [
        "[Inconto] Off: acceptance to 2027.1 on Mon 18 January 2027, 06:00",
        "[Inconto] Off: production to 2027.1 on Mon 8 February 2027, 06:00",
    ]
