"""Nobody is reminded of what is moved or off."""

from flask import Flask

from announcements.reminding import remind
from announcements.services import announce_due
from outbox.leases import Lease
from outbox.models import MessageState
from schedules.maintenance import cancel_maintenance, move_maintenance
from schedules.models import MaintenanceWindow, Release
from schedules.release_cancelling import cancel_release
from schedules.upkeep import keep_up_all
from storage import db
from tests.announcements.reminding.reading import DAY_AHEAD, MINUTE, REMINDER, WEEK_AHEAD, reminders, subjects
from tests.at_once import Act, at_once
from tests.planning import TOLD, moved, pass_of_the_clock, planned_release, queued_mails, send, told_and_given
from tests.world import ENGLISH, MANAGER, PLANNER, World, both_databases, local, make_tenant


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


def test_mail_queue_of_the_cancellation_follows(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)
    cancel_release(release, MANAGER, WEEK_AHEAD + MINUTE)
    keep_up_all(WEEK_AHEAD + MINUTE)
    announce_due(WEEK_AHEAD + MINUTE)

    assert [mail.subject for mail in queued_mails(planned.brug) if mail.address == ENGLISH] == [
        "[Inconto] Off: acceptance to 2027.1 on Mon 18 January 2027, 06:00",
        "[Inconto] Off: production to 2027.1 on Mon 8 February 2027, 06:00",
    ]
