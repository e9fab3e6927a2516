"""Reminders are sent once, change nothing of the notice, and ask little."""

from flask import Flask

from announcements.reminding import remind
from announcements.settling import settle
from outbox.models import MessageState
from schedules.models import Release
from schedules.notices import NoticeState
from sla.terms import Change
from storage import db
from tests.announcements.reminding.reading import MINUTE, WEEK_AHEAD, reminders
from tests.at_once import Act, at_once
from tests.planning import counted_queries, pass_of_the_clock, planned_window, the_notice
from tests.world import World, both_databases, local


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


@both_databases
def test_eight_workers_remind_once(app: Flask, planned: World, release: Release) -> None:
    def worker() -> Act:
        return lambda: remind(WEEK_AHEAD)

    outcomes = at_once(app, [worker] * 8)

    assert sorted(outcomes, key=str) == [0] * 7 + [3]
    assert len(reminders()) == 3


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
