"""An approval beside other people and workers: once, and of what was seen only."""

from datetime import datetime

from flask import Flask

from announcements.approvals import approvals_of
from announcements.approving import approve
from announcements.catching_up import catch_up
from announcements.models import Approval
from announcements.services import announce_due
from evidence.actors import Actor
from evidence.chain import verify
from outbox.models import MessageState
from schedules.errors import ChangedMeanwhile
from schedules.maintenance import move_maintenance
from schedules.models import MaintenanceWindow, Release
from schedules.notices import NoticeState, Says
from sla.terms import Change
from storage import Conflict, db
from tenants.contacts import ContactFacts, add_contact
from tenants.models import Tenant
from tests.approving import OTHER, approved, print_of
from tests.at_once import Act, Prepared, at_once
from tests.planning import (
    TOLD,
    counted_queries,
    messages,
    notices,
    pass_of_the_clock,
    planned_release,
    planned_window,
    read,
    the_notice,
)
from tests.world import ADMIN, MANAGER, NOW, PLANNER, World, both_databases, local, make_tenant

ROUNDS = 6


def approver(release_id: int, by: Actor, seen: str) -> Prepared:
    def prepare() -> Act:
        own = db.session.get_one(Release, release_id)
        return lambda: approve(own, Change.PRODUCTION, Says.PLANNED, by, NOW, seen=seen)

    return prepare


@both_databases
def test_two_managers_at_once_are_one_approval(app: Flask, asking: World) -> None:
    for number in range(5):
        make_tenant(asking.product, f"tenant-{number}", contacts=3)
    for year in range(2027, 2027 + ROUNDS):
        release = planned_release(asking.product, f"{year}.1", f"{year}-01-18T06:00", f"{year}-02-08T06:00")
        seen = print_of(release, Change.PRODUCTION, NOW)
        before = len(messages())

        outcomes = at_once(app, [approver(release.id, by, seen) for by in (MANAGER, OTHER, ADMIN)])

        assert sorted(type(one).__name__ for one in outcomes) == ["Approval", "Conflict", "Conflict"]
        assert announce_due(NOW) == len(messages()) - before == 18
    assert verify() == []


@both_databases
def test_approval_answers_before_its_mails_are_written_and_the_clock_writes_them(asking: World) -> None:
    release = planned_release(asking.product)
    seen = print_of(release, Change.PRODUCTION, NOW)
    with counted_queries() as few:
        approval = approve(release, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW, seen=seen)

    assert (messages(), approval.written_at, approval.recipients) == ([], None, 3)
    assert [one.state for one in notices(release, Change.PRODUCTION)] == [NoticeState.PLANNED] * 2
    for number in range(5):
        make_tenant(asking.product, f"tenant-{number}", contacts=3)
    other = planned_release(asking.product, "2027.2", "2027-04-19T06:00", "2027-05-10T06:00")
    seen = print_of(other, Change.PRODUCTION, NOW)
    with counted_queries() as many:
        approve(other, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW, seen=seen)
    assert len(many) == len(few)

    assert announce_due(NOW) == 3 + 3 + 15
    assert announce_due(NOW) == 0
    assert {one.written_at for one in approvals_of(release)} == {NOW}
    assert verify() == []


@both_databases
def test_two_workers_write_an_approval_once(app: Flask, asking: World) -> None:
    for number in range(ROUNDS):
        window = planned_window(asking.product, "2027-01-06T22:00", "2027-01-07T02:00", reference=f"M-{number}")
        seen = print_of(window, Change.MAINTENANCE, NOW)
        approve(window, Change.MAINTENANCE, Says.PLANNED, MANAGER, NOW, seen=seen)

        def worker() -> Act:
            return lambda: announce_due(NOW)

        outcomes = at_once(app, [worker, worker, worker])

        assert sorted(str(one) for one in outcomes) == ["0", "0", "3"]


@both_databases
def test_approval_while_contacts_come_and_go_tells_each_once(app: Flask, asking: World) -> None:
    for number in range(ROUNDS):
        window = planned_window(asking.product, "2027-01-06T22:00", "2027-01-07T02:00", reference=f"M-{number}")
        tenant = make_tenant(asking.product, f"tenant-{number}", contacts=2)
        pass_of_the_clock(NOW)
        seen = print_of(window, Change.MAINTENANCE, NOW)

        def manager(window_id: int = window.id, seen: str = seen) -> Act:
            own = db.session.get_one(MaintenanceWindow, window_id)
            return lambda: approve(own, Change.MAINTENANCE, Says.PLANNED, MANAGER, NOW, seen=seen)

        def appointing(tenant_id: int = tenant.id) -> Act:
            own = db.session.get_one(Tenant, tenant_id)
            return lambda: add_contact(own, ContactFacts("Noor", "noor@tenant.example"), MANAGER)

        def worker() -> Act:
            return lambda: catch_up(NOW)

        outcomes = at_once(app, [manager, appointing, worker])
        if isinstance(outcomes[0], ChangedMeanwhile):
            approved(window, Change.MAINTENANCE, NOW)
        pass_of_the_clock(NOW)

        assert [type(one).__name__ for one in outcomes[1:]] == ["Contact", "int"]
        assert isinstance(outcomes[0], Approval | ChangedMeanwhile)
        of_window = [message.address for message in messages(tenant) if f"M-{number}" in message.letter.plain]
        assert sorted(of_window) == sorted(
            [f"contact{one}@tenant-{number}.example" for one in (1, 2)] + ["noor@tenant.example"]
        )


@both_databases
def test_approval_and_move_at_once_never_tell_the_date_that_was_not_seen(app: Flask, asking: World) -> None:
    for number in range(ROUNDS):
        window = planned_window(asking.product, "2027-01-06T22:00", "2027-01-07T02:00", reference=f"M-{number}")
        seen = print_of(window, Change.MAINTENANCE, NOW)
        later = local("2027-01-16T22:00"), local("2027-01-17T02:00")
        before = len(messages())

        def manager(window_id: int = window.id, seen: str = seen) -> Act:
            own = db.session.get_one(MaintenanceWindow, window_id)
            return lambda: approve(own, Change.MAINTENANCE, Says.PLANNED, MANAGER, NOW, seen=seen)

        def planner(window_id: int = window.id, later: tuple[datetime, datetime] = later) -> Act:
            own = db.session.get_one(MaintenanceWindow, window_id)
            return lambda: move_maintenance(own, *later, PLANNER, NOW, revision=1)

        def worker() -> Act:
            return lambda: announce_due(TOLD)

        outcomes = at_once(app, [manager, planner, worker])

        db.session.expire_all()
        assert isinstance(outcomes[1], MaintenanceWindow)
        mails = [read(message) for message in messages()[before:]]
        assert isinstance(outcomes[0], Approval | ChangedMeanwhile | Conflict)
        # Written between the two, it was told the date that was seen; else nothing was, and nothing is without a word.
        written = [mail.facts[2].split(",")[0] for mail in mails][1:2]
        says = the_notice(window, Change.MAINTENANCE, asking.brug).says
        assert (written, says) in [(["Wed 6 January 2027"], Says.MOVED), ([], Says.PLANNED)]
        assert {one.state for one in messages()[before:]} <= {MessageState.CANCELLED}
        assert announce_due(TOLD) == 0
