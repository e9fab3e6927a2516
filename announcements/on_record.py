"""What of telling goes on record in the evidence: ids and hashes, no name and no address."""

import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from announcements.models import Approval
from evidence.actors import THE_CLOCK
from evidence.chain import Happening, Kind
from outbox.models import Letter, MessageState, OutboxMessage
from outbox.report_models import DeliveryReport
from schedules.notices import Notice

_ENDS = {
    MessageState.SENT: Kind.ACCEPTED,
    MessageState.FAILED: Kind.REFUSED,
    MessageState.EXPIRED: Kind.EXPIRED,
    MessageState.CANCELLED: Kind.WITHDRAWN,
}
# What of a bounce goes on record.
BOUNCED = (
    DeliveryReport.id.label("report"),
    DeliveryReport.sha256,
    DeliveryReport.status,
    OutboxMessage.id,
    OutboxMessage.announcement_id,
    OutboxMessage.tenant_id,
    OutboxMessage.contact_id,
    OutboxMessage.message_id,
    OutboxMessage.bounced_at,
)


def announced(announcement_id: int, notices: Iterable[Notice], contacts: Iterable[Any], by: str) -> list[Happening]:
    """To each tenant what was promised, and for which contacts the announcement was frozen."""
    by_tenant = defaultdict(list)
    for contact in contacts:
        by_tenant[contact.tenant_id].append(contact.id)
    return [
        Happening(
            Kind.ANNOUNCED,
            by,
            notice.tenant_id,
            {
                "notice": notice.id,
                "announcement": announcement_id,
                "planned_at": notice.planned_at.isoformat(),
                "period": notice.period,
                "clause": notice.clause,
                "deadline_at": notice.deadline_at.isoformat(),
                "contacts": by_tenant[notice.tenant_id],
            },
        )
        for notice in notices
    ]


def approved(approval: Approval, letters: Iterable[Letter]) -> Happening:
    """Who let one thing be told, and in which words: of every letter the hash, with the readers' places still open."""
    facts = {
        "approval": approval.id,
        "release": approval.release_id,
        "maintenance": approval.maintenance_id,
        "kind": approval.kind.value,
        "says": approval.says.value,
        "plan_revision": approval.plan_revision,
        "announcement": approval.announcement_id,
        "changed_by": approval.changed_by,
        "letters": {letter.language: letter_hash(letter) for letter in letters},
        "seen": approval.fingerprint,
        "tenants": approval.tenants,
        "recipients": approval.recipients,
    }
    return Happening(Kind.APPROVED, approval.approved_by, None, facts)


def letter_hash(letter: Letter) -> str:
    """SHA-256 of everything that a letter says."""
    said = [letter.language, letter.subject, letter.plain, letter.html, letter.calendar or "", letter.thread]
    return sha256(json.dumps(said).encode()).hexdigest()


def ended(row: Any) -> Happening:
    """How a mail ended, with the server's reply and the hash of the bytes that it took."""
    facts = {
        "mail": row.id,
        "announcement": row.announcement_id,
        "contact": row.contact_id,
        "letter": row.letter_id,
        "message_id": row.message_id,
        "sent_at": row.sent_at.isoformat() if row.sent_at else None,
        "sha256": row.sent_hash,
        # Servers like to repeat the address; the record outlives the row of the person.
        "reply": row.reply.replace(row.address, "(address)"),
        "trial": row.trial,
    }
    if row.proof:
        # No server's answer to us, but what we found out afterwards.
        return Happening(Kind.PROVED, THE_CLOCK.name, row.tenant_id, facts | {"proof": row.proof})
    return Happening(_ENDS[row.state], THE_CLOCK.name, row.tenant_id, facts)


def bounced(row: Any) -> Happening:
    """That a mail came back after all. The report's own words stay in its row: they name the reader."""
    facts = {
        "mail": row.id,
        "announcement": row.announcement_id,
        "contact": row.contact_id,
        "message_id": row.message_id,
        "bounced_at": row.bounced_at.isoformat() if row.bounced_at else None,
        "status": row.status,
        "report_sha256": row.sha256,
    }
    return Happening(Kind.BOUNCED, THE_CLOCK.name, row.tenant_id, facts)


def given(notice: Any, announcement_id: int, given_at: datetime) -> Happening:
    facts = {"notice": notice.id, "announcement": announcement_id, "given_at": given_at.isoformat()}
    return Happening(Kind.GIVEN, THE_CLOCK.name, notice.tenant_id, facts)


def not_given(notice: Any, announcement_id: int) -> Happening:
    """That a notice had not been given: every mail that gave it came back."""
    facts = {"notice": notice.id, "announcement": announcement_id, "given_at": notice.given_at.isoformat()}
    return Happening(Kind.NOT_GIVEN, THE_CLOCK.name, notice.tenant_id, facts)


def missed(notice: Any, why: str = "") -> Happening:
    facts = {"notice": notice.id, "deadline_at": notice.deadline_at.isoformat()}
    if why:
        facts["why"] = why
    return Happening(Kind.MISSED, THE_CLOCK.name, notice.tenant_id, facts)
