"""Which mails were not taken, and whose fault that is: the reader's address, the vendor's standing, or our own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, select, text

from outbox.models import REFUSED_ROWS, STUCK_ROWS, MessageState, OutboxMessage
from storage import db

_MOST = 500
_SPOKE = re.compile(r"5(?!52)\d\d[ -]")
_AT_THE_DOOR = re.compile(r"\S+:\d+: (5\d\d[ -])?")
_LOST = ("the mail server lost the connection", "the built-in mailbox:", "nothing was sent; after ")


class Standing(StrEnum):
    """What keeps mails here."""

    REFUSED = "refused"  # the server speaks, and will not have us
    AWAY = "away"  # it cannot be reached, or breaks off


@dataclass(frozen=True)
class Stuck:
    """So many mails that wait for a server that does not take them, and what was said last."""

    standing: Standing
    mails: int
    reply: str


def stuck_mails() -> Stuck | None:
    """The mails that wait because the server refuses us or is away; None where none does.

    A refusal by the server itself goes before its being away. That it says "later" (4xx) is no refusal.
    """
    replies = db.session.scalars(
        select(OutboxMessage.reply)
        .where(text(STUCK_ROWS), OutboxMessage.reply.not_like("4%"))
        .order_by(OutboxMessage.id)
        .limit(_MOST)
    ).all()
    found: dict[Standing, list[str]] = {standing: [] for standing in Standing}
    for reply in replies:
        standing = _standing(reply)
        if standing is not None:
            found[standing].append(reply)
    for standing in Standing:
        if found[standing]:
            return Stuck(standing, len(found[standing]), found[standing][-1])
    return None


def refused_pairs(since: datetime) -> list[tuple[int, int]]:
    """Announcement and tenant of each mail made since then that was refused for good, or came back."""
    rows = db.session.execute(
        select(OutboxMessage.announcement_id, OutboxMessage.tenant_id)
        .where(
            text(REFUSED_ROWS),
            OutboxMessage.created_at >= since,
            OutboxMessage.announcement_id.is_not(None),
        )
        .distinct()
    )
    return [(announcement, tenant) for announcement, tenant in rows if announcement and tenant]


def put_aside(now: datetime, remembered: timedelta) -> Sequence[OutboxMessage]:
    """The mails of late that workers were lost over, and that are not tried again."""
    return db.session.scalars(
        select(OutboxMessage)
        .where(
            text(REFUSED_ROWS),
            OutboxMessage.created_at >= now - remembered,
            OutboxMessage.lost > 0,
            OutboxMessage.reply.like("%put aside: %"),
        )
        # In an order by id SQLite would read all mails there ever were.
        .order_by(OutboxMessage.created_at)
    ).all()


def waiting_since(since: datetime) -> int:
    """How many mails could have been sent since then, and were not."""
    return int(
        db.session.scalar(
            select(func.count()).where(
                OutboxMessage.state == MessageState.QUEUED, OutboxMessage.next_attempt_at < since
            )
        )
        or 0
    )


def _standing(reply: str) -> Standing | None:
    if _SPOKE.match(reply):
        # For good, of a mail that is still to be tried: it was not about the reader.
        return Standing.REFUSED
    at_the_door = _AT_THE_DOOR.match(reply)
    if at_the_door:
        return Standing.REFUSED if at_the_door[1] else Standing.AWAY
    return Standing.AWAY if reply.startswith(_LOST) else None
