"""Once a plan has changed nothing of the old one leaves, and whoever missed the old words hears the new ones."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from outbox.delivery import deliver_due
from outbox.models import MessageState, OutboxMessage
from schedules.maintenance import cancel_maintenance
from schedules.models import MaintenanceWindow, Release
from schedules.release_cancelling import cancel_release
from schedules.rollouts import give_own_date
from sla.terms import Change
from storage import db
from tenants.contacts import ContactFacts, add_contact, remove_contact
from tenants.models import Contact
from tests import smtp_server
from tests.outbox.rows import use
from tests.planning import (
    PRODUCTION_DEADLINE,
    messages,
    moved,
    notices,
    pass_of_the_clock,
    planned_release,
    planned_window,
    queued_mails,
    send,
)
from tests.smtp_server import SMTPServer
from tests.world import MANAGER, PLANNER, World, both_databases, local

TOLD = PRODUCTION_DEADLINE - timedelta(days=6)
SOON = TOLD + timedelta(seconds=2)
LATER = "2027-02-15T06:00"
MUCH_LATER = "2027-02-22T06:00"
OF_PRODUCTION = [
    "contact1@ziekenhuis-peelrand.example",
    "contact1@zorggroep-de-brug.example",
    "contact2@zorggroep-de-brug.example",
]
QUEUED, CANCELLED = MessageState.QUEUED, MessageState.CANCELLED


def moving(release: Release) -> None:
    moved(release, production=LATER, now=SOON)


def cancelling(release: Release) -> None:
    cancel_release(release, MANAGER, SOON)


def subjects(address: str) -> list[str]:
    """The kind of each mail that waits for a reader, such as "Moved: production"."""
    waiting = [mail.subject for mail in queued_mails() if mail.address == address]
    return [" ".join(subject.split(" to ")[0].split()[1:]) for subject in waiting]


def production_mails(*states: MessageState) -> list[str]:
    return sorted(one.address for one in messages(None, *states) if is_of_production(one))


def is_of_production(message: OutboxMessage) -> bool:
    return message.letter.holds_while.startswith("release-1/production@")


@pytest.fixture
def release(planned: World) -> Release:
    """A release whose notices wait in the outbox."""
    release = planned_release(planned.product)
    pass_of_the_clock(TOLD)
    assert len(messages(None, QUEUED)) == 6
    return release


@both_databases
def test_nothing_of_the_old_date_waits_once_it_has_moved(planned: World, release: Release) -> None:
    moved(release, production=LATER, now=SOON)

    assert production_mails(CANCELLED) == OF_PRODUCTION
    assert production_mails(QUEUED) == []
    # Acceptance has not moved.
    assert len(messages(None, QUEUED)) == 3


@both_databases
@pytest.mark.parametrize("change", [moving, cancelling])
def test_plan_that_changes_between_claim_and_dot_is_told_in_its_new_state_only(
    app: Flask, planned: World, release: Release, change: Callable[[Release], None]
) -> None:
    number = release.id
    old = {one.message_id for one in messages() if is_of_production(one)}

    def change_it() -> None:
        with app.app_context():
            change(db.session.get_one(Release, number))

    db.session.remove()
    with SMTPServer() as server:
        use(app, server)
        # All are claimed by then; those whose bodies are with the server wait for their dots.
        server.once(smtp_server.DATA, smtp_server.doing(change_it))
        deliver_due(SOON, "worker 1")
        pass_of_the_clock(SOON)
        deliver_due(SOON, "worker 1")
        taken = [str(one.mail["Message-ID"]) for one in server.taken]
    new = {one.message_id for one in messages() if is_of_production(one)} - old
    assert [one for one in taken if one in old] == []
    assert sorted(one for one in taken if one in new) == sorted(new)
    assert len(new) == len(OF_PRODUCTION)


def test_who_never_got_the_first_mail_hears_of_the_move_with_both_dates(planned: World, release: Release) -> None:
    send(planned.peelrand, TOLD)
    moved(release, production=LATER, now=SOON)
    pass_of_the_clock(SOON)

    told = [mail for mail in queued_mails(planned.brug) if mail.address.startswith("contact2@")]
    assert [mail.subject for mail in told] == [
        "[Inconto] Acceptance to 2027.1 on Mon 18 January 2027, 06:00",
        "[Inconto] Moved: production to 2027.1, now on Mon 15 February 2027, 06:00",
    ]
    assert subjects("contact1@ziekenhuis-peelrand.example") == [
        "Verplaatst: productie naar 2027.1, nu op ma 15 februari 2027, 06:00"
    ]


@both_databases
def test_date_of_its_own_withdraws_the_mails_of_that_tenant_alone(planned: World, release: Release) -> None:
    give_own_date(release, planned.peelrand, Change.PRODUCTION, local(LATER), "Later", PLANNER, SOON)

    assert production_mails(CANCELLED) == OF_PRODUCTION[:1]
    assert production_mails(QUEUED) == OF_PRODUCTION[1:]


@both_databases
def test_maintenance_that_is_cancelled_takes_its_mails_along(planned: World) -> None:
    window = planned_window(planned.product)
    now = local("2026-12-07T22:00")
    pass_of_the_clock(now)
    cancel_maintenance(db.session.get_one(MaintenanceWindow, window.id), MANAGER, now)

    assert {message.state for message in messages()} == {CANCELLED}


@both_databases
def test_move_that_is_undone_lets_the_mails_leave_after_all(planned: World, release: Release) -> None:
    deadlines = {one.id: one.not_after for one in messages()}
    send(planned.peelrand, TOLD)
    moved(release, production=LATER, now=SOON)
    pass_of_the_clock(TOLD - timedelta(days=365))
    moved(release, now=SOON)

    assert production_mails(QUEUED) == OF_PRODUCTION[1:]
    assert {one.id: one.not_after for one in messages()} == deadlines
    assert {one.settled_at for one in messages(None, QUEUED)} == {None}


def test_move_that_is_undone_mails_nobody_who_was_removed_meanwhile(planned: World, release: Release) -> None:
    moved(release, production=LATER, now=SOON)
    contact = db.session.query(Contact).filter_by(email="contact2@zorggroep-de-brug.example").one()
    remove_contact(contact, MANAGER)
    moved(release, now=SOON)

    assert production_mails(QUEUED) == OF_PRODUCTION[:2]


def test_move_that_is_undone_is_heard_of_by_who_was_appointed_meanwhile(planned: World, release: Release) -> None:
    send(None, TOLD)
    moved(release, production=LATER, now=SOON)
    add_contact(planned.peelrand, ContactFacts("Noor", "noor@peelrand.example", locale="en"), MANAGER)
    # Appointed, and caught up with what stood then.
    for notice in notices(release, Change.PRODUCTION):
        notice.announce_at = SOON + timedelta(days=1)
    db.session.commit()
    pass_of_the_clock(SOON)
    assert subjects("noor@peelrand.example") == ["Acceptance"]

    moved(release, now=SOON + timedelta(minutes=1))
    pass_of_the_clock(SOON + timedelta(minutes=1))

    assert subjects("noor@peelrand.example") == ["Acceptance", "Production"]
    assert len(queued_mails()) == 2


def test_move_that_is_undone_leaves_older_plans_alone(planned: World, release: Release) -> None:
    moved(release, production=LATER, now=SOON)
    pass_of_the_clock(SOON)
    moved(release, production=MUCH_LATER, now=SOON)
    moved(release, production=LATER, now=SOON)

    waiting = [one for one in messages(None, QUEUED) if is_of_production(one)]
    assert [one.letter.holds_while for one in waiting] == ["release-1/production@2"] * 3


def test_doubtful_mail_gets_its_time_back_when_a_move_is_undone(planned: World, release: Release) -> None:
    doubtful = messages(None, QUEUED)[-1]
    number, deadline = doubtful.id, doubtful.not_after
    doubtful.state = MessageState.UNCERTAIN
    db.session.commit()
    moved(release, production=LATER, now=SOON)
    assert [one.not_after for one in messages() if one.id == number] == [TOLD]

    moved(release, now=SOON)

    assert [(one.not_after, one.state) for one in messages() if one.id == number] == [
        (deadline, MessageState.UNCERTAIN)
    ]
