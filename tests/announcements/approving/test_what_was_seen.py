"""What was seen is what is sent: whatever changed since is looked at anew."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from announcements.approvals import approvals_of
from announcements.approving import approve
from announcements.models import Announcement
from announcements.on_record import letter_hash
from announcements.services import announce_due
from evidence.chain import verify
from outbox.models import Letter
from schedules.errors import ChangedMeanwhile
from schedules.models import Release
from schedules.notices import Says
from schedules.release_words import retitle_release
from sla.terms import Change
from storage import db
from tenants.contacts import ContactFacts, add_contact, change_contact
from tests.approving import approved, entries, fewer_contacts, new_contact, other_date, print_of
from tests.planning import TOLD, messages, moved, pass_of_the_clock, planned_release, queued_mails, send, the_notice
from tests.world import MANAGER, NOW, PLANNER, World, both_databases, make_tenant


def other_address(world: World, release: Release) -> None:
    change_contact(world.brug.contacts[0], ContactFacts("Contact 1", "else@brug.example"), MANAGER)


def other_language(world: World, release: Release) -> None:
    facts = ContactFacts("Contact 1", world.brug.contacts[0].email, locale="en")
    change_contact(world.brug.contacts[0], facts, MANAGER)


def other_words(world: World, release: Release) -> None:
    retitle_release(release, "Anders", "Different", PLANNER, NOW)


def other_help_desk(world: World, release: Release) -> None:
    world.product.help_desk_phone = "+31 20 000 0000"
    db.session.commit()


@both_databases
@pytest.mark.parametrize(
    "change",
    [new_contact, fewer_contacts, other_address, other_language, other_words, other_date, other_help_desk],
    ids=["new", "fewer", "address", "language", "words", "date", "desk"],
)
def test_whatever_changed_since_it_was_seen_refuses_the_approval(
    asking: World, change: Callable[[World, Release], None]
) -> None:
    release = planned_release(asking.product)
    seen = print_of(release, Change.PRODUCTION, NOW)
    change(asking, release)

    with pytest.raises(ChangedMeanwhile, match="changed since you looked"):
        approve(release, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW, seen=seen)

    assert (messages(), entries("approved"), db.session.scalars(select(Announcement)).all()) == ([], [], [])
    assert print_of(release, Change.PRODUCTION, NOW) != seen
    approved(release, Change.PRODUCTION, NOW)
    assert len(entries("approved")) == 1


def test_what_does_not_show_in_a_mail_refuses_nothing(asking: World) -> None:
    release = planned_release(asking.product)
    seen = print_of(release, Change.PRODUCTION, NOW)
    contact = asking.brug.contacts[0]
    change_contact(contact, ContactFacts(contact.name, contact.email, "+31 20 123 4567"), MANAGER)

    approve(release, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW + timedelta(hours=1), seen=seen)

    assert announce_due(NOW + timedelta(hours=1)) == 3


@both_databases
def test_approved_words_stay_when_the_title_changes(asking: World) -> None:
    release = planned_release(asking.product)
    approved(release, Change.PRODUCTION, NOW)
    retitle_release(release, "Anders", "Different", PLANNER, NOW)
    # Who comes later reads the same words, and needs no second approval.
    make_tenant(asking.product, "newcomer", contacts=2, now=NOW)
    pass_of_the_clock(TOLD)

    told = queued_mails()
    assert [mail.facts[0] for mail in told] == [
        "2027.1: Sneller zoeken",
        "2027.1: Faster search",
        "2027.1: Sneller zoeken",
        "2027.1: Sneller zoeken",
        "2027.1: Faster search",
    ]
    assert len(db.session.scalars(select(Announcement)).all()) == 1


def test_new_contact_is_caught_up_with_what_was_approved_only(asking: World) -> None:
    release = planned_release(asking.product)
    approved(release, Change.ACCEPTANCE, TOLD)
    send(None, TOLD)
    add_contact(asking.peelrand, ContactFacts("Noor", "noor@peelrand.example", locale="en"), MANAGER)

    pass_of_the_clock(TOLD)

    assert [(mail.address, mail.subject.split(" to ")[0]) for mail in queued_mails()] == [
        ("noor@peelrand.example", "[Inconto] Acceptance")
    ]
    moved(release, acceptance="2027-01-25T06:00", production="2027-02-22T06:00", now=TOLD)
    add_contact(asking.peelrand, ContactFacts("Bas", "bas@peelrand.example"), MANAGER)
    pass_of_the_clock(TOLD)
    # The old date leaves no more, and nobody has approved the new one.
    assert queued_mails() == []


@both_databases
def test_approval_is_on_record_with_the_letters_it_saw(asking: World) -> None:
    release = planned_release(asking.product)
    approval = approved(release, Change.PRODUCTION, NOW)

    (entry,) = entries("approved")
    letters = db.session.scalars(select(Letter).where(Letter.announcement_id == approval.announcement_id)).all()
    assert (entry.actor, entry.tenant_id) == (MANAGER.name, None)
    assert json.loads(entry.facts) == {
        "approval": approval.id,
        "release": release.id,
        "maintenance": None,
        "kind": "production",
        "says": "planned",
        "plan_revision": 1,
        "announcement": approval.announcement_id,
        "changed_by": PLANNER.name,
        "letters": {letter.language: letter_hash(letter) for letter in letters},
        "seen": approval.fingerprint,
        "tenants": 2,
        "recipients": 3,
    }
    assert sorted(letter.language for letter in letters) == ["en", "nl"]
    assert [(one.actor, one.tenant_id) for one in entries("announced")] == [
        (MANAGER.name, asking.brug.id),
        (MANAGER.name, asking.peelrand.id),
    ]
    assert [one.id for one in entries("announced")] == [entry.id + 1, entry.id + 2]
    assert verify() == []


@both_databases
def test_words_are_frozen_at_the_approval(asking: World) -> None:
    release = planned_release(asking.product)
    approve(release, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW, seen=print_of(release, Change.PRODUCTION, NOW))
    retitle_release(release, "Anders", "Different", PLANNER, NOW)
    announce_due(NOW)

    assert [mail.facts[0] for mail in queued_mails(asking.brug)] == ["2027.1: Sneller zoeken", "2027.1: Faster search"]


@both_databases
def test_plan_that_moves_before_the_mails_are_written_tells_nothing_and_asks_again(asking: World) -> None:
    release = planned_release(asking.product)
    approve(release, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW, seen=print_of(release, Change.PRODUCTION, NOW))
    other_date(asking, release)
    assert announce_due(NOW) == 0

    assert [one.written_at for one in approvals_of(release)] == [NOW]
    assert the_notice(release, Change.PRODUCTION, asking.brug).says is Says.PLANNED
    approved(release, Change.PRODUCTION, NOW)
    assert [mail.facts[2].split(",")[0] for mail in queued_mails(asking.brug)] == [
        "ma 15 februari 2027",
        "Mon 15 February 2027",
    ]
