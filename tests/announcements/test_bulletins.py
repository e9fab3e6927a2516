"""What a person announces by hand: who may, what is refused, that it goes out once, to whom and in which words."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from announcements.bulletin_announcing import announce_bulletin
from announcements.bulletin_mailing import put_out
from announcements.bulletins import change_bulletin, drop_bulletin
from announcements.catching_up import catch_up
from announcements.models import Announcement, Bulletin, BulletinKind
from announcements.settling import settle
from announcements.unsubscribing import unsubscribe
from evidence.actors import Actor, NotAllowed, Role
from evidence.chain import verify
from outbox.models import OutboxMessage
from storage import Conflict, Refused, db
from tenants.contacts import ContactFacts, add_contact
from tenants.models import Product
from tests.at_once import at_once
from tests.bulletins import announced, calls, drafted, facts, fresh, on_record
from tests.planning import counted_queries, messages, queued_mails, read, send
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local, make_tenant

URGENT, NEWSLETTER, TERMS = BulletinKind.URGENT, BulletinKind.NEWSLETTER, BulletinKind.TERMS
ALL = [URGENT, NEWSLETTER, TERMS]
OTHER_MANAGER = Actor("second@vendor.example", Role.MANAGER)


@both_databases
@pytest.mark.parametrize("kind", ALL)
def test_bulletin_is_mailed_to_every_contact_in_its_language(planned: World, kind: BulletinKind) -> None:
    bulletin = announced(planned.product, kind)

    mails = queued_mails()
    assert [(mail.address, mail.headline) for mail in mails] == [
        ("contact1@zorggroep-de-brug.example", "Inloggen lukt niet"),
        ("contact2@zorggroep-de-brug.example", "Signing in fails"),
        ("contact1@ziekenhuis-peelrand.example", "Inloggen lukt niet"),
    ]
    assert {message.urgent for message in messages()} == {kind is URGENT}
    assert (bulletin.announced_at, bulletin.announced_by) == (NOW, MANAGER.name)
    assert on_record("announced") == [
        ("announced", MANAGER.name, planned.brug.id),
        ("announced", MANAGER.name, planned.peelrand.id),
    ]


def test_bulletin_goes_to_the_tenants_that_are_named(planned: World) -> None:
    announced(planned.product, tenants=("ziekenhuis-peelrand",))
    assert [mail.address for mail in queued_mails()] == ["contact1@ziekenhuis-peelrand.example"]


@pytest.mark.parametrize(
    ("kind", "until"),
    [
        (URGENT, NOW + timedelta(hours=24)),
        (NEWSLETTER, NOW + timedelta(days=7)),
        (TERMS, local("2027-01-01T00:00")),
    ],
)
def test_bulletin_is_not_mailed_after_its_time(planned: World, kind: BulletinKind, until: Any) -> None:
    announced(planned.product, kind)
    assert {message.not_after for message in messages()} == {until}


@pytest.mark.parametrize(
    ("kind", "subject", "clause"),
    [
        (URGENT, "[Inconto] Urgent: Signing in fails", "SLA 4.1"),
        (NEWSLETTER, "[Inconto] Newsletter: Signing in fails", "SLA 5.4"),
        (TERMS, "[Inconto] Changed terms from Fri 1 January 2027: Signing in fails", "SLA 6.1"),
    ],
)
def test_mail_says_why_one_gets_it_and_how_to_stop_where_one_can(
    planned: World, kind: BulletinKind, subject: str, clause: str
) -> None:
    bulletin = announced(planned.product, kind)
    message = messages(planned.brug)[1]
    mail = read(message)

    link = message.fields.get("unsubscribe", "")
    assert mail.subject == subject
    assert mail.text.count(clause) == 1
    assert mail.text.count("We are on it.") == 1
    assert mail.html.count("We are <strong>on it</strong>.") == 1
    assert mail.text.count("so it cannot be switched off") == (kind is not NEWSLETTER)
    assert link.startswith("http://localhost/unsubscribe/") == (kind is NEWSLETTER)
    assert mail.text.count(f"Stop the newsletter: {link}") == (kind is NEWSLETTER)
    assert mail.html.count(f'href="{link}"') == (kind is NEWSLETTER)
    assert mail.text.count(f"http://localhost/portal/zorggroep-de-brug/announcements/{bulletin.id}") == 1


def test_mail_of_terms_names_the_document_and_the_day(planned: World) -> None:
    announced(planned.product, TERMS)
    assert queued_mails(planned.brug)[0].facts == [
        "Zorggroep De Brug",
        "Algemene voorwaarden 2027",
        "vr 1 januari 2027",
    ]


def test_header_of_the_mail_is_the_one_that_was_meant(planned: World) -> None:
    announced(planned.product, subject_en="=?utf-8?q?x=0d=0aBcc:_a@b?= \u202emoc", subject_nl="A\u2028B\x00C")
    mails = queued_mails(planned.brug)
    assert [mail.subject for mail in mails] == ["[Inconto] Urgent: A B C", "[Inconto] Urgent: x Bcc: a@b moc"]


@pytest.mark.parametrize(
    ("actor", "allowed"), [(PLANNER, [NEWSLETTER, TERMS]), (MANAGER, ALL), (OPERATOR, [])], ids=lambda one: str(one)
)
def test_roles_write_what_is_theirs(planned: World, actor: Actor, allowed: list[BulletinKind]) -> None:
    may = []
    for kind in ALL:
        try:
            drafted(planned.product, kind, by=actor)
        except NotAllowed:
            continue
        may.append(kind)
    assert may == allowed


@pytest.mark.parametrize("actor", [PLANNER, OPERATOR])
def test_only_a_manager_announces(planned: World, actor: Actor) -> None:
    bulletin = drafted(planned.product, NEWSLETTER)
    with pytest.raises(NotAllowed):
        announce_bulletin(bulletin, actor, NOW, revision=1)
    assert messages() == []


@pytest.mark.parametrize(
    ("kind", "typed", "field"),
    [
        (URGENT, {"subject_nl": ""}, "subject_nl"),
        (URGENT, {"subject_en": " \u200b\u202e"}, "subject_en"),
        (URGENT, {"subject_en": "x" * 201}, "subject_en"),
        (URGENT, {"markdown_nl": "\x00\n"}, "markdown_nl"),
        (NEWSLETTER, {"markdown_en": ""}, "markdown_en"),
        (NEWSLETTER, {"markdown_en": "x" * (1024 * 1024 + 1)}, "markdown_en"),
        (NEWSLETTER, {"tenants": ("nobody",)}, "tenants"),
        (TERMS, {"document": ""}, "document"),
        (TERMS, {"document": "x" * 301}, "document"),
        (TERMS, {"effective_on": ""}, "effective_on"),
        (TERMS, {"effective_on": "2027-02-30"}, "effective_on"),
        (TERMS, {"effective_on": "\u0662\u0660\u0662\u0667-01-01"}, "effective_on"),
        (TERMS, {"effective_on": "2026-11-23"}, "effective_on"),
    ],
)
def test_what_cannot_be_used_is_refused_by_its_field(
    planned: World, kind: BulletinKind, typed: dict[str, Any], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        drafted(planned.product, kind, **typed)
    assert refused.value.field == field
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Bulletin)) == 0


def test_terms_may_take_effect_tomorrow(planned: World) -> None:
    # 23:30 in Amsterdam; in UTC it is half past ten.
    bulletin = drafted(planned.product, TERMS, now=local("2026-12-31T23:30"))
    assert announce_bulletin(bulletin, MANAGER, local("2026-12-31T23:59"), revision=1) == 3


def test_terms_cannot_be_announced_on_their_day(planned: World) -> None:
    bulletin = drafted(planned.product, TERMS)
    with pytest.raises(Refused) as refused:
        announce_bulletin(bulletin, MANAGER, local("2027-01-01T00:00"), revision=1)
    assert refused.value.field == "effective_on"
    assert messages() == []


@both_databases
def test_two_managers_at_once_announce_it_once(app: Flask, planned: World) -> None:
    number = drafted(planned.product).id

    def attempt() -> Any:
        bulletin = db.session.get_one(Bulletin, number)
        return lambda: announce_bulletin(bulletin, MANAGER, NOW, revision=1)

    outcomes = at_once(app, [attempt] * 4)

    assert sorted(str(outcome) if isinstance(outcome, int) else type(outcome).__name__ for outcome in outcomes) == [
        "3",
        *["Conflict"] * 3,
    ]
    db.session.rollback()
    assert sorted(at_once(app, [lambda: lambda: put_out(NOW)] * 3), key=str) == [0, 0, 3]
    assert len(messages()) == 3
    assert db.session.scalar(select(func.count()).select_from(Announcement)) == 1
    assert verify() == []


@both_databases
def test_double_click_keeps_one_draft(app: Flask, planned: World) -> None:
    number = planned.product.id

    def attempt() -> Any:
        product = db.session.get_one(Product, number)
        return lambda: drafted(product).id

    outcomes = at_once(app, [attempt] * 3)
    assert len(set(outcomes)) == 1
    assert isinstance(outcomes[0], int)


def test_words_that_changed_since_they_were_read_do_not_leave(planned: World) -> None:
    bulletin = drafted(planned.product)
    change_bulletin(bulletin, facts(subject_en="Solved"), OTHER_MANAGER, NOW, revision=1)
    with pytest.raises(Conflict):
        announce_bulletin(bulletin, MANAGER, NOW, revision=1)
    assert messages() == []
    assert (fresh(bulletin).revision, bulletin.written_by) == (2, OTHER_MANAGER.name)


def test_saving_the_same_words_makes_nobody_else_their_writer(planned: World) -> None:
    bulletin = drafted(planned.product)
    change_bulletin(bulletin, facts(), OTHER_MANAGER, NOW, revision=1)
    assert (fresh(bulletin).revision, bulletin.written_by) == (1, MANAGER.name)


def test_announced_and_dropped_bulletins_stay_as_they_are(planned: World) -> None:
    gone, dropped = announced(planned.product), drafted(planned.product, NEWSLETTER)
    drop_bulletin(dropped, MANAGER, NOW, revision=1)
    for bulletin in (gone, dropped):
        for verb in (
            lambda: change_bulletin(bulletin, facts(subject_en="x"), MANAGER, NOW, revision=1),  # noqa: B023
            lambda: drop_bulletin(bulletin, MANAGER, NOW, revision=1),  # noqa: B023
            lambda: announce_bulletin(bulletin, MANAGER, NOW, revision=1),  # noqa: B023
        ):
            with pytest.raises(Conflict):
                verb()
    assert len(messages()) == 3


@pytest.mark.parametrize(("kind", "needs_second"), [(URGENT, False), (NEWSLETTER, True), (TERMS, True)])
def test_second_person_announces_where_the_product_asks_for_it(
    planned: World, kind: BulletinKind, needs_second: bool
) -> None:
    planned.product.needs_approval = True
    db.session.commit()
    bulletin = drafted(planned.product, kind)
    if needs_second:
        with pytest.raises(Refused) as refused:
            announce_bulletin(bulletin, MANAGER, NOW, revision=1)
        assert refused.value.field == "approval"
        assert messages() == []
    announcer = OTHER_MANAGER if needs_second else MANAGER
    assert announce_bulletin(bulletin, announcer, NOW, revision=1) == 3


def test_newsletter_skips_who_wants_none(planned: World) -> None:
    unsubscribe(planned.brug.contacts[0], NOW)
    announced(planned.product, NEWSLETTER)
    announced(planned.product)
    newsletters = [
        mail.address for mail in queued_mails() if mail.subject.startswith(("[Inconto] News", "[Inconto] Ni"))
    ]
    assert newsletters == ["contact2@zorggroep-de-brug.example", "contact1@ziekenhuis-peelrand.example"]
    assert len(messages()) == 5


@both_databases
def test_mails_of_bulletins_go_on_record_and_are_settled(planned: World) -> None:
    announced(planned.product)
    send(planned.brug, NOW)
    assert settle(NOW) == 0
    assert [message.settled_at for message in messages(planned.brug)] == [NOW, NOW]
    assert [kind for kind, _who, _tenant in on_record("accepted")] == ["accepted", "accepted"]
    assert verify() == []


@pytest.mark.parametrize(("kind", "told"), [(URGENT, 1), (NEWSLETTER, 0), (TERMS, 1)])
def test_contact_appointed_since_is_told_of_what_still_matters(planned: World, kind: BulletinKind, told: int) -> None:
    catch_up(NOW)
    bulletin = announced(planned.product, kind)
    add_contact(planned.peelrand, ContactFacts("Nieuw", "new@peelrand.example", "020 1234567"), MANAGER)
    assert catch_up(NOW) == told
    assert catch_up(NOW) == 0
    assert [mail.address for mail in queued_mails(planned.peelrand)][1:] == ["new@peelrand.example"] * told
    names = [call.name for call in calls(bulletin, planned.peelrand)]
    assert names == (["Contact 1", "Nieuw"] if kind is URGENT else [])


def test_contact_of_a_tenant_that_was_not_addressed_is_told_nothing(planned: World) -> None:
    announced(planned.product, tenants=("zorggroep-de-brug",))
    add_contact(planned.peelrand, ContactFacts("Nieuw", "new@peelrand.example"), MANAGER)
    make_tenant(planned.product, "later")
    assert catch_up(NOW) == 0


def test_later_word_goes_to_the_same_tenants_in_the_same_thread(planned: World) -> None:
    first = announced(planned.product, tenants=("zorggroep-de-brug",))
    second = announced(planned.product, follows=first, subject_en="Solved")
    third = announced(planned.product, follows=second, subject_en="Really solved")
    assert (second.follows_id, third.follows_id) == (first.id, first.id)
    assert {message.letter.thread for message in messages()} == {f"bulletin-{first.id}"}
    assert [mail.subject for mail in queued_mails() if "solved" in mail.subject.lower()] == [
        "[Inconto] Urgent, how it stands: Solved",
        "[Inconto] Urgent, how it stands: Really solved",
    ]
    assert {message.tenant_id for message in messages()} == {planned.brug.id}


@pytest.mark.parametrize("kind", [NEWSLETTER, TERMS])
def test_only_urgent_bulletins_are_followed(planned: World, kind: BulletinKind) -> None:
    first = announced(planned.product, kind)
    with pytest.raises(Refused):
        drafted(planned.product, URGENT, follows=first)


def test_announcing_asks_no_more_of_more_tenants(planned: World) -> None:
    def asked(subject: str) -> int:
        bulletin = drafted(planned.product, subject_en=subject)
        with counted_queries() as statements:
            announce_bulletin(bulletin, MANAGER, NOW, revision=1)
        assert fresh(bulletin).written_at is None
        put_out(NOW)
        return len(statements)

    before = asked("one")
    for number in range(10):
        make_tenant(planned.product, f"more-{number}", contacts=2)
    assert asked("two") == before
    assert db.session.scalar(select(func.count()).select_from(OutboxMessage)) == 26
