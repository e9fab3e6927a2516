"""Tenants and contacts who come and go around an approval, and what is too late for it."""

from datetime import timedelta

import pytest

from announcements.approving import approve
from schedules.notices import NoticeState, Says
from sla.terms import Change
from storage import Refused, db
from tenants.contacts import ContactFacts, add_contact
from tests.approving import OTHER, approved, asks_for_approval, fewer_contacts, new_contact, print_of
from tests.planning import (
    ACCEPTANCE_DEADLINE,
    TOLD,
    messages,
    moved,
    notices,
    pass_of_the_clock,
    planned_release,
    queued_mails,
    the_notice,
)
from tests.world import MANAGER, NOW, World, both_databases, make_tenant


def test_tenant_without_contact_is_told_once_it_has_one(asking: World) -> None:
    empty = make_tenant(asking.product, "empty", contacts=0)
    release = planned_release(asking.product)
    approval = approved(release, Change.ACCEPTANCE, TOLD)
    assert (approval.tenants, approval.recipients) == (2, 3)

    add_contact(empty, ContactFacts("Noor", "noor@empty.example"), MANAGER)
    pass_of_the_clock(TOLD)

    assert [message.address for message in messages(empty)] == ["noor@empty.example"]
    assert len({message.announcement_id for message in messages()}) == 1


def test_whoever_joins_after_a_move_waits_for_its_approval(asking: World) -> None:
    release = planned_release(asking.product)
    approved(release, Change.PRODUCTION, TOLD)
    moved(release, production="2027-02-15T06:00", now=TOLD)
    joined = make_tenant(asking.product, "newcomer", now=TOLD)

    pass_of_the_clock(TOLD)
    assert messages(joined) == []

    # To them it is no move: they never knew another date.
    assert [(one.kind, one.says) for one in notices(release, Change.PRODUCTION, joined)] == [
        (Change.PRODUCTION, Says.PLANNED)
    ]
    approved(release, Change.PRODUCTION, TOLD)
    assert [message.address for message in messages(joined)] == ["contact1@newcomer.example"]


def test_what_lapsed_is_missed_and_cannot_be_approved(asking: World) -> None:
    release = planned_release(asking.product)
    late = ACCEPTANCE_DEADLINE + timedelta(minutes=1)
    with pytest.raises(Refused, match="missed stays missed"):
        approved(release, Change.ACCEPTANCE, late)

    pass_of_the_clock(late)

    assert {one.state for one in notices(release, Change.ACCEPTANCE)} == {NoticeState.MISSED}
    with pytest.raises(Refused, match="missed stays missed"):
        approved(release, Change.ACCEPTANCE, late)
    assert messages() == []


def test_only_tenants_still_in_time_are_told(asking: World) -> None:
    strict = make_tenant(asking.product, "strict", acceptance_notice="P3W")
    release = planned_release(asking.product)

    approval = approved(release, Change.ACCEPTANCE, TOLD)

    assert approval.tenants == 2
    assert messages(strict) == []


@both_databases
def test_contacts_who_come_and_go_until_the_mails_are_written_are_treated_as_ever(asking: World) -> None:
    release = planned_release(asking.product)
    approve(release, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW, seen=print_of(release, Change.PRODUCTION, NOW))
    new_contact(asking, release)
    fewer_contacts(asking, release)
    pass_of_the_clock(NOW)

    assert sorted(mail.address for mail in queued_mails()) == [
        "contact1@ziekenhuis-peelrand.example",
        "contact1@zorggroep-de-brug.example",
        "noor@peelrand.example",
    ]


@both_databases
def test_notice_that_came_back_holds_up_no_approval(planned: World) -> None:
    late = make_tenant(planned.product, "laatkomer", contacts=0)
    release = planned_release(planned.product)
    pass_of_the_clock(TOLD)
    before = len(messages())
    # All of its mails came back: a person calls, and nothing goes to the same addresses by itself.
    the_notice(release, Change.ACCEPTANCE, planned.brug).state = NoticeState.DUE
    db.session.commit()
    asks_for_approval(planned.product)
    add_contact(late, ContactFacts("L", "l@late.example"), MANAGER)
    approval = approved(release, Change.ACCEPTANCE, TOLD, by=OTHER)

    db.session.refresh(approval)
    assert approval.written_at == TOLD
    assert [message.address for message in messages()[before:]] == ["l@late.example"]
