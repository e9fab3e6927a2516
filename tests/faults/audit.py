"""What must be true after every fault, found from two witnesses: the rows, and the ledger of the mail server."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from evidence.chain import Head, verify
from outbox.models import MessageState, OutboxMessage
from schedules.models import Release
from storage import db
from tenants.models import Contact
from tests.faults.ledger import Ledger

CONTACTS, RELEASES = 3, 4  # SLA 4.1 and 3.3, as written there and not as the code has them
# A worker that is gone lets go of its rows after minutes; what is held for longer is held for ever.
LONGEST_LEASE = timedelta(minutes=10)
_HELD = frozenset({MessageState.CLAIMED, MessageState.COMMITTING})
_WAITING = frozenset({MessageState.QUEUED, MessageState.UNCERTAIN})

Rows = Mapping[str, Any]  # rows of the columns below, by Message-ID


@dataclass
class Audit:
    """Sentences about what is wrong, by kind; ``repeated`` also counts the repetitions that nobody could rule out."""

    mails: int = 0
    accepted: int = 0
    repeated: int = 0
    in_doubt: int = 0
    lost: list[str] = field(default_factory=list)
    repeated_beyond: list[str] = field(default_factory=list)
    unproven: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)
    chain: list[str] = field(default_factory=list)

    @property
    def violations(self) -> list[str]:
        return [*self.lost, *self.repeated_beyond, *self.unproven, *self.late, *self.limits, *self.chain]

    def numbers(self) -> dict[str, int]:
        """As the report adds them up."""
        return {name: len(value) if isinstance(value, list) else value for name, value in vars(self).items()}


def rows() -> Rows:
    """The rows of the outbox as they are in the database now, by Message-ID; ends the running transaction."""
    db.session.rollback()
    columns = (
        OutboxMessage.id,
        OutboxMessage.address,
        OutboxMessage.announcement_id,
        OutboxMessage.message_id,
        OutboxMessage.state,
        OutboxMessage.reply,
        OutboxMessage.next_attempt_at,
        OutboxMessage.lease_until,
        OutboxMessage.not_after,
        OutboxMessage.sent_at,
        OutboxMessage.proof,
    )
    with db.engine.connect() as connection:
        return {row.message_id: row for row in connection.execute(select(*columns).order_by(OutboxMessage.id))}


def in_flight() -> Counter[str]:
    """The Message-IDs that a worker had in hand at the final dot: asked at a kill, the ones that may be repeated."""
    return Counter(key for key, row in rows().items() if row.state is MessageState.COMMITTING)


def audit(
    before: Rows,
    ledger: Ledger,
    now: datetime,
    *,
    doubtful: Counter[str] | None = None,
    journal: bool = False,
    late_by_a_person: Collection[str] = (),
    head: Head | None = None,
) -> Audit:
    """Compare the rows with the ledger at ``now`` on the workers' clock; the violations are empty where all is well.

    ``before`` are the rows from when they were made: none may be gone since, and their deadlines are the ones that
    count. ``doubtful`` are those in flight at kills, each as often as it was; what the server itself left unanswered is
    added. With a ``journal`` nothing may be repeated at all.
    """
    after = rows()
    found = Audit(mails=len(before.keys() | after.keys()), accepted=len(ledger.accepted))
    found.lost += [f"{key} is gone" for key in before.keys() - after.keys()]
    found.lost += [sentence for row in after.values() if (sentence := _lost(row, now))]
    allowed = Counter() if journal else (doubtful or Counter[str]()) + ledger.unanswered
    found.in_doubt = sum(allowed.values())
    for key, copies in ledger.copies.items():
        found.repeated += copies - 1
        if copies - 1 > allowed[key]:
            found.repeated_beyond.append(f"{key} was taken {copies} times, in doubt {allowed[key]} times")
    proved = ledger.copies
    found.unproven += [
        f"{key} is marked as sent, and was never taken"
        for key, row in after.items()
        if row.state is MessageState.SENT and not proved[key]
    ]
    for one in ledger.accepted:
        ends = [row.not_after for rows in (before, after) if (row := rows.get(one.message_id)) and row.not_after]
        if one.dated and ends and one.dated > max(ends) and one.message_id not in late_by_a_person:
            found.late.append(f"{one.message_id} was written at {one.dated}, after {max(ends)}")
    found.limits += _limits()
    found.chain += [f"entry {fault.id}: {fault.why}" for fault in verify(head)]
    db.session.rollback()
    return found


def _lost(row: Any, now: datetime) -> str:
    if row.state is MessageState.SENT:
        return ""
    if row.state in _HELD:
        stuck = row.lease_until is None or row.lease_until > now + LONGEST_LEASE
        return f"{row.message_id} is {row.state} until {row.lease_until}: nobody takes it" if stuck else ""
    if row.state in _WAITING:
        never = row.not_after is not None and row.not_after >= now and row.next_attempt_at > row.not_after
        return f"{row.message_id} waits until after its deadline" if never else ""
    return "" if row.reply else f"{row.message_id} is {row.state} without a reason"


def _limits() -> list[str]:
    contacts = db.session.execute(
        select(Contact.tenant_id, func.count()).group_by(Contact.tenant_id).having(func.count() > CONTACTS)
    )
    releases = db.session.execute(
        select(Release.product_id, Release.year, func.count())
        .where(Release.cancelled_at.is_(None))
        .group_by(Release.product_id, Release.year)
        .having(func.count() > RELEASES)
    )
    return [
        *(f"tenant {tenant} has {number} contacts" for tenant, number in contacts),
        *(f"product {product} has {number} releases in {year}" for product, year, number in releases),
    ]
