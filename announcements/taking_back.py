"""What came back was not given: notices are taken back, as far as nothing else gave them."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import select, tuple_, update

from announcements import on_record
from announcements.counting import BATCH, REALLY_SENT, counted, due_again, notices_of
from evidence.chain import Happening, Kind, append
from outbox.models import FINAL, OutboxMessage
from outbox.report_models import DeliveryReport, Effect
from schedules import planning_events
from schedules.notices import Notice, NoticeState
from schedules.telling import first_told_in_time
from storage import db
from webhooks.models import EventType
from webhooks.publishing import publish

_GIVEN = frozenset({NoticeState.GIVEN, NoticeState.COMPLETE, NoticeState.SUPERSEDED})
_CAME_BACK = REALLY_SENT & OutboxMessage.bounced_at.is_not(None)


def settle_bounced(now: datetime) -> int:
    """Take note of the mails that came back. Returns how many notices changed; commits by the batch."""
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
        missed = [one.facts["notice"] for one in taken_back if one.kind is Kind.MISSED]
        publish(planning_events.notices(EventType.NOTICE_MISSED, missed), now)
        append([*map(on_record.bounced, bounced), *taken_back], now)
        db.session.commit()


def _take_back(pairs: set[tuple[int | None, int | None]], now: datetime) -> tuple[int, list[Happening]]:
    """Take back what was given by mails that came back, as far as nothing else gave it.

    Returns how many notices changed, and what is to go on record. A notice that was given otherwise, by telephone or
    letter, was given at a moment that is none of these mails'.
    """
    known = {(one, other) for one, other in pairs if one is not None and other is not None}
    notices = notices_of({one for one, _other in known}, {other for _one, other in known})
    undone = _moments_that_came_back(known)
    spoken = first_told_in_time([notice.id for notice in notices.values()])
    changes: list[dict[str, Any]] = []
    happened: list[Happening] = []
    for mails in counted(known):
        notice = notices.get((mails.announcement_id, mails.tenant_id))
        if notice is None:
            continue
        if notice.state is NoticeState.ANNOUNCED and not (mails.sent or mails.under_way) and now <= notice.lapses_at:
            # It came back before it counted as given.
            changes.append(due_again(notice))
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
                "later_than_aimed": notice.later_than_aimed,
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
