"""An outbox that is held sends nothing: after a restore, or because a person wants it so. Only a person releases it."""

from datetime import datetime, timedelta

import structlog
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from evidence.actors import THE_CLOCK, Actor, May, require
from evidence.chain import Happening, Kind, append
from outbox.hold_models import OutboxCount, OutboxHold
from outbox.marks import behind, write_mark
from outbox.models import Heartbeat, MessageState, OutboxMessage
from storage import Conflict, Refused, db

# How far back the journal is searched where nobody knows when the copy was made.
_LONGEST = timedelta(days=31)
MOVED_IN = "everything was brought in from another database"
WAITING = frozenset({MessageState.QUEUED, MessageState.UNCERTAIN, MessageState.CLAIMED, MessageState.COMMITTING})

log = structlog.get_logger()


def present_hold() -> OutboxHold | None:
    """The hold that is in force; None where mails are sent."""
    return db.session.scalars(select(OutboxHold).where(OutboxHold.released_at.is_(None))).one_or_none()


def waiting_mails() -> int:
    """How many mails would be sent, or tried again, were the outbox released."""
    return db.session.scalar(select(func.count()).where(OutboxMessage.state.in_(WAITING))) or 0


def held(now: datetime) -> int:
    """Return 1 where nothing may be sent: a hold is in force, or begins now because the database was restored; else 0.

    The tick asks before anything else: later the database looks younger than it is. Commits.
    """
    if present_hold() is not None:
        db.session.rollback()
        return 1
    why = behind()
    if not why:
        db.session.rollback()
        return 0
    log.error("the outbox is held", why=why)
    known = [db.session.scalar(select(func.max(one))) for one in (Heartbeat.beat_at, OutboxMessage.sent_at)]
    back_to = max((moment for moment in known if moment is not None), default=now - _LONGEST)
    _begin(why, THE_CLOCK.name, now, min(back_to, now))
    return 1


def hold(why: str, by: Actor, now: datetime) -> None:
    """Send nothing from now on. Raises Refused without a reason, Conflict where it is held already."""
    require(by, May.MANAGE)
    if not why.strip():
        raise Refused("reason", _("Say why nothing is to be sent."))
    if not _begin(why.strip(), by.name, now, now - _LONGEST):
        raise Conflict("outbox", _("The outbox is held already."))


def hold_what_moved_in(by: str, back_to: datetime, now: datetime) -> None:
    """Hold, in the running transaction, an outbox that came from another database, as it was at ``back_to``.

    That database may have sent since, whether it was held then or not.
    """
    present = present_hold()
    if present is None:
        db.session.add(OutboxHold(since=now, why=MOVED_IN, held_by=by, back_to=min(back_to, now)))
    else:
        present.compared_at = None


def release(by: Actor, now: datetime) -> int:
    """Let the outbox send again; returns how many mails wait. What is late by now is not sent by itself.

    Raises Refused where it is not held, or has not been compared with a journal that there is.
    """
    require(by, May.MANAGE)
    present = db.session.scalars(
        select(OutboxHold).where(OutboxHold.released_at.is_(None)).with_for_update()
    ).one_or_none()
    if present is None:
        db.session.rollback()
        raise Refused("outbox", _("The outbox is not held."))
    if current_app.config.get("MAIL_JOURNAL_READ") and present.compared_at is None:
        db.session.rollback()
        raise Refused("outbox", _("Compare it with the journal first: what was sent already would be sent again."))
    waiting = waiting_mails()
    present.present, present.released_at, present.released_by = None, now, by.name
    db.session.execute(update(OutboxCount).values(generation=OutboxCount.generation + 1))
    facts = {"since": present.since.isoformat(), "why": present.why, "proven": present.proven, "waiting": waiting}
    db.session.flush()
    append([Happening(Kind.RELEASED, by.name, None, facts)], now)
    db.session.commit()
    write_mark(now)
    return waiting


def _begin(why: str, by: str, now: datetime, back_to: datetime) -> bool:
    try:
        db.session.add(OutboxHold(since=now, why=why, held_by=by, back_to=back_to))
        db.session.commit()
    except IntegrityError:
        # Another was quicker.
        db.session.rollback()
        return False
    return True
