"""The worker's part of what comes back: reads the reports' mailbox, bounded, and tells how reading went."""

from datetime import datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import select

from outbox.bounces import act_upon_waiting, take
from outbox.mailbox_reading import Unreadable
from outbox.mailboxes import opened
from outbox.models import MessageState, OutboxMessage
from outbox.report_models import MailboxReading
from outbox.reports import MOST_BYTES
from storage import db

MOST_A_PASS = 100
EVERY = timedelta(minutes=1)
PROCESSED, NOT_UNDERSTOOD = "Processed", "Not-understood"

log = structlog.get_logger()


def read_reports(now: datetime) -> int:
    """Act upon the reports that wait in MAIL_REPORTS_READ, at most a hundred. Returns how many; one commit each.

    Not more often than once a minute a process, unless a doubtful row waits for its proof. A mail is moved when what
    it says is committed, so that a kill in between has it read again, which changes nothing. A mailbox that cannot be
    read is noted, and raises nothing.
    """
    done = act_upon_waiting(now)
    where = current_app.config.get("MAIL_REPORTS_READ")
    if not where or not is_time("reports", now):
        return done
    try:
        with opened(where) as mailbox:
            read = 0
            for key in mailbox.waiting():
                if read == MOST_A_PASS:
                    break
                found = mailbox.get(key, MOST_BYTES)
                if found is None:
                    continue
                taken = take(found.content, now)
                log.info("read what came back", words=taken.words)
                mailbox.put_aside(key, PROCESSED if taken.understood else NOT_UNDERSTOOD)
                read += 1
                done += 1
    except Unreadable as error:
        note("reports", now, str(error))
    else:
        note("reports", now)
    return done


def is_time(name: str, now: datetime) -> bool:
    """Whether this process should look into a mailbox: once a minute, or at once while a doubtful row waits.

    After a failure it waits a minute in any case: a server that does not answer must not hold up the mails.
    """
    last: dict[str, tuple[datetime, bool]] = current_app.extensions.setdefault("outbox.readings", {})
    read_at, well = last.get(name, (None, True))
    if read_at is None or not timedelta(0) <= now - read_at < EVERY:
        return True
    return well and doubtful_rows_wait()


def doubtful_rows_wait() -> bool:
    found = db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.state == MessageState.UNCERTAIN).limit(1))
    db.session.rollback()
    return found is not None


def note(name: str, now: datetime, problem: str = "") -> None:
    """Write how reading a mailbox went, for whoever watches; commits."""
    current_app.extensions.setdefault("outbox.readings", {})[name] = (now, not problem)
    # A problem of the mailbox and one of the database must not hide each other.
    db.session.rollback()
    row = db.session.get(MailboxReading, name, with_for_update=True)
    if row is None:
        row = MailboxReading(name=name, problem="")
        db.session.add(row)
    if problem:
        log.error("a mailbox of ours cannot be read", mailbox=name, problem=problem)
        row.failing_since = row.failing_since or now
    else:
        row.read_at, row.failing_since = now, None
    row.problem = problem
    db.session.commit()
