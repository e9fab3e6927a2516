"""That release notes were mailed to one tenant, and that it was told of each update that was done (SLA 3.3)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from announcements.models import Announcement, Kind
from compliance.evidence_rows import by_mail, in_text
from outbox.models import Letter, MessageState, OutboxMessage
from schedules.models import Release
from storage import db
from tenants.models import Tenant

CLAUSE = "SLA 3.3"
KINDS = (Kind.RELEASE_NOTES, Kind.ACCEPTANCE_UPDATED, Kind.PRODUCTION_UPDATED)


@dataclass(frozen=True)
class NotesProof:
    """What was mailed about a release beside its notices: the mails in the language of each, the first one first."""

    kind: Kind
    release: Release
    mails: list[tuple[OutboxMessage, str]]

    @property
    def clause(self) -> str:
        return CLAUSE

    @property
    def told_at(self) -> datetime:
        """When the first of these mails was written: others are told of the same release at other moments."""
        return min(mail.created_at for mail, _language in self.mails)

    @property
    def given_at(self) -> datetime | None:
        """When a server took the first of them, None for none; a trial is no proof, nor is what came back."""
        taken = (mail for mail, _ in self.mails if mail.state is MessageState.SENT)
        return min((one.sent_at for one in taken if one.sent_at and not one.trial and not one.bounced_at), default=None)


def notes_proofs(tenant: Tenant) -> list[NotesProof]:
    """Return what was mailed to a tenant of release notes and of updates done, the newest first; one query."""
    rows = db.session.execute(
        select(Announcement.id, Announcement.kind, Release, OutboxMessage, Letter.language)
        .select_from(OutboxMessage)
        .join(Announcement, Announcement.id == OutboxMessage.announcement_id)
        .join(Release, Release.id == Announcement.release_id)
        .join(Letter, Letter.id == OutboxMessage.letter_id)
        .where(OutboxMessage.tenant_id == tenant.id, Announcement.kind.in_(KINDS))
        .order_by(OutboxMessage.id)
    )
    found: dict[int, NotesProof] = {}
    for number, kind, release, message, language in rows:
        found.setdefault(number, NotesProof(kind, release, [])).mails.append((message, language))
    return sorted(found.values(), key=lambda one: one.told_at, reverse=True)


def notes_rows(proofs: list[NotesProof], tenant: Tenant) -> list[dict[str, Any]]:
    """Return them as flat rows, with the names that the rows of notices have: one for each mail."""
    rows = []
    for proof in proofs:
        told = {
            "tenant": tenant.slug,
            "change": proof.release.version,
            "kind": proof.kind.value,
            "says": "planned",
            "planned_at": "",
            "promise": "",
            "clause": proof.clause,
            "deadline_at": "",
            "state": "",
            "announced_at": in_text(proof.told_at),
            "given_at": in_text(proof.given_at),
            "days_ahead": None,
            "missed_at": "",
            "joined_late": False,
            "waiver": "",
            "waiver_en": "",
            "waived_by": "",
        }
        rows += [told | by_mail(message, language) for message, language in proof.mails]
    return rows
