"""What nobody was told of can be taken back by whoever may plan."""

from datetime import timedelta

import pytest

from announcements.services import announce_due
from evidence.actors import NotAllowed
from evidence.chain import verify
from release_notes.services import publish_notes, save_languages
from schedules.hearers import Hearers, Told, dates_told, hearers
from schedules.models import Impact
from schedules.notices import NoticeState
from schedules.release_cancelling import cancel_release
from schedules.withdrawing import may_withdraw, withdraw_maintenance, withdraw_release
from sla.terms import Change
from storage import Refused, db
from tests.faces.pages import everything
from tests.planning import (
    ACCEPTANCE,
    PRODUCTION,
    moved,
    notices,
    pass_of_the_clock,
    planned_release,
    planned_window,
    queued_mails,
    told_and_given,
)
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local

TOLD_AT = local("2027-01-02T06:00")


@both_databases
def test_planner_takes_back_a_release_that_nobody_was_told_of(planned: World) -> None:
    release = planned_release(planned.product)
    withdraw_release(release, PLANNER, NOW)
    assert (release.cancelled_at, release.cancelled_by, release.slot) == (NOW, PLANNER.name, None)
    assert {notice.state for notice in notices(release)} == {NoticeState.CANCELLED}
    pass_of_the_clock(TOLD_AT)
    assert queued_mails() == []
    assert verify() == []
    # The version is free again.
    assert planned_release(planned.product).slot == 1


@both_databases
def test_planner_takes_back_maintenance_that_nobody_was_told_of(planned: World) -> None:
    window = planned_window(planned.product)
    withdraw_maintenance(window, PLANNER, NOW)
    assert (window.cancelled_at, window.cancelled_by) == (NOW, PLANNER.name)
    pass_of_the_clock(local("2026-12-10T06:00"))
    assert queued_mails() == []


@both_databases
def test_what_one_tenant_was_told_of_stands(planned: World) -> None:
    release = planned_release(planned.product)
    one = notices(release, Change.ACCEPTANCE, planned.brug)[0]
    one.announce_at = NOW
    db.session.commit()
    announce_due(NOW)
    before = everything()
    assert hearers(release, NOW) == Hearers(1, 2, 1)
    with pytest.raises(Refused):
        withdraw_release(release, PLANNER, NOW)
    assert everything() == before
    cancel_release(release, MANAGER, NOW)


def test_maintenance_without_impact_is_on_the_portal_at_once(planned: World) -> None:
    window = planned_window(planned.product, impact=Impact.NO_IMPACT)
    assert not may_withdraw(window, NOW)
    with pytest.raises(Refused):
        withdraw_maintenance(window, PLANNER, NOW)
    assert window.cancelled_at is None


def test_what_has_begun_or_is_off_is_not_taken_back(planned: World) -> None:
    release, window = planned_release(planned.product), planned_window(planned.product)
    with pytest.raises(Refused):
        withdraw_release(release, PLANNER, local(ACCEPTANCE))
    with pytest.raises(Refused):
        withdraw_maintenance(window, PLANNER, window.starts_at)
    withdraw_release(release, PLANNER, NOW)
    withdraw_maintenance(window, PLANNER, NOW)
    before = everything()
    with pytest.raises(Refused):
        withdraw_release(release, PLANNER, NOW)
    with pytest.raises(Refused):
        withdraw_maintenance(window, PLANNER, NOW)
    assert everything() == before


def test_taking_back_is_for_who_may_plan(planned: World) -> None:
    release, window = planned_release(planned.product), planned_window(planned.product)
    with pytest.raises(NotAllowed):
        withdraw_release(release, OPERATOR, NOW)
    with pytest.raises(NotAllowed):
        withdraw_maintenance(window, OPERATOR, NOW)


def test_hearers_are_those_of_the_updates_that_lie_ahead(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(local("2026-12-29T06:00"))
    # Acceptance and production leave a week before their deadlines, of 4 and 8 January.
    assert hearers(release, TOLD_AT, frozenset({Change.PRODUCTION})) == Hearers(0, 0, 0)
    assert hearers(release, TOLD_AT, frozenset({Change.ACCEPTANCE})) == Hearers(2, 3, 2)
    assert hearers(release, TOLD_AT) == Hearers(2, 3, 2)
    assert hearers(release, local(ACCEPTANCE), frozenset({Change.ACCEPTANCE})) == Hearers(0, 0, 0)
    cancel_release(release, MANAGER, TOLD_AT)
    assert hearers(release, TOLD_AT) == Hearers(0, 0, 0)


def test_old_dates_of_a_move_are_known_until_it_is_told(planned: World) -> None:
    release = planned_release(planned.product)
    moved(release, production="2027-02-15T06:00")
    # Nobody knew the old date.
    assert dates_told(release, NOW) == {}
    moved(release, production=PRODUCTION)
    told_and_given(TOLD_AT)
    moved(release, production="2027-02-15T06:00", now=TOLD_AT)
    assert dates_told(release, TOLD_AT) == {Change.PRODUCTION: Told(local(PRODUCTION), None)}
    # Put back, it stands as it was told, and nobody hears of it.
    back = {Change.PRODUCTION: (local(PRODUCTION), None)}
    assert hearers(release, TOLD_AT, frozenset(back)) == Hearers(2, 3, 2)
    assert hearers(release, TOLD_AT, frozenset(back), moved_to=back) == Hearers(0, 0, 0)
    moved(release, production=PRODUCTION, now=TOLD_AT)
    assert dates_told(release, TOLD_AT) == {}
    mails = len(queued_mails())
    pass_of_the_clock(TOLD_AT)
    assert len(queued_mails()) == mails
    moved(release, production="2027-02-15T06:00", now=TOLD_AT)
    told_and_given(TOLD_AT)
    assert dates_told(release, TOLD_AT) == {}


@both_databases
def test_release_whose_notes_are_published_is_not_taken_back_but_cancelled_for_all_to_hear(planned: World) -> None:
    release = planned_release(planned.product)
    save_languages(release, {"nl": "Sneller zoeken", "en": "Faster search"}, PLANNER, NOW, revisions={})
    publish_notes(release, MANAGER, NOW)
    assert not may_withdraw(release, NOW)
    with pytest.raises(Refused) as refused:
        withdraw_release(release, PLANNER, NOW)
    assert refused.value.field == "withdraw"

    cancel_release(release, MANAGER, NOW)
    announce_due(NOW + timedelta(minutes=1))

    mails = [one for one in queued_mails() if "2027.1" in one.subject and "notes" not in one.subject.lower()]
    assert len(mails) == len(planned.brug.contacts) + len(planned.peelrand.contacts)
    assert all("8 " in one.text for one in mails)
