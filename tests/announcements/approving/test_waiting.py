"""What is announced waits for a second person, where the product asks for one."""

import pytest
from sqlalchemy import select

from announcements.models import Approval
from announcements.services import announce_by_hand, announce_due
from schedules.maintenance import cancel_maintenance, move_maintenance
from schedules.notices import NoticeState, Says
from schedules.release_cancelling import cancel_release
from sla.terms import Change
from storage import Refused, db
from tests.approving import OTHER, approved, asks_for_approval
from tests.planning import (
    ACCEPTANCE_DEADLINE,
    TOLD,
    messages,
    moved,
    notices,
    pass_of_the_clock,
    planned_release,
    planned_window,
    queued_mails,
    send,
    the_notice,
)
from tests.world import ADDRESSES, MANAGER, NOW, PLANNER, World, both_databases, local


def subjects() -> list[str]:
    return [mail.subject for mail in queued_mails()]


@both_databases
def test_notices_wait_for_a_second_person_and_leave_at_the_approval(asking: World) -> None:
    release = planned_release(asking.product)
    pass_of_the_clock(TOLD)
    assert messages() == []
    assert {one.state for one in notices(release)} == {NoticeState.PLANNED}

    approval = approved(release, Change.ACCEPTANCE, TOLD)

    assert [message.address for message in messages()] == ADDRESSES
    assert {message.not_after for message in messages()} == {ACCEPTANCE_DEADLINE}
    assert {(one.state, one.announced_at, one.told_plan) for one in notices(release, Change.ACCEPTANCE)} == {
        (NoticeState.ANNOUNCED, TOLD, 1)
    }
    assert {one.state for one in notices(release, Change.PRODUCTION)} == {NoticeState.PLANNED}
    assert (approval.approved_by, approval.approved_at) == (MANAGER.name, TOLD)
    assert (approval.changed_by, approval.tenants, approval.recipients) == (PLANNER.name, 2, 3)
    pass_of_the_clock(TOLD)
    assert len(messages()) == 3


def test_approval_ahead_of_its_time_lets_notices_leave_at_once(asking: World) -> None:
    release = planned_release(asking.product)

    approved(release, Change.PRODUCTION, NOW)

    assert [message.next_attempt_at for message in messages()] == [NOW] * 3
    assert {one.announce_at for one in notices(release, Change.PRODUCTION)} == {NOW}


def test_notices_leave_by_themselves_again_once_nobody_is_asked_for(asking: World) -> None:
    planned_release(asking.product)
    asks_for_approval(asking.product, asks=False)

    pass_of_the_clock(TOLD)

    assert len(messages()) == 6


def test_announcing_by_hand_is_refused_where_approval_is_asked_for(asking: World) -> None:
    release = planned_release(asking.product)

    with pytest.raises(Refused, match="second person"):
        announce_by_hand(release, Change.ACCEPTANCE, MANAGER, NOW)

    assert announce_due(NOW) == 0
    assert {one.announce_at > NOW for one in notices(release)} == {True}


@both_databases
def test_moved_waits_again_and_the_old_date_stands_until_then(asking: World) -> None:
    release = planned_release(asking.product)
    approved(release, Change.PRODUCTION, TOLD)
    send(None, TOLD)
    moved(release, production="2027-02-15T06:00", now=TOLD)

    pass_of_the_clock(TOLD)
    assert queued_mails() == []
    assert the_notice(release, Change.PRODUCTION, asking.brug).state is NoticeState.PLANNED

    approved(release, Change.PRODUCTION, TOLD, Says.MOVED)
    assert subjects()[1] == "[Inconto] Moved: production to 2027.1, now on Mon 15 February 2027, 06:00"
    assert [row.plan_revision for row in db.session.scalars(select(Approval).order_by(Approval.id))] == [1, 2]


def test_cancelled_waits_for_a_second_person(asking: World) -> None:
    release = planned_release(asking.product)
    approved(release, Change.PRODUCTION, TOLD, by=OTHER)
    send(None, TOLD)
    cancel_release(release, MANAGER, TOLD)
    pass_of_the_clock(TOLD)
    assert queued_mails() == []

    approved(release, Change.PRODUCTION, TOLD, Says.CANCELLED, by=OTHER)

    assert subjects()[1] == "[Inconto] Off: production to 2027.1 on Mon 8 February 2027, 06:00"


def test_maintenance_planned_moved_and_cancelled_waits_each_time(asking: World) -> None:
    window = planned_window(asking.product)
    pass_of_the_clock(local("2026-12-02T09:00"))
    approved(window, Change.MAINTENANCE, local("2026-12-02T09:00"))
    send(None, NOW)
    later = local("2026-12-16T22:00"), local("2026-12-17T02:00")
    move_maintenance(window, *later, PLANNER, local("2026-12-03T09:00"), revision=1)
    pass_of_the_clock(local("2026-12-03T09:00"))
    assert queued_mails() == []
    approved(window, Change.MAINTENANCE, local("2026-12-03T09:00"), Says.MOVED)
    assert len(queued_mails()) == 3
    send(None, NOW)
    cancel_maintenance(window, MANAGER, local("2026-12-04T09:00"))
    pass_of_the_clock(local("2026-12-04T09:00"))
    assert queued_mails() == []
    approved(window, Change.MAINTENANCE, local("2026-12-04T09:00"), Says.CANCELLED, by=OTHER)
    assert len(queued_mails()) == 3
