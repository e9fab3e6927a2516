"""An urgent bulletin stays open until every tenant has been reached, by mail or by telephone (SLA 4.1)."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from announcements.bulletin_queries import open_urgent, terms_owed
from announcements.calls import record_call, record_other_call
from announcements.models import BulletinCall, BulletinKind, CallState
from announcements.reach import close_reached, miss_terms, reach_of
from announcements.reach_lists import reach_page
from evidence.actors import Actor, NotAllowed, Role
from evidence.chain import verify
from outbox.models import MessageState
from storage import Refused, db
from tenants.contacts import ContactFacts, change_contact, remove_contact
from tenants.models import Contact
from tests.at_once import at_once
from tests.bulletins import announced, calls, drafted, fresh, on_record
from tests.planning import counted_queries, messages, send
from tests.world import ADMIN, MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local, make_tenant

VIEWER = Actor("viewer@vendor.example", Role.VIEWER)
LATER = NOW + timedelta(minutes=5)


def state(bulletin: Any) -> tuple[Any, str]:
    close_reached(LATER)
    fresh(bulletin)
    return bulletin.closed_at, bulletin.closed_by


def test_call_list_names_every_contact_with_its_number(planned: World) -> None:
    contact = planned.peelrand.contacts[0]
    change_contact(contact, ContactFacts(contact.name, contact.email, "020 123 4567"), MANAGER)
    bulletin = announced(planned.product)
    assert [(call.name, call.phone, call.state) for call in calls(bulletin)] == [
        ("Contact 1", "", CallState.TO_CALL),
        ("Contact 2", "", CallState.TO_CALL),
        ("Contact 1", "+31 20 123 4567", CallState.TO_CALL),
    ]


@pytest.mark.parametrize("kind", [BulletinKind.NEWSLETTER, BulletinKind.TERMS])
def test_nobody_is_called_about_what_is_not_urgent(planned: World, kind: BulletinKind) -> None:
    bulletin = announced(planned.product, kind)
    assert calls(bulletin) == []
    with pytest.raises(Refused):
        record_other_call(bulletin, planned.brug, "Jan", "+31 20 123 4567", "reached", "", OPERATOR, NOW)


@both_databases
def test_bulletin_closes_when_the_last_tenant_is_reached(planned: World) -> None:
    bulletin = announced(planned.product)
    send(planned.brug, NOW, most=1)
    assert state(bulletin) == (None, "")

    [call] = calls(bulletin, planned.peelrand)
    record_call(call, "no_answer", "", OPERATOR, NOW)
    assert state(bulletin) == (None, "")
    record_call(call, "reached", "Gaat het intern melden", OPERATOR, NOW)

    assert state(bulletin) == (NOW, OPERATOR.name)
    [call] = calls(bulletin, planned.peelrand)
    assert (call.state, call.outcome, call.called_by, call.called_at) == (
        CallState.REACHED,
        "Gaat het intern melden",
        OPERATOR.name,
        NOW,
    )
    assert on_record("called", "given") == [
        ("called", OPERATOR.name, planned.peelrand.id),
        ("called", OPERATOR.name, planned.peelrand.id),
        ("given", OPERATOR.name, None),
    ]
    assert verify() == []


@both_databases
def test_bulletin_closes_by_itself_when_every_mail_arrived(planned: World) -> None:
    bulletin = announced(planned.product)
    send(None, NOW)
    assert state(bulletin) == (LATER, "clock")
    assert on_record("given") == [("given", "clock", None)]
    assert close_reached(LATER) == 0
    assert open_urgent() == []


@pytest.mark.parametrize("trial", [True, False])
def test_built_in_mailbox_reaches_nobody(planned: World, trial: bool) -> None:
    bulletin = announced(planned.product)
    send(None, NOW, trial=trial)
    assert state(bulletin) == ((None, "") if trial else (LATER, "clock"))


@pytest.mark.parametrize("ended", [MessageState.FAILED, MessageState.EXPIRED, MessageState.UNCERTAIN])
def test_mail_that_no_server_took_reaches_nobody(planned: World, ended: MessageState) -> None:
    bulletin = announced(planned.product)
    for message in messages():
        message.state = ended
    db.session.commit()
    assert state(bulletin) == (None, "")


@both_databases
def test_mail_that_came_back_opens_it_again(planned: World) -> None:
    bulletin = announced(planned.product)
    send(None, NOW)
    assert state(bulletin) == (LATER, "clock")
    messages(planned.peelrand)[0].bounced_at = LATER
    db.session.commit()
    assert state(bulletin) == (None, "")
    assert on_record("given", "not_given") == [("given", "clock", None), ("not_given", "clock", None)]
    assert [(one.id, far.unreached) for one, far in open_urgent()] == [(bulletin.id, 1)]


def test_tenant_without_a_contact_keeps_it_open_until_somebody_was_called(planned: World) -> None:
    nobody = make_tenant(planned.product, "stil", contacts=0)
    bulletin = announced(planned.product)
    send(None, NOW)
    assert state(bulletin) == (None, "")
    first = reach_page(bulletin, 1).rows[0]
    assert (first.tenant.slug, first.reached, first.mails, first.calls) == ("stil", False, [], [])

    call = record_other_call(bulletin, nobody, "De portier", "020 123 4567", "reached", "", OPERATOR, NOW)
    assert (call.contact_id, call.phone) == (None, "+31 20 123 4567")
    assert state(bulletin) == (NOW, OPERATOR.name)


@pytest.mark.parametrize(
    ("name", "phone", "came", "field"),
    [
        ("", "020 123 4567", "reached", "name"),
        ("x" * 161, "020 123 4567", "reached", "name"),
        ("Jan", "", "reached", "phone"),
        ("Jan", "bel maar", "reached", "phone"),
        ("Jan", "020 123 4567", "to_call", "state"),
        ("Jan", "020 123 4567", "\x00", "state"),
    ],
)
def test_call_that_cannot_be_is_refused(planned: World, name: str, phone: str, came: str, field: str) -> None:
    bulletin = announced(planned.product)
    with pytest.raises(Refused) as refused:
        record_other_call(bulletin, planned.brug, name, phone, came, "", OPERATOR, NOW)
    assert refused.value.field == field
    assert len(calls(bulletin)) == 3


def test_call_at_a_tenant_that_was_not_addressed_is_refused(planned: World) -> None:
    bulletin = announced(planned.product, tenants=("zorggroep-de-brug",))
    with pytest.raises(Refused):
        record_other_call(bulletin, planned.peelrand, "Jan", "020 123 4567", "reached", "", OPERATOR, NOW)


@pytest.mark.parametrize(
    ("actor", "may"), [(VIEWER, False), (PLANNER, False), (OPERATOR, True), (MANAGER, True), (ADMIN, True)]
)
def test_operators_and_above_write_down_calls(planned: World, actor: Actor, may: bool) -> None:
    bulletin = announced(planned.product)
    call = calls(bulletin)[0]
    if not may:
        with pytest.raises(NotAllowed):
            record_call(call, "reached", "", actor, NOW)
        return
    record_call(call, "reached", "", actor, NOW)
    assert calls(bulletin)[0].called_by == actor.name


def test_contact_that_was_removed_stays_on_the_list(planned: World) -> None:
    bulletin = announced(planned.product)
    remove_contact(planned.brug.contacts[0], MANAGER)
    listed = next(row for row in reach_page(bulletin, 1).rows if row.tenant.id == planned.brug.id).calls
    assert [(called.name, called.removed) for called in listed] == [("Contact 1", True), ("Contact 2", False)]


def test_corrected_number_is_the_one_to_call(planned: World) -> None:
    bulletin = announced(planned.product)
    contact = planned.peelrand.contacts[0]
    change_contact(contact, ContactFacts("Nieuwe naam", contact.email, "+31 20 765 4321"), MANAGER)
    [row] = [row for row in reach_page(bulletin, 1).rows if row.tenant.id == planned.peelrand.id]
    assert (row.calls[0].name, row.calls[0].dial) == ("Nieuwe naam", "tel:+31-20-765-4321")
    record_call(row.calls[0].call, "reached", "", OPERATOR, NOW)
    assert calls(bulletin, planned.peelrand)[0].phone == "+31 20 765 4321"


@both_databases
def test_two_who_reach_the_last_two_tenants_at_once_close_it_once(app: Flask, planned: World) -> None:
    bulletin = announced(planned.product)
    numbers = [calls(bulletin, planned.brug)[0].id, calls(bulletin, planned.peelrand)[0].id]

    def attempt(number: int) -> Any:
        def prepared() -> Any:
            call = db.session.get_one(BulletinCall, number)
            return lambda: record_call(call, "reached", "", OPERATOR, NOW)

        return prepared

    assert at_once(app, [attempt(number) for number in numbers]) == [None, None]
    assert fresh(bulletin).closed_at == NOW
    assert [kind for kind, _who, _tenant in on_record("called", "given")] == ["called", "called", "given"]
    assert verify() == []


def test_later_word_that_reached_a_tenant_counts_for_the_first(planned: World) -> None:
    first = announced(planned.product)
    second = announced(planned.product, follows=first, subject_en="Solved")
    for message in messages()[3:]:
        message.state, message.sent_at = MessageState.SENT, NOW
    db.session.commit()
    reach = reach_of([first.id, second.id])
    assert (reach[first.id].reached, reach[second.id].reached) == (2, 2)
    assert close_reached(LATER) == 2


def test_first_word_does_not_count_for_the_later(planned: World) -> None:
    first = announced(planned.product)
    second = announced(planned.product, follows=first, subject_en="Solved")
    for message in messages()[:3]:
        message.state, message.sent_at = MessageState.SENT, NOW
    db.session.commit()
    reach = reach_of([first.id, second.id])
    assert (reach[first.id].reached, reach[second.id].reached) == (2, 0)


@both_databases
def test_terms_not_told_to_everybody_before_their_day_are_missed(planned: World) -> None:
    bulletin = announced(planned.product, BulletinKind.TERMS)
    send(planned.brug, NOW)
    day = local("2027-01-01T00:00")
    assert miss_terms(day - timedelta(seconds=1)) == 0
    assert [(one.id, far and far.unreached) for one, far in terms_owed(planned.product, NOW, timedelta(days=90))] == [
        (bulletin.id, 1)
    ]
    assert miss_terms(day) == 1
    assert miss_terms(day) == 0
    assert fresh(bulletin).missed_at == day
    assert on_record("missed") == [("missed", "clock", None)]


def test_terms_that_nobody_announced_are_missed(planned: World) -> None:
    bulletin = drafted(planned.product, BulletinKind.TERMS)
    assert [far for _one, far in terms_owed(planned.product, NOW, timedelta(days=90))] == [None]
    assert miss_terms(local("2027-01-01T00:00")) == 1
    assert fresh(bulletin).missed_at == local("2027-01-01T00:00")


def test_terms_told_to_everybody_are_no_duty_any_more(planned: World) -> None:
    bulletin = announced(planned.product, BulletinKind.TERMS)
    send(None, NOW)
    assert terms_owed(planned.product, NOW, timedelta(days=90)) == []
    assert miss_terms(local("2027-01-01T00:00")) == 0
    assert (fresh(bulletin).missed_at, bulletin.closed_by) == (None, "clock")


def test_list_of_tenants_asks_no_more_of_more(planned: World) -> None:
    bulletin = announced(planned.product)
    with counted_queries() as one:
        reach_page(bulletin, 1)
    for number in range(20):
        make_tenant(planned.product, f"more-{number:02d}", contacts=3)
    other = announced(planned.product, subject_en="Another")
    with counted_queries() as many:
        page = reach_page(other, 1)
    assert (len(page.rows), page.total, len(many)) == (10, 22, len(one))
    assert db.session.get(Contact, page.rows[0].calls[0].call.contact_id) is not None
