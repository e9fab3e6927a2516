"""Release notes go out by mail when published, and no release is announced as updated without them (SLA 3.3)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from announcements.updates import mail_notes, tell_updates
from outbox.models import MessageState, OutboxMessage
from release_notes.services import publish_notes, save_notes
from schedules.models import Release
from schedules.recording import record_acceptance
from schedules.release_cancelling import cancel_release
from schedules.running import report_version
from storage import db
from tenants.models import EnvironmentKind, Installation, Tenant
from tests.at_once import Act, at_once
from tests.planning import (
    ACCEPTANCE,
    LATE,
    PRODUCTION,
    TOLD,
    Mail,
    messages,
    moved,
    pass_of_the_clock,
    planned_release,
    queued_mails,
    told_and_given,
)
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local, make_tenant

ACCEPTED, REACHED = local(ACCEPTANCE), local(PRODUCTION)
CONTACTS = [
    "contact1@zorggroep-de-brug.example",
    "contact2@zorggroep-de-brug.example",
    "contact1@ziekenhuis-peelrand.example",
]
DUTCH = "# Nieuw\n\nZoeken is **sneller**.\n"
ENGLISH = "# New\n\nSearch is **faster**, see <https://inconto.example/a?b=1&c=2>.\n"


def write(release: Release, *, publish: bool = True) -> None:
    save_notes(release, "nl", DUTCH, PLANNER, NOW)
    save_notes(release, "en", ENGLISH, PLANNER, NOW)
    if publish:
        publish_notes(release, MANAGER, NOW)


def report(tenant: Tenant, version: str = "2027.1", hours: int = 0) -> None:
    at = REACHED + timedelta(hours=hours)
    report_version(tenant, EnvironmentKind.PRODUCTION, version, at, OPERATOR, at)


def updates(tenant: Tenant | None = None) -> list[Mail]:
    """The mails that say that something was updated, as readers of English see them."""
    return [mail for mail in queued_mails(tenant) if " runs " in mail.subject]


@both_databases
def test_notes_are_mailed_once_to_every_contact_when_published(planned: World) -> None:
    release = planned_release(planned.product)
    write(release, publish=False)
    draft = mail_notes(NOW)
    publish_notes(release, MANAGER, NOW)

    assert (draft, mail_notes(NOW), mail_notes(NOW)) == (0, 3, 0)
    assert [message.address for message in messages()] == CONTACTS
    dutch, english = queued_mails(planned.brug)
    assert dutch.subject.endswith(" 2027.1: Sneller zoeken")
    assert dutch.html.count("<p>Zoeken is <strong>sneller</strong>.</p>") == 1
    assert english.subject == "[Inconto] Release notes 2027.1: Faster search"
    assert english.text.count("\nNew\n===\n\nSearch is faster, see https://inconto.example/a?b=1&c=2.\n") == 1
    assert english.html.count('<a href="https://inconto.example/a?b=1&amp;c=2" rel="noopener noreferrer">') == 1


def test_notes_say_no_date_that_was_not_announced(planned: World) -> None:
    write(planned_release(planned.product))
    mail_notes(NOW)

    assert queued_mails(planned.brug)[1].facts == ["you hear the date from us in time"] * 2


def test_notes_say_the_dates_that_their_reader_was_told(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    moved(release, production="2027-02-15T06:00", now=LATE)
    told_and_given(LATE)
    write(release)
    mail_notes(LATE)

    assert queued_mails(planned.brug)[1].facts == [
        "Mon 18 January 2027, 06:00, Amsterdam time (UTC+1)",
        "Mon 15 February 2027, 06:00, Amsterdam time (UTC+1)",
    ]


def test_corrected_notes_are_not_mailed_again(planned: World) -> None:
    release = planned_release(planned.product)
    write(release)
    mail_notes(NOW)
    save_notes(release, "en", "# Newer\n", PLANNER, NOW)
    publish_notes(release, MANAGER, NOW)

    assert mail_notes(NOW) == 0


def test_notes_of_a_release_that_was_cancelled_meanwhile_are_not_mailed(planned: World) -> None:
    release = planned_release(planned.product)
    write(release)
    cancel_release(release, MANAGER, NOW)

    assert (mail_notes(NOW), mail_notes(NOW), messages()) == (0, 0, [])


@pytest.mark.parametrize("state", [MessageState.QUEUED, MessageState.CLAIMED])
def test_notes_that_wait_say_the_date_to_which_their_release_moved(planned: World, state: MessageState) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    write(release)
    mail_notes(TOLD)
    # A worker that holds one may give it back.
    db.session.execute(update(OutboxMessage).where(OutboxMessage.state == MessageState.QUEUED).values(state=state))
    db.session.commit()
    moved(release, production="2027-02-15T06:00", now=LATE)
    pass_of_the_clock(LATE)
    db.session.execute(update(OutboxMessage).where(OutboxMessage.state == state).values(state=MessageState.QUEUED))
    db.session.commit()

    (notes,) = [mail for mail in queued_mails(planned.brug) if mail.subject.startswith("[Inconto] Release notes")]
    assert notes.facts[1] == "Mon 15 February 2027, 06:00, Amsterdam time (UTC+1)"


@both_databases
def test_notes_that_wait_are_not_sent_once_their_release_is_cancelled(planned: World) -> None:
    release = planned_release(planned.product)
    write(release)
    assert mail_notes(NOW) == 3
    cancel_release(release, MANAGER, NOW)

    assert {mail.state for mail in messages()} == {MessageState.CANCELLED}
    assert {mail.reply for mail in messages()} == {"the release was cancelled"}


@both_databases
def test_notes_are_mailed_once_by_two_workers(app: Flask, planned: World) -> None:
    write(planned_release(planned.product))

    def worker() -> Act:
        return lambda: mail_notes(NOW)

    outcomes = at_once(app, [worker, worker])

    assert sorted(map(str, outcomes)) == ["0", "3"]
    assert [message.address for message in messages()] == CONTACTS


@both_databases
def test_update_is_told_only_once_the_notes_are_published(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    write(release, publish=False)
    record_acceptance(ACCEPTED)

    without = tell_updates(ACCEPTED)
    publish_notes(release, MANAGER, ACCEPTED)

    assert (without, tell_updates(ACCEPTED), tell_updates(ACCEPTED)) == (0, 3, 0)
    mail = updates(planned.brug)[0]
    assert mail.subject == "[Inconto] Acceptance runs 2027.1"
    assert mail.headline == "Your acceptance environment has been updated to 2027.1."
    assert mail.facts == ["Zorggroep De Brug", "Mon 18 January 2027, 06:00, Amsterdam time (UTC+1)"]


def test_update_of_production_is_told_to_the_tenant_that_got_it(planned: World) -> None:
    write(planned_release(planned.product))
    told_and_given(TOLD)
    report(planned.brug)
    tell_updates(REACHED)
    report(planned.peelrand, hours=2)
    tell_updates(REACHED)

    told = [(message.address, message.fields["starts"].split(",")[1].strip()) for message in messages()[-3:]]
    assert told == [(CONTACTS[0], "06:00"), (CONTACTS[1], "06:00"), (CONTACTS[2], "08:00")]
    assert updates(planned.brug)[0].subject == "[Inconto] Production runs 2027.1"


@both_databases
def test_update_that_was_set_back_and_done_again_holds_nobody_up(planned: World) -> None:
    write(planned_release(planned.product))
    told_and_given(TOLD)
    report(planned.brug)
    tell_updates(REACHED)
    report(planned.brug, "2026.4", hours=1)
    report(planned.brug, hours=2)
    report(planned.peelrand, hours=2)

    # The tenant that was told of it is not told again, and the other one is.
    assert (tell_updates(REACHED), tell_updates(REACHED)) == (1, 0)
    assert messages()[-1].address == CONTACTS[2]


@pytest.mark.parametrize(("late", "mails"), [(timedelta(days=3), 2), (timedelta(days=3, seconds=1), 0)])
def test_update_of_weeks_ago_is_no_news(planned: World, late: timedelta, mails: int) -> None:
    write(planned_release(planned.product))
    told_and_given(TOLD)
    report(planned.brug)
    reported = db.session.scalars(select(Installation.installed_at).order_by(Installation.id.desc()).limit(1)).one()

    assert (tell_updates(reported + late), tell_updates(reported)) == (mails, 0)


@pytest.mark.parametrize("version", ["trunk", "2026.4"])
def test_update_to_what_no_release_knows_is_not_told(planned: World, version: str) -> None:
    report(planned.brug, version)

    assert (tell_updates(REACHED), messages()) == (0, [])


def test_update_that_was_replaced_before_it_could_be_told_is_not_told(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    report(planned.brug)
    report(planned.brug, "2026.4", hours=1)
    write(release)

    assert tell_updates(REACHED) == 0


@both_databases
def test_updates_are_told_once_by_two_workers(app: Flask, planned: World) -> None:
    for number in range(5):
        make_tenant(planned.product, f"tenant-{number}")
    write(planned_release(planned.product))
    told_and_given(TOLD)
    record_acceptance(ACCEPTED)
    before = len(messages())

    def worker() -> Act:
        return lambda: tell_updates(ACCEPTED)

    outcomes = at_once(app, [worker, worker])
    tell_updates(ACCEPTED)

    assert [type(outcome).__name__ for outcome in outcomes] == ["int", "int"]
    addresses = [message.address for message in messages()[before:]]
    assert len(addresses) == len(set(addresses)) == 8
