"""The append-only hash chain: append what happened, verify that nothing was changed since."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from evidence.models import Entry
from storage import db

GENESIS = "0" * 64
# Any number will do, as long as nothing else in this database waits for it.
_LOCK = 20_250_701
_BATCH = 2000


class Kind(StrEnum):
    """What happened."""

    PLANNED = "planned"
    MOVED = "moved"
    CANCELLED = "cancelled"
    WAIVED = "waived"
    NOTES_PUBLISHED = "notes_published"
    ANNOUNCED = "announced"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    PROVED = "proved"  # the journal or a delivery report showed that a doubtful mail was taken
    BOUNCED = "bounced"
    TOLD = "told"  # by telephone or letter
    GIVEN = "given"
    NOT_GIVEN = "not_given"  # taken back: every mail that gave it came back
    MISSED = "missed"
    APPROVED = "approved"
    CALLED = "called"
    UNSUBSCRIBED = "unsubscribed"
    SUBSCRIBED = "subscribed"  # again, after that
    RELEASED = "released"  # the outbox that was held after a restore
    UPDATED = "updated"
    DATE_ASKED = "date_asked"  # a customer asked for another date
    DATE_ANSWERED = "date_answered"
    DATE_SETTLED = "date_settled"  # the customer took the date that was proposed, or took the question back
    STARTED = "started"  # maintenance
    LONGER = "longer"  # than was announced
    DONE = "done"
    CONTACT_ADDED = "contact_added"
    CONTACT_CHANGED = "contact_changed"
    CONTACT_REMOVED = "contact_removed"
    ACCOUNT_ASKED = "account_asked"  # by somebody who showed that the address is its own
    ACCOUNT_GRANTED = "account_granted"
    ACCOUNT_REFUSED = "account_refused"
    ACCOUNT_EXPIRED = "account_expired"  # nobody answered
    COLLEAGUE_ADDED = "colleague_added"  # one of the vendor's own people
    COLLEAGUE_ROLE = "colleague_role"  # got another one
    COLLEAGUE_CLOSED = "colleague_closed"
    COLLEAGUE_OPENED = "colleague_opened"
    WEBHOOK_ADDED = "webhook_added"
    WEBHOOK_RENEWED = "webhook_renewed"  # its secret
    WEBHOOK_OFF = "webhook_off"
    WEBHOOK_ON = "webhook_on"
    WEBHOOK_REMOVED = "webhook_removed"
    FREEZE_ADDED = "freeze_added"  # days on which no change is wanted
    FREEZE_REMOVED = "freeze_removed"
    DEMONSTRATION_REMOVED = "demonstration_removed"  # what stands here of its tenants was invented


@dataclass(frozen=True)
class Happening:
    """One thing to put on record; ``facts`` are plain values, ids and hashes, no personal data."""

    kind: Kind
    actor: str
    tenant_id: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Head:
    """The end of the chain at a moment. Kept outside, it shows what was cut off later."""

    id: int
    hash: str

    def __str__(self) -> str:
        return f"{self.id}:{self.hash}"

    @classmethod
    def parse(cls, written: str) -> "Head":
        """Read what ``str`` wrote. Raises ValueError for anything else."""
        number, _, digest = written.strip().partition(":")
        if not number.isdigit() or len(digest) != len(GENESIS):
            raise ValueError(f"{written!r} is not a head such as 42:{GENESIS[:8]}...")
        return cls(int(number), digest)


@dataclass(frozen=True)
class Fault:
    """Where the chain does not hold, and why."""

    id: int
    why: str


def append(happenings: Iterable[Happening], now: datetime) -> Head:
    """Put on record, in the running transaction, what happened; returns the new end of the chain.

    Whoever appends at the same moment waits until this transaction has ended: a chain has one end.
    """
    wanted = list(happenings)
    _wait_for_the_end()
    end = head()
    rows = []
    for one in wanted:
        row = _row(end.id + 1, end.hash, one, now)
        end = Head(row["id"], row["hash"])
        rows.append(row)
    if rows:
        db.session.execute(insert(Entry), rows)
    return end


def head(seen_by: Connection | None = None) -> Head:
    """Return the end of the chain, as the session or another connection sees it; 0 and the genesis hash while empty."""
    row = (seen_by or db.session).execute(select(Entry.id, Entry.hash).order_by(Entry.id.desc()).limit(1)).one_or_none()
    return Head(row.id, row.hash) if row is not None else Head(0, GENESIS)


def verify(kept: Head | None = None) -> list[Fault]:
    """Return every place where the chain does not hold; empty where it does.

    Found are rows that were changed, deleted, replaced or inserted, and, against a head that was ``kept`` outside, rows
    cut off the end, or a chain made anew as a whole.
    """
    faults: list[Fault] = []
    expected, previous = 1, GENESIS
    kept_hash = None if kept is None else (GENESIS if kept.id == 0 else "")
    for row in _all_entries():
        if row.id != expected:
            missing = str(expected) if row.id == expected + 1 else f"{expected} to {row.id - 1}"
            faults.append(Fault(row.id, f"before it {missing} is missing"))
        if row.previous != previous:
            faults.append(Fault(row.id, "it does not follow the entry before it"))
        if row.hash != digest(row.id, row.happened_at, row.actor, row.kind, row.tenant_id, row.facts, row.previous):
            faults.append(Fault(row.id, "it was changed after it was written"))
        if kept is not None and row.id == kept.id:
            kept_hash = row.hash
        expected, previous = row.id + 1, row.hash
    if kept is not None and kept_hash != kept.hash:
        why = "it is missing: the end was cut off" if kept_hash == "" else "it is not the entry that was kept outside"
        faults.append(Fault(kept.id, why))
    return faults


def digest(
    number: int, happened_at: datetime, actor: str, kind: str, tenant_id: int | None, facts: str, previous: str
) -> str:
    """Return the hash of an entry: over all its values and the hash of the one before it."""
    moment = happened_at.astimezone(UTC).isoformat(timespec="microseconds")
    values = json.dumps([number, moment, actor, kind, tenant_id, facts, previous], ensure_ascii=True)
    return hashlib.sha256(values.encode()).hexdigest()


def _row(number: int, previous: str, one: Happening, now: datetime) -> dict[str, Any]:
    facts = json.dumps(one.facts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return {
        "id": number,
        "happened_at": now,
        "actor": one.actor,
        "kind": one.kind.value,
        "tenant_id": one.tenant_id,
        "facts": facts,
        "previous": previous,
        "hash": digest(number, now, one.actor, one.kind.value, one.tenant_id, facts, previous),
    }


def _wait_for_the_end() -> None:
    # SQLite has one writer at a time in any case.
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _all_entries() -> Iterator[Any]:
    columns = (
        Entry.id,
        Entry.happened_at,
        Entry.actor,
        Entry.kind,
        Entry.tenant_id,
        Entry.facts,
        Entry.previous,
        Entry.hash,
    )
    last = 0
    lowest = db.session.scalar(select(func.min(Entry.id)))
    if lowest is not None and lowest < 1:
        last = lowest - 1
    while rows := db.session.execute(select(*columns).where(Entry.id > last).order_by(Entry.id).limit(_BATCH)).all():
        yield from rows
        last = rows[-1].id
