"""What one tenant was promised and told: every notice, with each mail about it and what its server said."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import selectinload

from announcements.models import Announcement
from announcements.same_plan import same_plan
from compliance.evidence_rows import by_mail, in_text, way
from compliance.mail_proof import MAIL, MailProof, mail_proof
from outbox.models import Letter, OutboxMessage
from schedules.notices import Notice, NoticeState, Told
from schedules.telling import calls_and_letters
from schedules.told_archive import known, state_known
from storage import db
from tenants.models import Tenant


@dataclass(frozen=True)
class NoticeProof:
    """A notice with its promise, what was given, and the mails, calls and letters that gave it, the first one first."""

    notice: Notice
    # How far it has come, as far as whoever reads this may know.
    state: NoticeState
    mails: list[MailProof]
    told: list[Told]

    @property
    def is_planned(self) -> bool:
        """Whether nothing was said of it yet, and nothing had to be."""
        return self.notice.state is NoticeState.PLANNED and not self.mails and not self.told

    @property
    def days_ahead(self) -> float | None:
        """How many days before the change the notice was given; None where it was not."""
        if self.notice.given_at is None:
            return None
        return round((self.notice.planned_at - self.notice.given_at).total_seconds() / 86400, 2)


def proof_for(tenant: Tenant, *, known_at: datetime | None = None) -> list[NoticeProof]:
    """Return the evidence of notice for a tenant, the latest change first; a constant number of queries.

    With ``known_at`` only what the tenant itself may read at that moment.
    """
    notices = db.session.scalars(
        select(Notice)
        .where(Notice.tenant_id == tenant.id, true() if known_at is None else known(known_at))
        .options(selectinload(Notice.release), selectinload(Notice.maintenance), selectinload(Notice.waiver))
        .order_by(Notice.planned_at.desc(), Notice.kind, Notice.revision.desc())
    ).all()
    return _with_proof(notices, Notice.tenant_id == tenant.id, to_tenant=known_at is not None)


def proof_of(notices: Sequence[Notice], *, to_tenant: bool = False) -> list[NoticeProof]:
    """Return the evidence of some notices, in their order; ``to_tenant`` as their tenant itself may read it.

    A constant number of queries.
    """
    return _with_proof(notices, Notice.id.in_([notice.id for notice in notices]), to_tenant=to_tenant)


def _with_proof(notices: Sequence[Notice], which: ColumnElement[bool], *, to_tenant: bool) -> list[NoticeProof]:
    mails, told = _mails(which), calls_and_letters(which)
    states = _states_known(which) if to_tenant else {}
    return [
        NoticeProof(notice, states.get(notice.id, notice.state), mails[notice.id], told.get(notice.id, []))
        for notice in notices
    ]


def _states_known(which: ColumnElement[bool]) -> dict[int, NoticeState]:
    """The states of what was replaced, as the tenant may know them."""
    replaced = Notice.state == NoticeState.SUPERSEDED
    return {row[0]: row[1] for row in db.session.execute(select(Notice.id, state_known()).where(which, replaced))}


def _mails(which: ColumnElement[bool]) -> dict[int, list[MailProof]]:
    rows = db.session.execute(
        select(Notice.id.label("notice_id"), *MAIL)
        .select_from(OutboxMessage)
        .join(Announcement, Announcement.id == OutboxMessage.announcement_id)
        .join(Letter, Letter.id == OutboxMessage.letter_id)
        .join(Notice, same_plan() & (Notice.tenant_id == OutboxMessage.tenant_id))
        .where(which)
        .order_by(OutboxMessage.id)
    )
    found: dict[int, list[MailProof]] = defaultdict(list)
    for row in rows:
        found[row.notice_id].append(mail_proof(row))
    return found


def as_rows(proofs: list[NoticeProof], tenant: Tenant, language: str = "nl") -> list[dict[str, Any]]:
    """Return the evidence as flat rows for a file: one for each mail, call and letter, or one for a notice without."""
    rows = []
    for proof in proofs:
        notice = proof.notice
        change = notice.release.version if notice.release else notice.maintenance and notice.maintenance.reference
        promise = {
            "tenant": tenant.slug,
            "change": change,
            "kind": notice.kind.value,
            "says": notice.says.value,
            "planned_at": in_text(notice.planned_at),
            "promise": notice.period,
            "clause": notice.clause,
            "deadline_at": in_text(notice.deadline_at),
            "state": proof.state.value,
            "announced_at": in_text(notice.announced_at),
            "given_at": in_text(notice.given_at),
            "days_ahead": proof.days_ahead,
            "missed_at": in_text(notice.missed_at),
            "joined_late": notice.joined_late,
            "waiver": notice.waiver.reason(language) if notice.waiver else "",
            "waiver_en": notice.waiver.reason("en") if notice.waiver else "",
            "waived_by": notice.waiver.waived_by if notice.waiver else "",
        }
        ways = [*map(by_mail, proof.mails), *map(_told_row, proof.told)] or [way()]
        rows += [promise | one for one in ways]
    return rows


def _told_row(told: Told) -> dict[str, Any]:
    return way(told.channel.value, contact=told.person, sent_at=in_text(told.told_at), recorded_by=told.recorded_by)
