"""What comes back finds its row; what is forged, broken or about something else changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from outbox.addresses import return_path
from outbox.bounces import act_upon_waiting, take
from outbox.models import MessageState, OutboxMessage
from outbox.report_models import Action, DeliveryReport, Effect
from storage import db
from tests.outbox.rows import queue, row
from tests.outbox.written_reports import AS_WRITTEN, away, exchange, exim, qmail, report
from tests.world import NOW, both_databases

LATER = NOW + timedelta(minutes=5)
READER = "reader1@brug.example"
NOT_OURS = "nothing was changed: a report about a mail that is not ours, or forged"


def sent(state: MessageState = MessageState.SENT, **values: Any) -> OutboxMessage:
    usual = {"sent_at": NOW, "attempts": 1} if state is MessageState.SENT else {"attempts": 1}
    (number,) = queue(**{"state": state} | usual | values)
    return row(number)


def written() -> list[tuple[Action, Effect | None]]:
    found = [(one.action, one.effect) for one in db.session.scalars(select(DeliveryReport))]
    db.session.rollback()
    return found


@both_databases
@pytest.mark.parametrize("server", AS_WRITTEN)
def test_bounce_of_a_known_server_finds_its_row(app: Flask, server: str) -> None:
    message = sent()
    taken = take(AS_WRITTEN[server](return_path(message), READER, message.message_id), LATER)

    found = row(message.id)
    status = {"postfix": "5.1.1", "exim": "", "qmail": "5.1.1", "exchange": "5.1.10", "gmail": "5.1.1"}[server]
    assert taken.words == f"mail {message.id} came back ({f'failed {status}'.strip()})"
    assert (found.state, found.bounced_at, found.sent_at) == (MessageState.SENT, LATER, NOW)
    assert found.bounce.startswith(status)
    assert len(found.bounce) > len(status) + 10
    assert written() == [(Action.FAILED, Effect.BOUNCED)]


@both_databases
def test_same_report_twice_changes_nothing_twice(app: Flask) -> None:
    message = sent()
    mail = report(return_path(message), READER, message.message_id)
    take(mail, LATER)
    again = take(mail, LATER + timedelta(hours=1))
    by_another_way = take(b"Delivered-To: x@vendor.example\n" + mail, LATER + timedelta(hours=2))

    assert again.words == f"nothing was changed: this report about mail {message.id} was read before"
    assert by_another_way.words == f"noted of mail {message.id}, nothing was changed (failed 5.1.1)"
    assert row(message.id).bounced_at == LATER


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
@pytest.mark.parametrize("state", [MessageState.UNCERTAIN, MessageState.QUEUED, MessageState.EXPIRED])
def test_delivery_proves_a_doubtful_row(app: Flask, action: str, state: MessageState) -> None:
    message = sent(state)
    mail = report(return_path(message), READER, message.message_id, action=action, status="2.0.0")
    taken = take(mail, LATER)

    found = row(message.id)
    said = f"{action} 2.0.0"
    assert taken.words == f"mail {message.id} was in doubt, and is proved to have been taken ({said})"
    assert (found.state, found.sent_at) == (MessageState.SENT, NOW + timedelta(seconds=30))
    assert found.proof.startswith("delivery report ")
    assert found.proof.endswith(said)


def test_bounce_of_a_doubtful_row_proves_and_bounces_it(app: Flask) -> None:
    message = sent(MessageState.UNCERTAIN)
    take(report(return_path(message), READER, message.message_id), LATER)

    found = row(message.id)
    assert (found.state, found.bounced_at) == (MessageState.SENT, LATER)


@pytest.mark.parametrize("action", ["delayed", "delivered"])
def test_what_does_not_change_a_sent_row_is_noted(app: Flask, action: str) -> None:
    message = sent()
    taken = take(report(return_path(message), READER, message.message_id, action=action, status="4.4.1"), LATER)

    assert taken.words == f"noted of mail {message.id}, nothing was changed ({action} 4.4.1)"
    assert row(message.id).bounced_at is None
    assert written() == [(Action(action), Effect.NOTED)]


def test_row_that_was_never_sent_is_not_bounced(app: Flask) -> None:
    message = sent(MessageState.QUEUED, attempts=0)
    take(report(return_path(message), READER, message.message_id), LATER)

    found = row(message.id)
    assert (found.state, found.bounced_at) == (MessageState.QUEUED, None)


@both_databases
def test_report_waits_for_the_worker_that_holds_the_row(app: Flask) -> None:
    message = sent(MessageState.COMMITTING)
    taken = take(report(return_path(message), READER, message.message_id), LATER)
    held = act_upon_waiting(LATER)
    db.session.get_one(OutboxMessage, message.id).state = MessageState.SENT
    db.session.commit()

    assert taken.words == f"noted of mail {message.id}, which is being sent at this moment (failed 5.1.1)"
    assert (held, act_upon_waiting(LATER), act_upon_waiting(LATER)) == (0, 1, 0)
    assert row(message.id).bounced_at == LATER


def test_forged_reports_change_nothing(app: Flask) -> None:
    message = sent()
    path = return_path(message)
    guess = f"bounce+{message.id}-000000000000@{path.rpartition('@')[2]}"
    forged = [
        report(guess, READER, "<guessed@localhost>"),
        report("announcements@vendor.example", READER, "<guessed@localhost>"),
        report(f"bounce+999999999999999999-abc@{path.rpartition('@')[2]}", READER, ""),
        qmail(guess, READER, "<guessed@localhost>"),
    ]
    others = [
        report("announcements@vendor.example", "somebody@else.example", message.message_id),
        exim("announcements@vendor.example", "somebody@else.example", message.message_id),
        qmail(path, "somebody@else.example", message.message_id),
    ]

    assert [take(mail, LATER).words for mail in forged] == [NOT_OURS] * 4
    named = f"nothing was changed: it names mail {message.id}, but not its reader"
    assert [take(mail, LATER).words for mail in others] == [named] * 3
    assert (row(message.id).bounced_at, written()) == (None, [])


def test_mail_that_was_forwarded_and_failed_there_is_known_by_its_return_path(app: Flask) -> None:
    message = sent()
    take(report(return_path(message), "private@elsewhere.example", message.message_id), LATER)
    assert row(message.id).bounced_at == LATER


def test_original_recipient_names_the_reader_too(app: Flask) -> None:
    message = sent()
    mail = report(
        "announcements@vendor.example",
        "private@elsewhere.example",
        message.message_id,
        original=f"Original-Recipient: rfc822;{READER.upper()}\n",
    )
    take(mail, LATER)
    assert row(message.id).bounced_at == LATER


def test_journal_copy_that_comes_back_is_not_the_reader(app: Flask) -> None:
    app.config["MAIL_JOURNAL"] = "Journal@vendor.example"
    message = sent()
    taken = take(report(return_path(message), "journal@vendor.example", message.message_id), LATER)

    assert taken.words == f"nothing was changed: it is the journal's copy of mail {message.id} that this is about"
    assert row(message.id).bounced_at is None


def test_address_named_by_the_mail_server_finds_the_row(app: Flask) -> None:
    message = sent()
    mail = report("announcements@vendor.example", READER, "<lost@localhost>")
    assert take(mail, LATER, [return_path(message).upper()]).words == f"mail {message.id} came back (failed 5.1.1)"


def test_what_is_no_report_is_said_in_words(app: Flask) -> None:
    message = sent()
    path, mid = return_path(message), message.message_id
    whole = report(path, READER, mid)
    nested = "Content-Type: multipart/report; boundary=x\nMessage-ID: {id}\nTo: {reader}\n"
    receipt = whole.replace(b"report-type=delivery-status", b"report-type=disposition-notification")
    cases = [
        (b"", "an empty mail", False),
        (b"\0\0\0\n", "an empty mail", False),
        (away(path, READER, mid), "an automatic answer of a reader who is away", True),
        (report(path, READER, mid, returned=nested), "a report about a report", True),
        (receipt, "a receipt or a complaint of a reader, not a delivery report", True),
        (b"To: " + path.encode() + b"\nSubject: hello\n\nhello", "no delivery report", False),
        (b"Auto-Submitted: auto-generated\nSubject: hello\n\nhello", "an automatic answer", True),
        (
            whole[: whole.index(b"Action:")],
            "a delivery report that says of no recipient what became of the mail",
            False,
        ),
        (b"\xff\xfe\x00\x01 Betreff: \xe4\xf6\xfc\n\n\x00", "no delivery report", False),
    ]
    for mail, words, understood in cases:
        taken = take(mail, LATER)
        assert (taken.words, taken.understood) == (f"nothing was changed: {words}", understood)
    assert (row(message.id).bounced_at, written()) == (None, [])


@both_databases
@pytest.mark.parametrize("damage", ["cut", "latin1", "nul", "large", "crlf"])
def test_damaged_report_is_read_as_far_as_it_goes(app: Flask, damage: str) -> None:
    message = sent()
    mail = exchange(return_path(message), READER, message.message_id)
    damaged = {
        "cut": mail[: mail.index(b"--of-ours\n")],
        "latin1": mail.replace(b"Recipient not found", b"Empf\xe4nger unbekannt"),
        "nul": mail.replace(b"Recipient not found", b"Recipient\0not found"),
        "large": mail.replace(b"It comes.\n", b"It comes.\n" * 1_000_000),
        "crlf": mail.replace(b"\n", b"\r\n"),
    }[damage]

    assert take(damaged, LATER).words == f"mail {message.id} came back (failed 5.1.10)"
    assert "\0" not in row(message.id).bounce


def test_endlessly_nested_mail_is_said_in_words(app: Flask) -> None:
    mail = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(3000))
    assert take(mail, LATER).words.startswith("nothing was changed: ")


def test_bounce_keeps_five_hundred_characters(app: Flask) -> None:
    message = sent()
    mail = report(return_path(message), READER, message.message_id).replace(b"User unknown", b"x" * 3000)
    take(mail, LATER)
    assert len(row(message.id).bounce) == 500
