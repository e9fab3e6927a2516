"""What is laid before a customer: promises, mails with their servers' replies, calls, and what came back."""

from datetime import timedelta

from compliance.notice_evidence import as_rows, proof_for
from outbox.models import MessageState
from schedules.notices import Channel
from schedules.telling import record_told
from sla.terms import Change
from storage import db
from tests.planning import (
    ACCEPTANCE_DEADLINE,
    mailed_and_settled,
    messages,
    pass_of_the_clock,
    planned_release,
    send,
    the_notice,
)
from tests.world import NOW, OPERATOR, World

SENT = ACCEPTANCE_DEADLINE - timedelta(days=1)


def test_rows_name_promise_mail_and_reply(planned: World) -> None:
    planned_release(planned.product)
    mailed_and_settled(planned.peelrand, SENT)
    row = next(row for row in as_rows(proof_for(planned.peelrand), planned.peelrand) if row["kind"] == "acceptance")
    assert row == {
        "tenant": "ziekenhuis-peelrand",
        "change": "2027.1",
        "kind": "acceptance",
        "says": "planned",
        "planned_at": "2027-01-18T05:00:00+00:00",
        "promise": "P2W",
        "clause": "SLA 3.3",
        "deadline_at": "2027-01-04T05:00:00+00:00",
        "state": "complete",
        "announced_at": "2027-01-03T05:00:00+00:00",
        "given_at": "2027-01-03T05:00:00+00:00",
        "days_ahead": 15.0,
        "missed_at": "",
        "joined_late": False,
        "waiver": "",
        "waiver_en": "",
        "waived_by": "",
        "channel": "mail",
        "contact": "Contact 1",
        "address": "contact1@ziekenhuis-peelrand.example",
        "language": "nl",
        "mail_state": "sent",
        "sent_at": "2027-01-03T05:00:00+00:00",
        "server_reply": "250 2.0.0 Ok: queued as 17",
        "proof": "",
        "bounced_at": "",
        "bounce": "",
        "message_id": row["message_id"],
        "sha256": "ab" * 32,
        "trial": False,
        "recorded_by": "",
        "subject": "[Inconto] Acceptatie naar 2027.1 op ma 18 januari 2027, 06:00",
        "support_warning": "",
    }


def test_call_stands_beside_the_mails(planned: World) -> None:
    release = planned_release(planned.product)
    notice = the_notice(release, Change.ACCEPTANCE, planned.brug)
    record_told(notice, Channel.LETTER, "mevrouw De Wit", NOW, OPERATOR, NOW)
    rows = [row for row in as_rows(proof_for(planned.brug), planned.brug) if row["kind"] == "acceptance"]
    assert [(row["channel"], row["contact"], row["recorded_by"]) for row in rows] == [
        ("letter", "mevrouw De Wit", OPERATOR.name)
    ]


def test_mail_that_came_back_proves_nothing(planned: World) -> None:
    planned_release(planned.product)
    pass_of_the_clock(SENT)
    send(None, SENT)
    for message in messages(planned.peelrand, MessageState.SENT):
        message.bounced_at, message.bounce = SENT, "550 5.1.1 no such user"
    db.session.commit()
    mails = [mail for proof in proof_for(planned.peelrand) for mail in proof.mails]
    assert [mail.proves for mail in mails] == [False, False]
