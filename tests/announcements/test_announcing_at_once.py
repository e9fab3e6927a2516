"""Workers that announce beside each other, and beside who moves and cancels."""

from datetime import datetime

from flask import Flask
from sqlalchemy import select

from announcements.models import Announcement
from announcements.services import announce_due
from schedules.maintenance import move_maintenance
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Says
from schedules.release_cancelling import cancel_release
from storage import db
from tests.at_once import Act, at_once
from tests.planning import TOLD, messages, notices, planned_release, planned_window
from tests.world import ADDRESSES, MANAGER, PLANNER, World, both_databases, local, make_tenant

ROUNDS = 10


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
