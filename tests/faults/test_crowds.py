"""Many at once, and whoever is killed while mails are being made."""

from collections import Counter
from datetime import timedelta
from functools import partial
from itertools import count

import time_machine
from sqlalchemy import func, select

from outbox.models import OutboxMessage
from schedules.models import Release
from storage import db
from tests.at_once import Act, at_once
from tests.faces.pages import Reader
from tests.faults.audit import rows
from tests.faults.scene import Scene
from tests.planning import PRODUCTION_DEADLINE, planned_release
from tests.world import NOW, World, both_databases, make_tenant

# Both notices of the release are due.
TOLD = PRODUCTION_DEADLINE - timedelta(days=6)
EIGHT = 8


@both_databases
def test_eight_workers_send_two_thousand_mails_once(scene: Scene) -> None:
    scene.queue(2000)
    workers = [scene.start() for _number in range(EIGHT)]
    sent = [worker.counts()["sent"] for worker in workers]
    scene.comes_to_rest()
    found = scene.audit()
    assert (found.violations, found.repeated, found.accepted) == ([], 0, 2000)
    assert (sum(sent), scene.states()) == (2000, {"sent": 2000})


@both_databases
def test_kill_during_the_fan_out_leaves_all_mails_of_an_announcement_or_none(planned: World, scene: Scene) -> None:
    for number in range(5):
        make_tenant(planned.product, f"tenant-{number}", contacts=3)
    planned_release(planned.product)
    scene.now = TOLD
    seen = set()
    for statement in count(1):
        process = scene.calls("announcements.services:announce_due", dies_at=statement)
        if process.wait() == 0:
            break
        made = Counter(row.announcement_id for row in rows().values())
        assert set(made.values()) <= {18}, statement
        seen.add(len(made))
    # It was killed before the first announcement, between the two, and after both.
    assert {0, 1} <= seen
    scene.remember()
    scene.comes_to_rest()
    found = scene.audit()
    scene.record("kills", statement - 1)
    assert (found.violations, found.repeated, found.accepted) == ([], 0, 36)


@both_databases
def test_schedulers_at_the_same_moment_make_one_mail_for_each_contact(planned: World, scene: Scene) -> None:
    for number in range(5):
        make_tenant(planned.product, f"tenant-{number}", contacts=3)
    planned_release(planned.product)
    scene.now = TOLD
    schedulers = [scene.born(clock=TOLD, flask=["tick"]) for _number in range(4)]
    for scheduler in schedulers:
        scheduler.counts()
    scene.ticks()
    found = scene.audit()
    assert (found.violations, found.repeated, found.accepted) == ([], 0, 36)


@both_databases
def test_same_post_twenty_times_plans_one_release_and_mails_it_once(planned: World, scene: Scene) -> None:
    form = {
        "version": "2027.1",
        "title_nl": "Sneller zoeken",
        "title_en": "Faster search",
        "acceptance_at": "2027-01-18T06:00",
        "production_at": "2027-02-08T06:00",
        "step": "plan",
    }

    def post(number: int) -> Act:
        return lambda: readers[number].post("/planner/releases/new", form).status

    with time_machine.travel(NOW, tick=False):
        readers = [Reader(scene.app, "planner@vendor.example") for _number in range(4)]
        statuses: Counter[object] = Counter()
        for _round in range(5):
            statuses.update(at_once(scene.app, [partial(post, number) for number in range(4)]))
    assert (statuses.total(), statuses[302] + statuses[303]) == (20, 1)
    assert db.session.scalar(select(func.count(Release.id))) == 1
    db.session.rollback()
    scene.now = TOLD
    scene.ticks()
    found = scene.audit()
    mails = db.session.scalar(select(func.count(OutboxMessage.id)))
    assert (found.violations, found.repeated, found.accepted, mails) == ([], 0, 6, 6)
