"""Only the last word is mailed, each only once."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from announcements.progress import tell_progress
from announcements.reminding import remind
from outbox.models import MessageState, OutboxMessage
from schedules.maintenance import cancel_maintenance
from schedules.models import MaintenanceWindow, Progress
from schedules.progress import extend_maintenance, finish_maintenance, start_due, start_maintenance
from storage import Refused, db
from tests.announcements.progress.hearing import END, LONGER, MINUTE, START, at, rows, subjects
from tests.at_once import Act, at_once
from tests.world import MANAGER, OPERATOR, World, both_databases


def test_only_the_last_word_is_mailed(planned: World, window: MaintenanceWindow) -> None:
    start_due(START)
    extend_maintenance(window, LONGER, "", "", OPERATOR, END - MINUTE)
    finish_maintenance(window, OPERATOR, END + MINUTE)
    tell_progress(END + MINUTE)

    assert subjects() == ["[Inconto] Maintenance is done"]


def test_word_that_still_waits_is_withdrawn_by_the_next(planned: World, window: MaintenanceWindow) -> None:
    remind(START - timedelta(days=1))
    start_due(START)
    tell_progress(START)
    assert len(subjects(MessageState.QUEUED)) == 1
    finish_maintenance(window, OPERATOR, START + 30 * MINUTE)
    tell_progress(START + 30 * MINUTE)

    assert subjects(MessageState.QUEUED) == ["[Inconto] Maintenance is done"]
    waiting = select(OutboxMessage).where(OutboxMessage.state == MessageState.QUEUED)
    assert len(db.session.scalars(waiting).all()) == 3


def test_clock_says_of_no_start_after_somebody_said_more(planned: World, window: MaintenanceWindow) -> None:
    # No worker ran at the start.
    finish_maintenance(window, OPERATOR, START + 30 * MINUTE)
    at(START + 31 * MINUTE)
    at(START + 32 * MINUTE)

    assert subjects() == ["[Inconto] Maintenance is done"]
    assert [row[0] for row in rows()] == [Progress.DONE]


@both_databases
def test_two_operators_and_the_clock_start_it_once(app: Flask, planned: World, window: MaintenanceWindow) -> None:
    window_id = window.id

    def operator() -> Act:
        found = db.session.get_one(MaintenanceWindow, window_id)
        assert found.product_id
        return lambda: start_maintenance(found, OPERATOR, START)

    def clock() -> Act:
        return lambda: (start_due(START), tell_progress(START))

    outcomes = at_once(app, [operator, clock, operator, clock])
    tell_progress(START)

    assert [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refused)] == []
    assert len(rows()) == 1
    assert subjects() == ["[Inconto] Maintenance is starting"]


@both_databases
def test_double_click_on_longer_is_told_once(app: Flask, planned: World, window: MaintenanceWindow) -> None:
    window_id = window.id
    at(START)

    def operator() -> Act:
        found = db.session.get_one(MaintenanceWindow, window_id)
        assert found.product_id
        return lambda: extend_maintenance(found, LONGER, "", "", OPERATOR, END - MINUTE)

    outcomes = at_once(app, [operator] * 3)
    told_at_once = at_once(app, [lambda: lambda: tell_progress(END - MINUTE)] * 3)

    assert sum(isinstance(one, Refused) for one in outcomes) == 2
    assert sorted(told_at_once, key=str) == [0, 0, 3]
    assert len(subjects()) == 2


@both_databases
def test_start_and_cancellation_at_once_do_not_both_hold(app: Flask, planned: World, window: MaintenanceWindow) -> None:
    window_id = window.id
    early = START - 10 * MINUTE

    def operator() -> Act:
        found = db.session.get_one(MaintenanceWindow, window_id)
        assert found.product_id
        return lambda: start_maintenance(found, OPERATOR, early)

    def manager() -> Act:
        found = db.session.get_one(MaintenanceWindow, window_id)
        assert found.product_id
        return lambda: cancel_maintenance(found, MANAGER, early)

    outcomes = at_once(app, [operator, manager])

    assert sum(isinstance(one, Refused) for one in outcomes) == 1
    db.session.expire_all()
    found = db.session.get_one(MaintenanceWindow, window_id)
    assert (found.started_at is None) != (found.cancelled_at is None)
