"""What else was mailed to one tenant, beside its notices and what was told by hand: release notes, updates, reminders,
how maintenance went, and the answers to its questions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from announcements.desk import NOTICES, TOLD_ONCE
from announcements.models import Announcement, Kind
from compliance.evidence_rows import by_mail, in_text
from compliance.mail_proof import MAIL, MailProof, first_taken, mail_proof
from outbox.models import Letter, OutboxMessage
from schedules.models import MaintenanceWindow, Release
from storage import db
from tenants.models import Tenant

CLAUSE = "SLA 3.3"
# The answer to a customer's question for another date: it belongs to no announcement, one person having asked.
DATE_ANSWER = "date_answer"


@dataclass(frozen=True)
class MailedProof:
    """One thing that was mailed, and its mails, the first one first."""

    # A kind of announcement, or ``DATE_ANSWER``.
    kind: str
    change: Release | MaintenanceWindow
    mails: list[MailProof]

    @property
    def clause(self) -> str:
        """The promise that it keeps; empty for what was mailed without one."""
        return CLAUSE if self.kind in TOLD_ONCE else ""

    @property
    def told_at(self) -> datetime:
        """When the first of these mails was written: others are told of the same at other moments."""
        return min(mail.created_at for mail in self.mails)


def mailed_proofs(tenant: Tenant, start: datetime | None = None, end: datetime | None = None) -> list[MailedProof]:
    """Return what else was mailed to a tenant, ever or in a time, the newest first; three queries at most."""
    ever = start is None or end is None
    within = true() if ever else (OutboxMessage.created_at >= start) & (OutboxMessage.created_at < end)
    rows = db.session.execute(
        select(
            Announcement.id,
            Announcement.kind,
            Announcement.release_id,
            Announcement.maintenance_id,
            OutboxMessage.letter_id,
            Letter.thread,
            *MAIL,
        )
        .select_from(OutboxMessage)
        .join(Letter, Letter.id == OutboxMessage.letter_id)
        .outerjoin(Announcement, Announcement.id == OutboxMessage.announcement_id)
        .where(_else_mailed(tenant), within)
        .order_by(OutboxMessage.id)
    ).all()
    # An answer is about the release whose thread it is in.
    releases = _by_id(Release, {row.release_id or _release_of(row.thread) for row in rows if not row.maintenance_id})
    windows = _by_id(MaintenanceWindow, {row.maintenance_id for row in rows if row.maintenance_id})
    found: dict[tuple[bool, int], MailedProof] = {}
    for row in rows:
        answer = row.id is None
        change = windows.get(row.maintenance_id) or releases[row.release_id or _release_of(row.thread)]
        kind = DATE_ANSWER if answer else row.kind.value
        proof = found.setdefault((answer, row.letter_id if answer else row.id), MailedProof(kind, change, []))
        proof.mails.append(mail_proof(row))
    return sorted(found.values(), key=lambda one: one.told_at, reverse=True)


def first_mailed_at(tenant: Tenant) -> datetime | None:
    """When the first of it was mailed, None where nothing was."""
    return db.session.scalar(
        select(func.min(OutboxMessage.created_at))
        .select_from(OutboxMessage)
        .outerjoin(Announcement, Announcement.id == OutboxMessage.announcement_id)
        .where(_else_mailed(tenant))
    )


def mailed_rows(proofs: list[MailedProof], tenant: Tenant) -> list[dict[str, Any]]:
    """Return them as flat rows, with the names that the rows of notices have: one for each mail."""
    rows = []
    for proof in proofs:
        told = {
            "tenant": tenant.slug,
            "change": proof.change.version if isinstance(proof.change, Release) else proof.change.reference,
            "kind": proof.kind,
            "says": "planned",
            "planned_at": "",
            "promise": "",
            "clause": proof.clause,
            "deadline_at": "",
            "state": "",
            "announced_at": in_text(proof.told_at),
            "given_at": in_text(first_taken(proof.mails)),
            "days_ahead": None,
            "missed_at": "",
            "joined_late": False,
            "waiver": "",
            "waiver_en": "",
            "waived_by": "",
        }
        rows += [told | by_mail(mail) for mail in proof.mails]
    return rows


def _else_mailed(tenant: Tenant) -> ColumnElement[bool]:
    """Neither a notice nor told by hand; of mails without an announcement those that name their tenant are answers."""
    beside = Announcement.bulletin_id.is_(None) & Announcement.kind.in_(set(Kind) - NOTICES)
    return and_(OutboxMessage.tenant_id == tenant.id, or_(OutboxMessage.announcement_id.is_(None), beside))


def _release_of(thread: str) -> int:
    return int(thread.removeprefix("release-"))


def _by_id(table: type[Any], wanted: set[int]) -> dict[int, Any]:
    return {one.id: one for one in db.session.scalars(select(table).where(table.id.in_(wanted)))} if wanted else {}
