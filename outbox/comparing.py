"""While the outbox is held, what waits in it is compared with the journal: what was sent already is marked so.

A restored database has forgotten mails. Those that wait in it again have the same words for the same reader, but where
their row was made anew another Message-ID: so both are compared.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from email.utils import parseaddr
from hashlib import sha256

import structlog
from flask import current_app
from sqlalchemy import select

from outbox.bounces import prove
from outbox.hold_models import OutboxHold
from outbox.holds import WAITING, present_hold
from outbox.incoming import note
from outbox.journal import MOST_BYTES, proof_of
from outbox.mailbox_reading import Found, Unreadable
from outbox.mailboxes import opened
from outbox.mime import render
from outbox.models import OutboxMessage
from storage import db

_SLACK = timedelta(days=1)
_EVERY = timedelta(minutes=10)
_BATCH = 500

log = structlog.get_logger()


@dataclass(frozen=True)
class Copy:
    """What of a journal's copy is compared."""

    came_at: datetime
    message_id: str
    words: str
    named: str
    sha256: str


def compare_while_held(now: datetime) -> int:
    """The tick's part: compare every ten minutes while the outbox is held. Returns how many were proved; commits."""
    present = present_hold()
    due = present is not None and (present.compared_at is None or now - present.compared_at >= _EVERY)
    db.session.rollback()
    if not due or not current_app.config.get("MAIL_JOURNAL_READ"):
        return 0
    try:
        return compare(now)
    except Unreadable:
        return 0


def compare(now: datetime) -> int:
    """Mark what waits in a held outbox, and lies in the journal, as sent. Returns how many; commits.

    Nothing is done where it is not held, or no journal is set. Raises Unreadable where the journal cannot be read.
    """
    present = present_hold()
    where = current_app.config.get("MAIL_JOURNAL_READ")
    since = present.back_to - _SLACK if present is not None else now
    db.session.rollback()
    if present is None or not where:
        return 0
    try:
        with opened(where, only_read=True) as mailbox:
            keys = mailbox.since(since)
            found = (_copy(one) for key in keys if (one := mailbox.get(key, MOST_BYTES)) is not None)
            copies = [copy for copy in found if copy is not None]
    except Unreadable as error:
        note("journal", now, str(error))
        raise
    note("journal", now)
    proved = _prove(copies, now)
    present = db.session.scalars(
        select(OutboxHold).where(OutboxHold.released_at.is_(None)).with_for_update()
    ).one_or_none()
    if present is not None:
        present.compared_at, present.proven = now, present.proven + proved
    db.session.commit()
    log.info("compared the held outbox with the journal", copies=len(copies), proved=proved)
    return proved


def words_of(mail: bytes) -> str:
    """A hash of what a mail says to whom: the same at every attempt, whatever its date and number."""
    message = message_from_bytes(mail, policy=modern)
    if not isinstance(message, EmailMessage):
        return ""
    body = message.get_body(("plain", "html"))
    text = body.get_content() if body is not None else ""
    to = parseaddr(str(message["To"] or ""))[1].lower()
    said = "\0".join([to, str(message["Subject"] or ""), " ".join(str(text).split())])
    return sha256(said.encode("utf-8", "replace")).hexdigest()


def _copy(found: Found) -> Copy | None:
    try:
        message_id = str(message_from_bytes(found.content)["Message-ID"] or "").strip()
        named, digest = proof_of(found, "")
        if not message_id:
            return None
        return Copy(found.came_at, message_id, words_of(found.content), named, digest)
    except Exception:
        # Garbage in the journal is no mail of ours.
        return None


def _prove(copies: list[Copy], now: datetime) -> int:
    by_id = {copy.message_id: copy for copy in copies}
    known: set[str] = set()
    ids = list(by_id)
    for start in range(0, len(ids), _BATCH):
        query = select(OutboxMessage.message_id).where(OutboxMessage.message_id.in_(ids[start : start + _BATCH]))
        known |= set(db.session.scalars(query))
    # A copy of a row that we know is that row's proof, and no other's.
    by_words = {copy.words: copy for copy in copies if copy.message_id not in known and copy.words}
    waiting = db.session.scalars(
        select(OutboxMessage.id).where(OutboxMessage.state.in_(WAITING)).order_by(OutboxMessage.id)
    ).all()
    db.session.commit()
    return sum(_prove_one(number, by_id, by_words, now) for number in waiting)


def _prove_one(number: int, by_id: dict[str, Copy], by_words: dict[str, Copy], now: datetime) -> bool:
    message = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.id == number, OutboxMessage.state.in_(WAITING))
        .with_for_update(skip_locked=True)
    ).one_or_none()
    copy = by_id.get(message.message_id) or by_words.pop(_words(message, now), None) if message is not None else None
    if message is not None and copy is not None:
        proof, message.sent_hash = copy.named, copy.sha256
        if copy.message_id != message.message_id:
            proof += f", sent before the database was restored as {copy.message_id}"
            # A report about it names the number that the reader's server knows.
            message.message_id = copy.message_id[:200]
        prove(message, min(copy.came_at, now), proof)
    db.session.commit()
    return copy is not None


def _words(message: OutboxMessage, now: datetime) -> str:
    try:
        return words_of(render(message.letter, message, now))
    except Exception:
        return ""
