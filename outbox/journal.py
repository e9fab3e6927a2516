"""Copies in the journal prove doubtful rows: a row is sent again only when its copy was looked for and not found."""

import hashlib
import re
from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import or_, select, update

from outbox.bounces import prove
from outbox.incoming import is_time, note
from outbox.mail_text import one_line
from outbox.mailbox_reading import Found, Mailbox, Unreadable
from outbox.mailboxes import opened
from outbox.models import MessageState, OutboxMessage
from outbox.remarks import remark
from storage import db

MOST_A_PASS = 1000
MOST_BYTES = 4 * 1024 * 1024
# What a row says that was queued again although a server may have taken it.
TWICE = "it may arrive twice"
_AGAIN = timedelta(minutes=1)
_LONGEST_HOLD = timedelta(days=1)
# A copy may have been stored by a server whose clock is behind ours.
_SLACK = timedelta(hours=1)
# What servers write above a mail that they hand on (RFC 5321 4.4, and habit).
_TRACE = re.compile(
    rb"(Return-Path|Received|Delivered-To|X-Original-To|X-Delivered-To|Envelope-To|X-Envelope-(To|From)|Delivery-date|"
    rb"Authentication-Results|ARC-[A-Za-z-]+|Received-SPF|X-Spam-[A-Za-z-]+|X-Virus-[A-Za-z-]+|X-Sieve):",
    re.IGNORECASE,
)
_FIELD = re.compile(rb"[^\r\n:]+:[^\r\n]*\r\n(?:[ \t][^\r\n]*\r\n)*")

log = structlog.get_logger()


def read_journal(now: datetime) -> int:
    """Look for the copies of doubtful rows in MAIL_JOURNAL_READ. Returns how many are proved; commits.

    Nothing is changed in the journal. While it cannot be read, held rows stay held, until their deadline is nearer than
    the hold: then a duplicate is better than a miss. Raises nothing for a journal that cannot be read.
    """
    where = current_app.config.get("MAIL_JOURNAL_READ")
    if not where:
        return 0
    rows = _doubtful()
    if not rows:
        if is_time("journal", now):
            _try_out(where, now)
        return 0
    if not is_time("journal", now):
        _hold_on(now, "the journal cannot be read")
        return 0
    try:
        with opened(where, only_read=True) as mailbox:
            proved = sum(_look_up(row, mailbox, now) for row in rows)
    except Unreadable as error:
        _hold_on(now, "the journal could not be read")
        note("journal", now, str(error))
        return 0
    except Exception:
        # Whatever it was, what was not looked for is not repeated.
        db.session.rollback()
        _hold_on(now, "the journal could not be read")
        raise
    note("journal", now)
    return proved


def own_bytes(copy: bytes) -> list[bytes]:
    """The mail in a copy, as it may have been before servers wrote above it: the likeliest first; lines end in CRLF."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", copy)
    starts: list[int] = []
    at, above = 0, True
    while found := _FIELD.match(lines, at):
        if above and not _TRACE.match(lines, at):
            starts.insert(0, at)
            above = False
        else:
            starts.append(at)
        at = found.end()
    return [lines[start:] for start in starts] or [lines]


def sha256(mail: bytes) -> str:
    return hashlib.sha256(mail).hexdigest()


def proof_of(copy: Found, sent_hash: str) -> tuple[str, str]:
    """What a copy proves of a row whose last attempt had these bytes, and the hash of the bytes that were taken."""
    candidates = own_bytes(copy.content)
    said = f"journal copy {one_line(copy.key)[:80]} of {copy.came_at:%Y-%m-%d %H:%M:%S} UTC"
    for mail in candidates[:60]:
        if sent_hash and sha256(mail) == sent_hash:
            return f"{said}, byte for byte", sent_hash
    # Every attempt has a date of its own: what was taken may have been an earlier one.
    other = ", of another attempt or changed on its way" if sent_hash else ""
    return f"{said}{other}", sha256(candidates[0])


def _look_up(row_id: int, mailbox: Mailbox, now: datetime) -> bool:
    message = db.session.get_one(OutboxMessage, row_id, populate_existing=True)
    message_id, since = message.message_id, message.created_at - _SLACK
    # No transaction stays open while another machine takes its time.
    db.session.rollback()
    keys = mailbox.with_message_id(message_id, since)
    copies = [copy for key in keys if (copy := mailbox.get(key, MOST_BYTES)) is not None]
    message = db.session.get_one(OutboxMessage, row_id, with_for_update=True, populate_existing=True)
    found = bool(copies) and message.state in {MessageState.UNCERTAIN, MessageState.QUEUED}
    if found:
        first = min(copies, key=lambda copy: copy.came_at)
        proof, message.sent_hash = proof_of(first, message.sent_hash)
        # The clock of the journal's server is not ours.
        prove(message, min(max(first.came_at, message.created_at), now), proof)
        log.info("the journal proves a doubtful mail", message=row_id)
    db.session.commit()
    return found


def _doubtful() -> list[int]:
    held = OutboxMessage.state == MessageState.UNCERTAIN
    tried = (OutboxMessage.state == MessageState.QUEUED) & (OutboxMessage.attempts > 0)
    again = tried & OutboxMessage.reply.contains(TWICE)
    found = db.session.scalars(
        select(OutboxMessage.id)
        .where(or_(held, again))
        .order_by(OutboxMessage.next_attempt_at, OutboxMessage.id)
        .limit(MOST_A_PASS)
    ).all()
    db.session.rollback()
    return list(found)


def _hold_on(now: datetime, why: str) -> None:
    """Hold for another minute what would be sent again now, but for what has no time left. Commits."""
    hold = timedelta(seconds=current_app.config["SETTINGS"].MAIL_HOLD)
    ends = (OutboxMessage.state == MessageState.UNCERTAIN) & (OutboxMessage.next_attempt_at <= now + _AGAIN)
    has_time = or_(
        OutboxMessage.not_after >= now + hold + _AGAIN,
        OutboxMessage.not_after.is_(None) & (OutboxMessage.created_at > now - _LONGEST_HOLD),
    )
    db.session.execute(
        update(OutboxMessage)
        .where(ends, has_time)
        .values(next_attempt_at=now + 2 * _AGAIN)
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        update(OutboxMessage)
        .where(ends, ~has_time, OutboxMessage.next_attempt_at <= now, ~OutboxMessage.reply.contains(why))
        .values(reply=remark(f"{why}, and the deadline is nearer than the hold"))
        .execution_options(synchronize_session=False)
    )
    db.session.commit()


def _try_out(where: str, now: datetime) -> None:
    """Say early that it cannot be read, and not when it is needed."""
    try:
        with opened(where, only_read=True):
            pass
    except Unreadable as error:
        note("journal", now, str(error))
    else:
        note("journal", now)
