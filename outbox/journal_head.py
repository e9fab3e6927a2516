"""The head of the evidence goes to the journal once a day, and is compared with it later.

What was cut off the end of a chain shows only against a head that was kept outside.
"""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from evidence.chain import Head, head
from outbox.journal import MOST_BYTES
from outbox.mailboxes import opened
from outbox.models import OutboxMessage
from outbox.services import post_letter
from storage import db

SUBJECT = "Head of the evidence"
_LINE = re.compile(r"^Head: (\d{1,18}:[0-9a-f]{64})\s*$", re.MULTILINE)
# A head of every day for a year is enough to compare with.
_SEARCHED = timedelta(days=366)


def keep_head(now: datetime) -> int:
    """Queue the head of the evidence for MAIL_JOURNAL, once a day (UTC). Returns 1 where it did; commits.

    The day is part of its Message-ID, which no two rows share: of workers that try at once, one does it.
    """
    journal = current_app.config.get("MAIL_JOURNAL")
    if not journal:
        return 0
    host = urlsplit(current_app.config["BASE_URL"]).hostname or "localhost"
    number = f"<evidence-{now.astimezone(UTC):%Y-%m-%d}@{host}>"
    end = head()
    there = db.session.scalar(select(OutboxMessage.id).where(OutboxMessage.message_id == number))
    if there is not None or not end.id:
        db.session.rollback()
        return 0
    plain = (
        f"The end of the chain of evidence of {current_app.config['BASE_URL']}\n"
        f"on {now.astimezone(UTC):%Y-%m-%d at %H:%M} UTC.\n\n"
        f"Head: {end}\n\n"
        "Keep this mail. Whether anything was changed or cut off since says\n\n"
        f"    flask evidence verify --head {end}\n\n"
        "or, against every such mail in the journal,\n\n"
        "    flask evidence verify --journal\n"
    )
    try:
        message = post_letter(journal, f"{SUBJECT}, {now.astimezone(UTC):%Y-%m-%d}", plain, "", "en", now)
        message.message_id = number
        db.session.commit()
    except IntegrityError:
        # Another worker queued it at this moment.
        db.session.rollback()
        return 0
    return 1


def kept_heads(now: datetime) -> list[Head]:
    """The heads of a year that lie in MAIL_JOURNAL_READ, the newest of the chain last; empty where none does.

    Raises Unreadable where the journal cannot be read.
    """
    heads = set()
    with opened(current_app.config["MAIL_JOURNAL_READ"], only_read=True) as mailbox:
        for key in mailbox.with_subject(SUBJECT, now - _SEARCHED):
            found = mailbox.get(key, MOST_BYTES)
            if found is not None:
                heads |= set(_heads_in(found.content))
    return sorted(heads, key=lambda one: one.id)


def _heads_in(mail: bytes) -> list[Head]:
    try:
        message = message_from_bytes(mail, policy=modern)
        body = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
        return [Head.parse(written) for written in _LINE.findall(str(body.get_content()))] if body is not None else []
    except Exception:
        # Garbage in the journal holds no head.
        return []
