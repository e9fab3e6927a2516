"""What became of the mails becomes the state of the notices: given, complete, or missed."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import select, text, update

from announcements import on_record
from announcements.counting import BATCH, counted, due_again, notices_of
from announcements.taking_back import settle_bounced
from evidence.chain import Happening, append
from outbox.models import FINAL, UNSETTLED_ROWS, OutboxMessage
from schedules import planning_events
from schedules.notices import Notice, NoticeState
from sla.terms import Change
from storage import db
from webhooks.models import EventType
from webhooks.publishing import publish

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


def settle(now: datetime) -> int:
    """Mark notices by what was really sent, and by what came back. Returns how many changed; commits by the batch.

    *Given* when a mail server took it for one contact of the tenant; *complete* when for every one. What the built-in
    mailbox took is a trial and proves nothing. What came back does not count: where nothing else gave the notice, it
    is taken back.
    """
    return _settle_sent(now) + settle_bounced(now)


def _settle_sent(now: datetime) -> int:
    changed = 0
    while True:
        ended = db.session.execute(
            select(*_ENDED)
            .where(text(UNSETTLED_ROWS), OutboxMessage.announcement_id.is_not(None))
            .order_by(OutboxMessage.announcement_id, OutboxMessage.tenant_id)
            .limit(BATCH)
            # What another settles at this moment would go on record twice.
            .with_for_update(skip_locked=True)
        ).all()
        if not ended:
            db.session.rollback()
            return changed
        number, given = _settle({(row.announcement_id, row.tenant_id) for row in ended}, now)
        changed += number
        # By id: one that ended since it was counted is for the next round.
        db.session.execute(update(OutboxMessage), [{"id": row.id, "settled_at": now} for row in ended])
        publish(planning_events.notices(EventType.NOTICE_GIVEN, [one.facts["notice"] for one in given]), now)
        # Last: whoever appends holds the end of the chain, and must not wait for rows that another holds.
        append([*map(on_record.ended, ended), *given], now)
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
        publish(planning_events.notices(EventType.NOTICE_MISSED, [row.id for row in missed]), now)
        append(map(on_record.missed, missed), now)
    db.session.commit()
    return len(missed)


def _settle(pairs: set[tuple[int, int]], now: datetime) -> tuple[int, list[Happening]]:
    """Mark the notices that these announcements gave to these tenants.

    Returns how many changed, and what is to go on record of those that were given now.
    """
    # Locked before the mails are counted, so that of two who settle at once the later counts what the earlier did.
    notices = notices_of(
        {announcement_id for announcement_id, _tenant_id in pairs}, {tenant_id for _id, tenant_id in pairs}
    )
    changes: list[dict[str, Any]] = []
    given: list[Happening] = []
    may_follow = defaultdict(list)
    for mails in counted(pairs):
        notice = notices.get((mails.announcement_id, mails.tenant_id))
        if notice is None:
            continue
        if not mails.sent:
            if _nobody_was_reached(notice, mails, now):
                changes.append(due_again(notice))
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


def _nobody_was_reached(notice: Any, mails: Any, now: datetime) -> bool:
    """Whether every contact's mail was refused while there is time to call, or to correct an address."""
    in_vain = mails.refused and not (mails.taken or mails.under_way)
    return bool(in_vain) and notice.state is NoticeState.ANNOUNCED and now <= notice.lapses_at


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
