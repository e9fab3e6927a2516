"""What became of the mails becomes the state of the notices: given, complete, or missed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import String, and_, cast, func, select, tuple_, update

from announcements import on_record
from announcements.models import Announcement
from evidence.chain import Happening, append
from outbox.models import FINAL, DeliveryReport, Effect, MessageState, OutboxMessage
from schedules.models import Notice, NoticeState
from schedules.telling import first_told_in_time
from sla.terms import Change
from storage import db

BATCH = 2000
_ENDED = (
    OutboxMessage.id,
    OutboxMessage.announcement_id,
    OutboxMessage.tenant_id,
    OutboxMessage.contact_id,
    OutboxMessage.letter_id,
    OutboxMessage.address,
    OutboxMessage.message_id,
    OutboxMessage.state,
    OutboxMessage.sent_at,
    OutboxMessage.sent_hash,
    OutboxMessage.reply,
    OutboxMessage.trial,
    OutboxMessage.proof,
)
# Missed among them: what a server took in time was given, also where its answer was settled after the deadline. Due is
# one whose mails all came back, and which was mailed to another address since.
_PROVEN_BY_MAIL = frozenset(
    {NoticeState.DUE, NoticeState.ANNOUNCED, NoticeState.GIVEN, NoticeState.MISSED, NoticeState.SUPERSEDED}
)
_GIVEN = frozenset({NoticeState.GIVEN, NoticeState.COMPLETE, NoticeState.SUPERSEDED})
_REALLY_SENT = (OutboxMessage.state == MessageState.SENT) & OutboxMessage.trial.is_(False)
_CAME_BACK = _REALLY_SENT & OutboxMessage.bounced_at.is_not(None)


def settle(now: datetime) -> int:
    """Mark notices by what was really sent, and by what came back. Returns how many changed; commits by the batch.

    *Given* when a mail server took it for one contact of the tenant; *complete* when for every one. What the built-in
    mailbox took is a trial and proves nothing. What came back does not count: where nothing else gave the notice, it
    is taken back.
    """
    return _settle_sent(now) + _settle_bounced(now)


def _settle_sent(now: datetime) -> int:
    changed = 0
    while True:
        ended = db.session.execute(
            select(*_ENDED)
            .where(
                OutboxMessage.settled_at.is_(None),
                OutboxMessage.announcement_id.is_not(None),
                OutboxMessage.state.in_(FINAL),
            )
            .order_by(OutboxMessage.announcement_id, OutboxMessage.tenant_id)
            .limit(BATCH)
            # What another settles at this moment would go on record twice.
            .with_for_update(skip_locked=True)
        ).all()
        if not ended:
            db.session.rollback()
            return changed
        number, given = _settle({(row.announcement_id, row.tenant_id) for row in ended})
        changed += number
        # By id: one that ended since it was counted is for the next round.
        db.session.execute(update(OutboxMessage), [{"id": row.id, "settled_at": now} for row in ended])
        # Last: whoever appends holds the end of the chain, and must not wait for rows that another holds.
        append([*map(on_record.ended, ended), *given], now)
        db.session.commit()


def _settle_bounced(now: datetime) -> int:
    changed = 0
    while True:
        bounced = db.session.execute(
            select(*on_record.BOUNCED)
            .join(OutboxMessage, OutboxMessage.id == DeliveryReport.outbox_message_id)
            .where(
                DeliveryReport.effect == Effect.BOUNCED,
                DeliveryReport.settled_at.is_(None),
                # That it was sent goes on record first.
                OutboxMessage.settled_at.is_not(None) | OutboxMessage.announcement_id.is_(None),
            )
            .order_by(DeliveryReport.id)
            .limit(BATCH)
            .with_for_update(of=DeliveryReport, skip_locked=True)
        ).all()
        if not bounced:
            db.session.rollback()
            return changed
        number, taken_back = _take_back({(row.announcement_id, row.tenant_id) for row in bounced}, now)
        changed += number
        db.session.execute(update(DeliveryReport), [{"id": row.report, "settled_at": now} for row in bounced])
        append([*map(on_record.bounced, bounced), *taken_back], now)
        db.session.commit()


def watch_deadlines(now: datetime) -> int:
    """Mark as missed, for good, what was not given when it lapsed. Returns how many; commits."""
    missed = db.session.execute(
        select(Notice.id, Notice.tenant_id, Notice.deadline_at)
        .where(Notice.state.in_([NoticeState.PLANNED, NoticeState.DUE, NoticeState.ANNOUNCED]), Notice.lapses_at < now)
        .order_by(Notice.id)
        .with_for_update(skip_locked=True)
    ).all()
    if missed:
        db.session.execute(
            update(Notice), [{"id": row.id, "state": NoticeState.MISSED, "missed_at": now} for row in missed]
        )
        append(map(on_record.missed, missed), now)
    db.session.commit()
    return len(missed)


def _settle(pairs: set[tuple[int, int]]) -> tuple[int, list[Happening]]:
    """Mark the notices that these announcements gave to these tenants.

    Returns how many changed, and what is to go on record of those that were given now.
    """
    # Locked before the mails are counted, so that of two who settle at once the later counts what the earlier did.
    notices = _notices(
        {announcement_id for announcement_id, _tenant_id in pairs}, {tenant_id for _id, tenant_id in pairs}
    )
    changes: list[dict[str, Any]] = []
    given: list[Happening] = []
    may_follow = defaultdict(list)
    for mails in _counted(pairs):
        notice = notices.get((mails.announcement_id, mails.tenant_id))
        if notice is None or not mails.sent:
            continue
        given_at = notice.given_at or mails.first_at
        if notice.state not in _PROVEN_BY_MAIL or given_at > notice.lapses_at:
            # Sent after it was missed: that it is late stands.
            continue
        complete = mails.sent == mails.wanted
        state = NoticeState.COMPLETE if complete else NoticeState.GIVEN
        changes.append(
            {
                "id": notice.id,
                # Where the plan moved on while the mail was under way, that it arrived still counts as proof.
                "state": NoticeState.SUPERSEDED if notice.state is NoticeState.SUPERSEDED else state,
                "given_at": given_at,
                "completed_at": mails.last_at if complete else None,
                "missed_at": None,
                "later_than_aimed": notice.later_than_aimed
                or (notice.kind is Change.MAINTENANCE and given_at > notice.deadline_at),
            }
        )
        if notice.given_at is None:
            given.append(on_record.given(notice, mails.announcement_id, given_at))
        if notice.given_at is None and not complete:
            may_follow[mails.announcement_id, notice.lapses_at, notice.planned_at].append(mails.tenant_id)
    if changes:
        db.session.execute(update(Notice), sorted(changes, key=lambda change: int(change["id"])))
    for (announcement_id, lapses_at, planned_at), tenants in may_follow.items():
        _let_follow(announcement_id, tenants, lapses_at, planned_at)
    return len(changes), given


def _take_back(pairs: set[tuple[int | None, int | None]], now: datetime) -> tuple[int, list[Happening]]:
    """Take back what was given by mails that came back, as far as nothing else gave it.

    Returns how many notices changed, and what is to go on record. A notice that was given otherwise, by telephone or
    letter, was given at a moment that is none of these mails'.
    """
    known = {(one, other) for one, other in pairs if one is not None and other is not None}
    notices = _notices({one for one, _other in known}, {other for _one, other in known})
    undone = _moments_that_came_back(known)
    spoken = first_told_in_time([notice.id for notice in notices.values()])
    changes: list[dict[str, Any]] = []
    happened: list[Happening] = []
    for mails in _counted(known):
        notice = notices.get((mails.announcement_id, mails.tenant_id))
        if notice is None:
            continue
        if notice.state is NoticeState.ANNOUNCED and not (mails.sent or mails.under_way) and now <= notice.lapses_at:
            # It came back before it counted as given.
            due = {"state": NoticeState.DUE, "given_at": None, "completed_at": None, "missed_at": None}
            changes.append({"id": notice.id, **due})
        if notice.state not in _GIVEN or notice.given_at is None:
            continue
        by_mail = notice.given_at in undone[mails.announcement_id, mails.tenant_id]
        given_at = (mails.first_at or spoken.get(notice.id)) if by_mail else notice.given_at
        state = _state_after(notice, given_at, mails, now)
        in_time = given_at is not None and given_at <= notice.lapses_at
        changes.append(
            {
                "id": notice.id,
                "state": state,
                "given_at": given_at if in_time else None,
                "completed_at": mails.last_at if state is NoticeState.COMPLETE else None,
                "missed_at": now if state is NoticeState.MISSED else None,
            }
        )
        if not in_time:
            happened.append(on_record.not_given(notice, mails.announcement_id))
            _hold_to_deadline(mails.announcement_id, mails.tenant_id, notice.lapses_at, notice.planned_at)
        if state is NoticeState.MISSED:
            happened.append(on_record.missed(notice, "what had been sent in time came back"))
    if changes:
        db.session.execute(update(Notice), sorted(changes, key=lambda change: int(change["id"])))
    return len(changes), happened


def _state_after(notice: Any, given_at: datetime | None, mails: Any, now: datetime) -> NoticeState:
    """How far a notice has come once mails came back."""
    if notice.state is NoticeState.SUPERSEDED:
        return NoticeState.SUPERSEDED
    if given_at is not None and given_at <= notice.lapses_at:
        return NoticeState.COMPLETE if mails.sent == mails.wanted else NoticeState.GIVEN
    if now > notice.lapses_at:
        return NoticeState.MISSED
    return NoticeState.ANNOUNCED if mails.under_way else NoticeState.DUE


def _moments_that_came_back(pairs: set[tuple[int, int]]) -> dict[tuple[int, int], set[datetime]]:
    rows = db.session.execute(
        select(OutboxMessage.announcement_id, OutboxMessage.tenant_id, OutboxMessage.sent_at).where(
            tuple_(OutboxMessage.announcement_id, OutboxMessage.tenant_id).in_(list(pairs)), _CAME_BACK
        )
    )
    moments: dict[tuple[int, int], set[datetime]] = defaultdict(set)
    for announcement_id, tenant_id, sent_at in rows:
        if announcement_id is not None and tenant_id is not None and sent_at is not None:
            moments[announcement_id, tenant_id].add(sent_at)
    return moments


def _counted(pairs: set[tuple[int, int]]) -> Sequence[Any]:
    """For each announcement and tenant: contacts to be told, contacts told, when the first and the last were."""
    stands = _REALLY_SENT & OutboxMessage.bounced_at.is_(None)
    # A contact whose address changed has two mails, of which one suffices.
    contacts = func.count(OutboxMessage.contact_id.distinct())
    return db.session.execute(
        select(
            OutboxMessage.announcement_id,
            OutboxMessage.tenant_id,
            contacts.filter(OutboxMessage.state != MessageState.CANCELLED).label("wanted"),
            contacts.filter(stands).label("sent"),
            contacts.filter(OutboxMessage.state.not_in(FINAL)).label("under_way"),
            func.min(OutboxMessage.sent_at).filter(stands).label("first_at"),
            func.max(OutboxMessage.sent_at).filter(stands).label("last_at"),
        )
        .where(tuple_(OutboxMessage.announcement_id, OutboxMessage.tenant_id).in_(list(pairs)))
        .group_by(OutboxMessage.announcement_id, OutboxMessage.tenant_id)
    ).all()


def _let_follow(announcement_id: int, tenants: list[int], lapses_at: datetime, planned_at: datetime) -> None:
    """Once a notice is given, the remaining contacts of its tenant may follow after the deadline."""
    db.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.announcement_id == announcement_id,
            OutboxMessage.tenant_id.in_(tenants),
            OutboxMessage.state.not_in(FINAL),
            OutboxMessage.not_after == lapses_at,
        )
        .values(not_after=planned_at)
        .execution_options(synchronize_session=False)
    )


def _hold_to_deadline(announcement_id: int, tenant_id: int, lapses_at: datetime, planned_at: datetime) -> None:
    """Nothing was given after all: what still waits may no longer follow after the deadline."""
    db.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.announcement_id == announcement_id,
            OutboxMessage.tenant_id == tenant_id,
            OutboxMessage.state.not_in(FINAL),
            OutboxMessage.not_after == planned_at,
        )
        .values(not_after=lapses_at)
        .execution_options(synchronize_session=False)
    )


def _notices(announcement_ids: set[int], tenant_ids: set[int]) -> dict[tuple[int, int], Any]:
    """The notices that these announcements gave to these tenants, by announcement and tenant, locked."""
    columns = (
        Notice.id,
        Notice.tenant_id,
        Notice.state,
        Notice.kind,
        Notice.planned_at,
        Notice.given_at,
        Notice.deadline_at,
        Notice.lapses_at,
        Notice.later_than_aimed,
    )
    same_plan = (
        (Notice.release_id == Announcement.release_id) | (Notice.maintenance_id == Announcement.maintenance_id),
        Notice.says == Announcement.says,
        Notice.told_plan == Announcement.plan_revision,
        cast(Notice.kind, String) == cast(Announcement.kind, String),
    )
    rows = db.session.execute(
        select(Announcement.id.label("announcement_id"), *columns)
        .join(Notice, and_(*same_plan))
        .where(Announcement.id.in_(announcement_ids), Notice.tenant_id.in_(tenant_ids))
        .order_by(Notice.id)
        .with_for_update(of=Notice)
    )
    return {(row.announcement_id, row.tenant_id): row for row in rows}
