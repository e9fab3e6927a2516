"""What one tenant was told by hand: every bulletin, with each mail and each call about it."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from announcements.bulletins_on_record import CLAUSES
from announcements.bulletins_told import bulletins_told
from announcements.models import Announcement, Bulletin, BulletinCall, CallState
from compliance.evidence_rows import by_mail, in_text, way
from compliance.mail_proof import MAIL, MailProof, first_taken, mail_proof
from outbox.models import Letter, OutboxMessage
from storage import db
from tenants.models import Tenant


@dataclass(frozen=True)
class BulletinProof:
    """A bulletin with its mails and the calls that were made, the first one first."""

    bulletin: Bulletin
    mails: list[MailProof] = field(default_factory=list)
    calls: list[BulletinCall] = field(default_factory=list)

    @property
    def clause(self) -> str:
        return CLAUSES[self.bulletin.kind]


def bulletin_proofs(tenant: Tenant) -> list[BulletinProof]:
    """Return what was told to a tenant by hand, the newest first; three queries."""
    mails, calls = defaultdict(list), defaultdict(list)
    rows = db.session.execute(
        select(Announcement.bulletin_id, *MAIL)
        .select_from(OutboxMessage)
        .join(Announcement, Announcement.id == OutboxMessage.announcement_id)
        .join(Letter, Letter.id == OutboxMessage.letter_id)
        .where(OutboxMessage.tenant_id == tenant.id, Announcement.bulletin_id.is_not(None))
        .order_by(OutboxMessage.id)
    )
    for row in rows:
        mails[row.bulletin_id].append(mail_proof(row))
    made = select(BulletinCall).where(BulletinCall.tenant_id == tenant.id, BulletinCall.state != CallState.TO_CALL)
    for call in db.session.scalars(made.order_by(BulletinCall.called_at, BulletinCall.id)):
        calls[call.bulletin_id].append(call)
    return [BulletinProof(one, mails[one.id], calls[one.id]) for one in bulletins_told(tenant)]


def bulletin_rows(proofs: list[BulletinProof], tenant: Tenant, language: str = "nl") -> list[dict[str, Any]]:
    """Return them as flat rows, with the names that the rows of notices have: one for each mail and each call."""
    rows = []
    for proof in proofs:
        bulletin = proof.bulletin
        told = {
            "tenant": tenant.slug,
            "change": bulletin.subject(language),
            "kind": bulletin.kind.value,
            "says": "planned",
            "planned_at": in_text(bulletin.effective_at),
            "promise": "",
            "clause": proof.clause,
            "deadline_at": in_text(bulletin.effective_at),
            "state": "",
            "announced_at": in_text(bulletin.announced_at),
            "given_at": in_text(first_taken(proof.mails)),
            "days_ahead": None,
            "missed_at": in_text(bulletin.missed_at),
            "joined_late": False,
            "waiver": "",
            "waiver_en": "",
            "waived_by": "",
        }
        found = [*map(by_mail, proof.mails), *map(_of_call, proof.calls)]
        rows += [told | one for one in found] or [told | way()]
    return rows


def _of_call(call: BulletinCall) -> dict[str, Any]:
    return way(
        "telephone",
        contact=call.name,
        address=call.phone,
        language=call.language,
        mail_state=call.state.value,
        sent_at=in_text(call.called_at),
        server_reply=call.outcome,
        recorded_by=call.called_by,
    )
