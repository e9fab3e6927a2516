"""A customer that chooses its own date takes nothing away from what a second person reads or has approved."""

from datetime import timedelta

import pytest

from announcements.approvals import approvals_of, approved_now
from announcements.approving import approve
from announcements.services import announce_due
from evidence.chain import verify
from schedules.choosing import choose_date
from schedules.errors import ChangedMeanwhile
from schedules.models import Release
from schedules.notices import NoticeState, Says
from schedules.rollouts import give_own_date
from sla.terms import Change
from storage import db
from tenants.choosing import ChoiceFacts, set_choice
from tests.approving import approved, asks_for_approval, print_of
from tests.planning import messages, planned_release, queued_mails, the_notice
from tests.world import ADMIN, MANAGER, NOW, PLANNER, World, both_databases, local

CHOICES = ["2027-02-15T06:00", "2027-02-22T06:00"]


@pytest.fixture
def release(planned: World) -> Release:
    """Its production is told to all; its acceptance waits for a second person."""
    asks_for_approval(planned.product)
    set_choice(planned.product, ChoiceFacts("P3W", ("1",), ""), ADMIN)
    one = planned_release(planned.product)
    approved(one, Change.PRODUCTION, NOW)
    return one


@both_databases
def test_what_is_being_read_can_be_approved_while_customers_choose(planned: World, release: Release) -> None:
    seen = print_of(release, Change.ACCEPTANCE, NOW)
    for chosen in CHOICES:
        choose_date(release, planned.brug.contacts[0], local(chosen), NOW)
    approve(release, Change.ACCEPTANCE, Says.PLANNED, MANAGER, NOW, seen=seen)
    announce_due(NOW)
    states = {the_notice(release, Change.ACCEPTANCE, one).state for one in (planned.brug, planned.peelrand)}
    assert states == {NoticeState.ANNOUNCED}


@both_databases
def test_what_was_approved_leaves_though_a_customer_chose_since(planned: World, release: Release) -> None:
    seen = print_of(release, Change.ACCEPTANCE, NOW)
    approval = approve(release, Change.ACCEPTANCE, Says.PLANNED, MANAGER, NOW, seen=seen)
    before = len(messages(planned.peelrand))
    choose_date(release, planned.brug.contacts[0], local(CHOICES[0]), NOW)
    assert announce_due(NOW + timedelta(seconds=30)) == 3
    (mail,) = messages(planned.peelrand)[before:]
    # The very letter that was seen.
    assert mail.letter.announcement_id == approval.announcement_id
    assert the_notice(release, Change.ACCEPTANCE, planned.peelrand).told_plan == approval.plan_revision
    assert verify() == []


@both_databases
def test_each_move_that_customers_choose_is_approved_anew(planned: World, release: Release) -> None:
    choose_date(release, planned.brug.contacts[0], local(CHOICES[0]), NOW)
    approved(release, Change.PRODUCTION, NOW, Says.MOVED)
    choose_date(release, planned.peelrand.contacts[0], local(CHOICES[1]), NOW)
    announce_due(NOW)
    assert [one.subject for one in queued_mails(planned.peelrand)] == []
    approved(release, Change.PRODUCTION, NOW, Says.MOVED)
    assert len(queued_mails(planned.peelrand)) == len(planned.peelrand.contacts)


def test_date_that_a_planner_gives_is_another_plan(planned: World, release: Release) -> None:
    seen = print_of(release, Change.ACCEPTANCE, NOW)
    give_own_date(release, planned.brug, Change.PRODUCTION, local(CHOICES[0]), "Vakantie", PLANNER, NOW)
    db.session.commit()
    with pytest.raises(ChangedMeanwhile):
        approve(release, Change.ACCEPTANCE, Says.PLANNED, MANAGER, NOW, seen=seen)


def test_page_goes_on_to_show_what_was_approved(planned: World, release: Release) -> None:
    approved(release, Change.ACCEPTANCE, NOW)
    choose_date(release, planned.brug.contacts[0], local(CHOICES[0]), NOW)
    standing = approved_now(approvals_of(release), release)
    assert standing == {("acceptance", Says.PLANNED), ("production", Says.PLANNED)}
    approved(release, Change.PRODUCTION, NOW, Says.MOVED)
    assert ("production", Says.MOVED) in approved_now(approvals_of(release), release)
    choose_date(release, planned.peelrand.contacts[0], local(CHOICES[1]), NOW)
    assert ("production", Says.MOVED) not in approved_now(approvals_of(release), release)
