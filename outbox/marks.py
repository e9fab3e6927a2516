"""How far the outbox has come, kept beside the database as well: a restored copy of it shows itself by that."""

import json
import os
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

import structlog
from flask import current_app
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from evidence.chain import GENESIS, head
from evidence.models import Entry
from outbox.hold_models import OutboxCount
from outbox.models import MessageState, OutboxMessage
from storage import db

FILE = "outbox.mark"
EVERY = timedelta(minutes=1)

log = structlog.get_logger()


@dataclass(frozen=True)
class Mark:
    """How far a database had come when a worker of this machine looked at it last."""

    identity: str
    generation: int
    passes: int
    head_id: int
    head_hash: str
    last_mail: int
    written_at: str


def mark_before_sending(now: datetime) -> None:
    """Count a pass that may send something, in the database and then beside it, before anything is sent; commits."""
    due = db.session.scalar(
        select(OutboxMessage.id)
        .where(OutboxMessage.state == MessageState.QUEUED, OutboxMessage.next_attempt_at <= now)
        .limit(1)
    )
    db.session.rollback()
    if due is not None:
        _identity()
        db.session.execute(update(OutboxCount).values(passes=OutboxCount.passes + 1))
        db.session.commit()
        write_mark(now)


def keep_mark(now: datetime) -> None:
    """Write how far the evidence has come, at most once a minute; commits."""
    kept = read_mark()
    if kept is None or abs(now - datetime.fromisoformat(kept.written_at)) >= EVERY:
        write_mark(now)


def write_mark(now: datetime) -> None:
    """Write how far this database has come. Where the folder cannot be written it is logged, and nothing raised."""
    identity, end = _identity(), head()
    count = db.session.execute(select(OutboxCount.generation, OutboxCount.passes)).one()
    last = db.session.scalar(select(func.max(OutboxMessage.id))) or 0
    db.session.rollback()
    mark = Mark(identity, count.generation, count.passes, end.id, end.hash, last, now.isoformat())
    path = _path()
    draft = path.with_name(f".{FILE}.{os.getpid()}")
    try:
        with draft.open("w") as file:
            file.write(json.dumps(asdict(mark), indent=1))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        log.error("how far the outbox has come cannot be kept", file=str(path), reason=error.strerror)


def read_mark() -> Mark | None:
    """What was kept; None where there is nothing, or nothing that can be read."""
    path = _path()
    try:
        mark = Mark(**json.loads(path.read_text()))
        datetime.fromisoformat(mark.written_at)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError) as error:
        log.error("how far the outbox has come cannot be read", file=str(path), reason=str(error))
        return None
    return mark


def behind() -> str:
    """Why this database is an older copy than the one that this machine sent from; empty where it is not."""
    kept = read_mark()
    row = db.session.execute(select(OutboxCount.identity, OutboxCount.generation, OutboxCount.passes)).one_or_none()
    if kept is None or row is None or row.identity != kept.identity or row.generation > kept.generation:
        # Nothing to compare with, another database, or released by a person since.
        return ""
    if (row.generation, row.passes) < (kept.generation, kept.passes):
        return f"the database is older than what was sent from here until {kept.written_at[:16]}Z"
    entry = db.session.scalar(select(Entry.hash).where(Entry.id == kept.head_id)) if kept.head_id else GENESIS
    if entry != kept.head_hash:
        what = "ends before" if entry is None else "has another"
        return f"its evidence {what} entry {kept.head_id}, which was here at {kept.written_at[:16]}Z"
    return ""


def _identity() -> str:
    """Tells this database from another; made where there is none yet, and committed."""
    identity = db.session.scalar(select(OutboxCount.identity))
    if identity is None:
        try:
            db.session.execute(insert(OutboxCount).values(id=1, identity=uuid4().hex))
            db.session.commit()
        except IntegrityError:
            # Another worker made it at this moment.
            db.session.rollback()
        identity = db.session.scalars(select(OutboxCount.identity)).one()
    return identity


def _path() -> Path:
    return Path(current_app.config["SETTINGS"].DATA_DIR) / FILE
