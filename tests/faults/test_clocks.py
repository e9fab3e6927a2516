"""Clocks that are wrong, deadlines on the odd days of the calendar, and workers that were down over them.

The processes have a clock of their own from `faketime`; nothing in the product knows of it.
"""

import shutil
from datetime import datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient

from schedules.notices import Notice, NoticeState
from sla.terms import Change
from storage import db
from tests.faults.ledger_server import RCPT
from tests.faults.processes import wait_until
from tests.faults.scene import MINUTE, Scene
from tests.planning import PRODUCTION_DEADLINE, notices, planned_release
from tests.world import NOW, World, both_databases, both_databases_of_faults

FORTNIGHT = timedelta(days=14)
PROVEN = {NoticeState.GIVEN, NoticeState.COMPLETE}

pytestmark = pytest.mark.skipif(shutil.which("faketime") is None, reason="needs Debian's faketime")

# Which notice, its release's two dates, and the deadline by hand.
ODD_DAYS = {
    "the last day of February": (Change.PRODUCTION, "2027-03-17T06:00", "2027-03-31T06:00", "2027-02-28T05:00Z"),
    "29 February": (Change.PRODUCTION, "2028-03-17T02:00", "2028-03-31T02:00", "2028-02-29T01:00Z"),
    "the hour that is missing": (Change.ACCEPTANCE, "2027-04-11T02:30", "2027-05-25T06:00", "2027-03-28T00:30Z"),
    "the hour that comes twice": (Change.ACCEPTANCE, "2027-11-14T02:30", "2027-12-20T06:00", "2027-10-31T00:30Z"),
    "31 December 23:30 UTC": (Change.PRODUCTION, "2028-01-17T06:00", "2028-02-01T00:30", "2027-12-31T23:30Z"),
}
odd_days = pytest.mark.parametrize(("kind", "acceptance", "production", "deadline"), ODD_DAYS.values(), ids=ODD_DAYS)


@both_databases_of_faults
@odd_days
def test_worker_that_comes_a_minute_before_the_deadline_is_in_time(
    planned: World, scene: Scene, kind: Change, acceptance: str, production: str, deadline: str
) -> None:
    release = planned_release(planned.product, "2027.1", acceptance, production)
    due = datetime.fromisoformat(deadline)
    assert {notice.deadline_at for notice in notices(release, kind)} == {due}
    scene.now = due - MINUTE
    scene.ticks()
    found = scene.audit()
    told = notices(release, kind)
    assert {notice.state in PROVEN for notice in told} == {True}
    assert {notice.given_at is not None and notice.given_at <= due for notice in told} == {True}
    assert (found.violations, found.repeated) == ([], 0)


@both_databases_of_faults
@odd_days
def test_worker_that_was_down_over_the_deadline_says_missed_and_sends_nothing_late(
    planned: World, scene: Scene, kind: Change, acceptance: str, production: str, deadline: str
) -> None:
    release = planned_release(planned.product, "2027.1", acceptance, production)
    scene.now = datetime.fromisoformat(deadline) + MINUTE / 2
    scene.ticks()
    found = scene.audit()
    assert {notice.state for notice in notices(release, kind)} == {NoticeState.MISSED}
    late = [one for one in scene.server.read().accepted if one.dated and one.dated < scene.now - MINUTE]
    assert (found.violations, found.repeated, late) == ([], 0, [])


@both_databases
def test_worker_says_missed_within_a_minute_of_its_start(planned: World, scene: Scene) -> None:
    release = planned_release(planned.product)
    scene.now = PRODUCTION_DEADLINE + timedelta(days=2)
    scene.born(clock=scene.now, flask=["worker"])

    def missed() -> bool:
        db.session.rollback()
        return {notice.state for notice in notices(release)} == {NoticeState.MISSED}

    wait_until(missed)
    moments = {notice.missed_at for notice in db.session.query(Notice)}
    assert all(moment is not None and moment - scene.now < MINUTE for moment in moments)
    found = scene.audit()
    assert (found.violations, found.accepted) == ([], 0)


@both_databases
def test_mails_queued_before_a_deadline_and_found_after_it_stay_unsent(planned: World, scene: Scene) -> None:
    release = planned_release(planned.product)
    scene.now = PRODUCTION_DEADLINE - timedelta(hours=1)
    scene.calls("announcements.services:announce_due").wait()
    scene.remember()
    scene.now = PRODUCTION_DEADLINE + MINUTE / 2
    scene.ticks()
    found = scene.audit()
    assert {notice.state for notice in notices(release, Change.PRODUCTION)} == {NoticeState.MISSED}
    assert (found.violations, found.accepted, scene.states()) == ([], 0, {"expired": 3})


@both_databases
def test_clock_a_fortnight_ahead_and_put_right_repeats_nothing(scene: Scene) -> None:
    scene.queue(8, not_after=NOW + 30 * FORTNIGHT)
    scene.server.order(RCPT, "say", text="451 4.3.0 Later", to="reader3@")
    scene.now = NOW + FORTNIGHT
    scene.ticks()
    assert scene.states() == {"sent": 7, "queued": 1}
    scene.now = NOW + MINUTE
    scene.ticks()
    scene.now = NOW + FORTNIGHT + 2 * MINUTE
    scene.ticks()
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": 8})


@both_databases
def test_clock_a_day_back_and_put_right_repeats_nothing(scene: Scene) -> None:
    scene.queue(8)
    scene.server.order(RCPT, "say", text="451 4.3.0 Later", to="reader3@")
    scene.ticks()
    assert scene.states() == {"sent": 7, "queued": 1}
    scene.now = NOW - timedelta(days=1)
    scene.ticks()
    assert scene.states() == {"sent": 7, "queued": 1}
    scene.now = NOW + 2 * MINUTE
    scene.ticks()
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": 8})


@both_databases_of_faults
def test_worker_killed_under_a_clock_ahead_does_not_keep_its_rows(scene: Scene) -> None:
    scene.queue(8, not_after=NOW + 30 * FORTNIGHT)
    scene.server.order(RCPT, "kill", skip=2)
    scene.now = NOW + FORTNIGHT
    scene.dies(scene.born(clock=scene.now, flask=["tick"]))
    scene.now = NOW + 15 * MINUTE
    scene.ticks()
    found = scene.audit()
    assert (found.violations, found.repeated, scene.states()) == ([], 0, {"sent": 8})


@both_databases_of_faults
def test_health_does_not_believe_a_sign_of_life_from_the_future(scene: Scene, client: FlaskClient) -> None:
    scene.now = NOW + FORTNIGHT
    scene.ticks()
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        response = client.get("/healthz")
    assert (response.status_code, response.get_json()["problems"]) == (503, ["no worker was seen for a minute"])
