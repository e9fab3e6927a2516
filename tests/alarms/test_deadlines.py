"""The deadline watch: warned of at 72, 24 and 4 hours, missed for good, each once, and taken back (SLA 3.3)."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update

from alarms.services import watch
from announcements.settling import settle, watch_deadlines
from schedules.notices import Notice, NoticeState
from schedules.release_cancelling import cancel_release
from sla.terms import Change
from storage import db
from tests.alarms.watching import ME, alarms, mailed, standing, watched
from tests.at_once import Act, at_once
from tests.planning import (
    PRODUCTION_DEADLINE,
    counted_queries,
    moved,
    pass_of_the_clock,
    planned_release,
    planned_window,
    send,
    the_notice,
    told_and_given,
)
from tests.world import MANAGER, NOW, World, both_databases, local, make_tenant

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)
PLANNER = "planner@vendor.example"


def only_production(state: NoticeState = NoticeState.PLANNED) -> None:
    """Let acceptance be given, and leave production as it is wanted."""
    db.session.execute(update(Notice).where(Notice.kind != Change.PRODUCTION).values(state=NoticeState.COMPLETE))
    db.session.execute(update(Notice).where(Notice.kind == Change.PRODUCTION).values(state=state))
    db.session.commit()


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (72 * HOUR + SECOND, []),
        (72 * HOUR, [("deadline_near", 72, False)]),
        (24 * HOUR + SECOND, [("deadline_near", 72, False)]),
        (24 * HOUR, [("deadline_near", 24, False)]),
        (4 * HOUR + SECOND, [("deadline_near", 24, False)]),
        (4 * HOUR, [("deadline_near", 4, False)]),
        # Lapsed, and marked as missed by the next pass.
        (-SECOND, [("deadline_near", 4, False)]),
    ],
)
def test_warning_comes_at_the_nearest_step(
    planned: World, before: timedelta, expected: list[tuple[str, int, bool]]
) -> None:
    planned_release(planned.product)
    only_production()
    watched(PRODUCTION_DEADLINE - before)

    assert standing() == expected
    assert len(mailed(PLANNER)) == len(expected)


@pytest.mark.parametrize("state", list(NoticeState))
def test_only_what_has_no_proof_is_warned_of(planned: World, state: NoticeState) -> None:
    planned_release(planned.product)
    only_production(state)
    watched(PRODUCTION_DEADLINE - HOUR)

    unproven = {NoticeState.PLANNED: 4, NoticeState.DUE: 4, NoticeState.ANNOUNCED: 4}
    warned = [step for kind, step, _over in standing() if kind == "deadline_near"]
    assert warned == ([unproven[state]] if state in unproven else [])


@both_databases
def test_each_step_is_told_once_and_missed_once(planned: World) -> None:
    planned_release(planned.product)
    only_production()
    for hours in (73, 72, 50, 24, 24, 5, 4, 1, 0):
        watched(PRODUCTION_DEADLINE - hours * HOUR)
    watch_deadlines(PRODUCTION_DEADLINE + SECOND)
    for later in (SECOND, HOUR, 24 * HOUR):
        watched(PRODUCTION_DEADLINE + later)

    assert mailed(PLANNER) == [
        "72 hours left: no proof that 2 tenants heard of release 2027.1 in production",
        "24 hours left: no proof that 2 tenants heard of release 2027.1 in production",
        "4 hours left: no proof that 2 tenants heard of release 2027.1 in production",
        "MISSED: 2 tenants not told of release 2027.1 in production in time",
    ]
    # The warning has come true, which is no reason to say that it is over.
    assert standing() == [("deadline_near", 4, True), ("missed", 0, False)]


@both_databases
def test_warning_is_taken_back_once_the_notice_is_given(planned: World) -> None:
    planned_release(planned.product)
    pass_of_the_clock(local("2027-01-01T09:00"))
    watched(PRODUCTION_DEADLINE - 30 * HOUR)
    send(None, PRODUCTION_DEADLINE - 29 * HOUR)
    settle(PRODUCTION_DEADLINE - 29 * HOUR)
    watched(PRODUCTION_DEADLINE - 29 * HOUR)
    watched(PRODUCTION_DEADLINE - 2 * HOUR)

    subject = "72 hours left: no proof that 2 tenants heard of release 2027.1 in production"
    assert [one for one in mailed(PLANNER) if "production" in one] == [subject, f"Over: {subject}"]


def test_product_whose_notices_leave_by_themselves_is_quiet(planned: World) -> None:
    planned_release(planned.product)
    now = NOW
    while now < PRODUCTION_DEADLINE + 24 * HOUR:
        told_and_given(now)
        watched(now)
        now += 12 * HOUR

    assert (standing(), mailed(PLANNER)) == ([], [])


@pytest.mark.parametrize(
    ("life", "left", "steps"),
    [
        (30 * HOUR, 29 * HOUR, []),
        (30 * HOUR, 24 * HOUR, [24]),
        (24 * HOUR, 24 * HOUR, [24]),
        (24 * HOUR - SECOND, 5 * HOUR, []),
        (3 * HOUR, 2 * HOUR, []),
        (100 * HOUR, 2 * HOUR, [4]),
    ],
)
def test_short_notice_is_warned_of_at_the_steps_ahead_only(
    planned: World, life: timedelta, left: timedelta, steps: list[int]
) -> None:
    planned_release(planned.product)
    only_production()
    db.session.execute(update(Notice).values(created_at=PRODUCTION_DEADLINE - life))
    db.session.commit()
    watched(PRODUCTION_DEADLINE - left)

    assert [alarm.step for alarm in alarms() if alarm.kind.value == "deadline_near"] == steps


def test_sixty_tenants_are_one_alarm_with_the_first_names(planned: World) -> None:
    for number in range(58):
        make_tenant(planned.product, f"tenant-{number:02d}", contacts=1)
    planned_release(planned.product)
    only_production()
    watch_deadlines(PRODUCTION_DEADLINE + SECOND)
    watched(PRODUCTION_DEADLINE + SECOND)

    [alarm] = alarms()
    assert (alarm.facts["number"], alarm.facts["tenants"]) == (60, [f"Tenant {number:02d}" for number in range(5)])
    assert mailed(PLANNER) == ["MISSED: 60 tenants not told of release 2027.1 in production in time"]


def test_tenants_that_join_change_the_page_and_mail_nobody(planned: World) -> None:
    release = planned_release(planned.product)
    only_production(NoticeState.COMPLETE)
    first = the_notice(release, Change.PRODUCTION, planned.brug)
    first.state = NoticeState.MISSED
    db.session.commit()
    watched(PRODUCTION_DEADLINE + SECOND)
    the_notice(release, Change.PRODUCTION, planned.peelrand).state = NoticeState.MISSED
    db.session.commit()
    watched(PRODUCTION_DEADLINE + HOUR)

    [alarm] = alarms()
    assert (alarm.facts["number"], len(alarm.facts["tenants"])) == (2, 2)
    assert mailed(PLANNER) == ["MISSED: 1 tenant not told of release 2027.1 in production in time"]


def test_missed_is_over_when_the_change_moves(planned: World) -> None:
    release = planned_release(planned.product)
    only_production()
    watch_deadlines(PRODUCTION_DEADLINE + SECOND)
    watched(PRODUCTION_DEADLINE + SECOND)
    moved(release, production="2027-04-05T06:00", now=PRODUCTION_DEADLINE + HOUR)
    watched(PRODUCTION_DEADLINE + HOUR)

    assert standing() == [("missed", 0, True)]
    assert mailed(PLANNER)[-1] == "Over: MISSED: 2 tenants not told of release 2027.1 in production in time"


def test_missed_is_over_when_the_change_is_cancelled(planned: World) -> None:
    release = planned_release(planned.product)
    only_production()
    watch_deadlines(PRODUCTION_DEADLINE + SECOND)
    watched(PRODUCTION_DEADLINE + SECOND)
    cancel_release(release, MANAGER, PRODUCTION_DEADLINE + HOUR)
    watched(PRODUCTION_DEADLINE + HOUR)

    assert [over for kind, _step, over in standing() if kind == "missed"] == [True]


def test_missed_fades_a_week_after_the_change_without_a_word(planned: World) -> None:
    release = planned_release(planned.product)
    only_production()
    watch_deadlines(PRODUCTION_DEADLINE + SECOND)
    watched(PRODUCTION_DEADLINE + SECOND)
    for after, over in ((timedelta(days=7) - SECOND, False), (timedelta(days=7), True)):
        watched(release.production_at + after)
        assert standing() == [("missed", 0, over)]

    assert len(mailed(PLANNER)) == 1


def test_maintenance_is_warned_of_before_its_start(planned: World) -> None:
    window = planned_window(planned.product)
    watched(window.starts_at - 72 * HOUR)
    watch_deadlines(window.starts_at + SECOND)
    watched(window.starts_at + SECOND)

    assert mailed(PLANNER) == [
        "72 hours left: no proof that 2 tenants heard of maintenance M-1",
        "MISSED: 2 tenants not told of maintenance M-1 in time",
    ]


def test_tenant_with_a_deadline_of_its_own_is_an_alarm_of_its_own(planned: World) -> None:
    release = planned_release(planned.product)
    only_production()
    earlier = PRODUCTION_DEADLINE - timedelta(days=14)
    the_notice(release, Change.PRODUCTION, planned.brug).lapses_at = earlier
    db.session.commit()
    watched(earlier - HOUR)

    [alarm] = alarms()
    assert alarm.facts["tenants"] == ["Zorggroep De Brug"]
    assert datetime.fromisoformat(alarm.facts["until"]) == earlier


@both_databases
def test_eight_workers_raise_and_take_back_once(planned: World, app: Flask) -> None:
    planned_release(planned.product)
    only_production()

    def tick(now: datetime, number: int) -> Act:
        return lambda: watch(now, f"here/{number}")

    for now in (PRODUCTION_DEADLINE - 72 * HOUR, PRODUCTION_DEADLINE - 20 * HOUR):
        changed = at_once(app, [lambda number=number, now=now: tick(now, number) for number in range(8)])  # type: ignore[misc]
        assert sorted(changed, key=str) == [0] * 7 + [1]
    only_production(NoticeState.COMPLETE)
    changed = at_once(app, [lambda number=number: tick(PRODUCTION_DEADLINE, number) for number in range(8)])  # type: ignore[misc]

    assert sorted(changed, key=str) == [0] * 7 + [1]
    assert [subject.split(":")[0] for subject in mailed(PLANNER)] == ["72 hours left", "24 hours left", "Over"]


def test_number_of_queries_does_not_grow_with_the_tenants(planned: World) -> None:
    def queries() -> int:
        with counted_queries() as statements:
            watch(PRODUCTION_DEADLINE - HOUR, ME)
        return len(statements)

    planned_release(planned.product)
    only_production()
    watch(PRODUCTION_DEADLINE - HOUR, ME)
    few = queries()
    for number in range(28):
        make_tenant(planned.product, f"tenant-{number:02d}")
    pass_of_the_clock(NOW)
    watch(PRODUCTION_DEADLINE - HOUR, ME)

    assert queries() == few
