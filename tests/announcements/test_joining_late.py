"""Who joins between the telling of changed terms and their day hears of them at once (SLA 6.1)."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from announcements.joining_late import tell_joined
from announcements.models import Bulletin, BulletinKind, BulletinTenant
from announcements.reach import miss_terms, reach_of
from evidence.chain import verify
from evidence.models import Entry
from outbox.models import MessageState
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tests.at_once import Act, at_once
from tests.bulletins import announced
from tests.planning import counted_queries, messages, pass_of_the_clock, queued_mails, read, send
from tests.world import MANAGER, NOW, World, both_databases, local, make_tenant

LATER = NOW + timedelta(days=3)
THE_DAY = local("2027-01-01T00:00")


@pytest.fixture
def terms(planned: World) -> Bulletin:
    """Changed terms from New Year on, told to everybody of the time."""
    bulletin = announced(planned.product, BulletinKind.TERMS)
    send(None, NOW)
    pass_of_the_clock(NOW)
    return bulletin


@both_databases
def test_tenant_that_joins_before_the_day_is_told_at_once_and_why(planned: World, terms: Bulletin) -> None:
    newcomer = make_tenant(planned.product, "newcomer", contacts=2, now=LATER)
    pass_of_the_clock(LATER)
    pass_of_the_clock(LATER + timedelta(minutes=1))

    mails = queued_mails()
    assert [mail.address for mail in mails] == ["contact1@newcomer.example", "contact2@newcomer.example"]
    assert "before this date. We announced it before you became our customer, so you hear of it now.\n" in mails[1].text
    assert {one.not_after for one in messages(newcomer)} == {THE_DAY}
    assert db.session.scalars(select(BulletinTenant.tenant_id).where(BulletinTenant.joined_late)).all() == [newcomer.id]
    last = db.session.scalars(select(Entry).where(Entry.kind == "announced").order_by(Entry.id.desc()).limit(1)).one()
    assert (last.tenant_id, '"joined_late":true' in last.facts) == (newcomer.id, True)
    assert verify() == []


def test_others_read_nothing_of_it(planned: World, terms: Bulletin) -> None:
    assert {"so you hear of it now" in read(message).text for message in messages()} == {False}


def test_contact_of_who_joined_late_is_told_when_appointed(planned: World, terms: Bulletin) -> None:
    newcomer = make_tenant(planned.product, "newcomer", contacts=0, now=LATER)
    pass_of_the_clock(LATER)
    assert queued_mails() == []
    add_contact(newcomer, ContactFacts("Noor", "noor@newcomer.example", locale="en"), MANAGER)
    pass_of_the_clock(LATER)

    assert [(mail.address, "so you hear of it now" in mail.text) for mail in queued_mails()] == [
        ("noor@newcomer.example", True)
    ]


def test_who_joined_late_and_was_not_told_is_missed(planned: World, terms: Bulletin) -> None:
    make_tenant(planned.product, "newcomer", contacts=0, now=LATER)
    pass_of_the_clock(LATER)
    assert reach_of([terms.id])[terms.id].unreached == 1

    assert miss_terms(THE_DAY) == 1


def test_who_joins_on_the_day_or_is_not_concerned_is_told_nothing(planned: World) -> None:
    announced(planned.product, BulletinKind.TERMS)
    announced(planned.product, BulletinKind.TERMS, tenants=("zorggroep-de-brug",))
    announced(planned.product, BulletinKind.NEWSLETTER)
    announced(planned.product, BulletinKind.URGENT)
    send(None, NOW)
    make_tenant(planned.product, "newcomer", now=LATER)
    assert tell_joined(THE_DAY) == 0
    assert tell_joined(LATER) == 1
    assert len(messages(None, MessageState.QUEUED)) == 1


def test_where_nobody_joined_it_costs_one_query(planned: World, terms: Bulletin) -> None:
    with counted_queries() as statements:
        assert tell_joined(LATER) == 0
    assert len(statements) == 1


@both_databases
def test_workers_at_once_tell_who_joined_once(app: Flask, planned: World, terms: Bulletin) -> None:
    make_tenant(planned.product, "newcomer", contacts=3, now=LATER)

    def worker() -> Act:
        return lambda: pass_of_the_clock(LATER)

    outcomes = at_once(app, [worker] * 3)

    assert outcomes == [None] * 3
    assert len(queued_mails()) == 3
