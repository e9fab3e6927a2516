"""From the announcement to a mail server that takes it, and what closes then."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from flask import Flask

from announcements.models import Bulletin, BulletinKind
from entrypoints.tick import tick
from evidence.chain import verify
from storage import db
from tests.bulletins import announced, on_record
from tests.outbox.rows import use
from tests.planning import messages
from tests.smtp_server import SMTPServer
from tests.world import World, both_databases


@pytest.fixture
def server(app: Flask) -> Iterator[SMTPServer]:
    with SMTPServer() as running:
        use(app, running)
        yield running


@both_databases
def test_urgent_bulletin_is_mailed_within_seconds_and_closes(server: SMTPServer, planned: World) -> None:
    started = monotonic()
    number = announced(planned.product, now=datetime.now(UTC)).id
    first, second = tick("worker 1"), tick("worker 1")

    assert monotonic() - started < 10
    assert (first["sent"], first["bulletins_closed"], second["bulletins_closed"]) == (3, 1, 0)
    assert sorted(server.recipients()) == [
        "contact1@ziekenhuis-peelrand.example",
        "contact1@zorggroep-de-brug.example",
        "contact2@zorggroep-de-brug.example",
    ]
    assert db.session.get_one(Bulletin, number).closed_by == "clock"
    assert [kind for kind, _who, _tenant in on_record("accepted", "given")] == [*["accepted"] * 3, "given"]
    assert verify() == []


def test_mail_of_an_urgent_bulletin_is_tied_to_its_thread(server: SMTPServer, planned: World) -> None:
    first = announced(planned.product, now=datetime.now(UTC))
    number = first.id
    announced(planned.product, now=datetime.now(UTC), follows=first, subject_en="Solved")
    tick("worker 1")
    threads = {taken.mail["References"] for taken in server.taken}
    assert threads == {f"<bulletin-{number}@localhost>"}


@pytest.mark.parametrize("kind", list(BulletinKind))
def test_only_newsletters_say_how_they_are_stopped(server: SMTPServer, planned: World, kind: BulletinKind) -> None:
    now = datetime.now(UTC)
    day = {"effective_on": f"{now + timedelta(days=60):%Y-%m-%d}"} if kind is BulletinKind.TERMS else {}
    announced(planned.product, kind, now=now, **day)
    tick("worker 1")
    ways = [message.fields.get("unsubscribe") for message in messages()]
    assert len(set(ways)) == (3 if kind is BulletinKind.NEWSLETTER else 1)
    for taken in server.taken:
        address = taken.mail["List-Unsubscribe"]
        post = taken.mail["List-Unsubscribe-Post"]
        if kind is not BulletinKind.NEWSLETTER:
            assert (address, post) == (None, None)
        elif address is not None:
            # Written from the field by whoever makes the header (RFC 8058 3.1).
            assert address.strip("<>") in ways
            assert post == "List-Unsubscribe=One-Click"
