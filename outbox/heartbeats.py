"""Signs of life of the workers."""

from datetime import datetime

from sqlalchemy import Row, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from outbox.models import Heartbeat
from outbox.queries import is_alive
from storage import db

# `flask tick` leaves a sign of life as well, under a name that nobody misses a minute later.
ONE_TICK = "one tick"


def beat(worker: str, now: datetime, since: datetime | None = None) -> None:
    """Write that a worker is alive, which began at ``since``; commits the running transaction."""
    again = (
        update(Heartbeat)
        .where(Heartbeat.worker == worker)
        .values(beat_at=now, since=func.coalesce(Heartbeat.since, literal(since, Heartbeat.since.type)))
    )
    found = db.session.execute(again.execution_options(synchronize_session=False))
    if not found.rowcount:  # type: ignore[attr-defined]
        try:
            with db.session.begin_nested():
                db.session.execute(insert(Heartbeat).values(worker=worker, beat_at=now, since=since))
        except IntegrityError:
            # A worker of the same name made the row at this moment.
            db.session.execute(again.execution_options(synchronize_session=False))
    db.session.commit()


def leave(worker: str) -> None:
    """Write that a worker has ended in order: nobody is to miss it; commits."""
    db.session.execute(delete(Heartbeat).where(Heartbeat.worker == worker).execution_options(synchronize_session=False))
    db.session.commit()


def close_ranks(now: datetime, me: str | None = None) -> None:
    """Let who began after the last sign of life of a silent worker stand in its place, one for one; commits.

    Whoever restarts a worker, or the machine or container it ran in, starts one of another name. Only where fewer came
    than went is somebody missing. ``me`` is alive, whatever its row says. Where nobody is silent this only reads.
    """
    rows = db.session.execute(select(Heartbeat.worker, Heartbeat.beat_at, Heartbeat.since)).all()
    db.session.rollback()
    began = {row.worker: row.since for row in rows if row.since is not None}
    for lost in sorted(rows, key=lambda row: row.beat_at):
        if lost.worker == me or not is_worker(lost.worker) or is_alive(lost.beat_at, now):
            continue
        later = [worker for worker, since in began.items() if since > lost.beat_at and worker != lost.worker]
        if later:
            # The first that came: who came after may be needed for one that was lost later.
            heir = min(later, key=began.__getitem__)
            since = lost.since or lost.beat_at
            if not _inherits(heir, began[heir], lost, since):
                # Another worker did this at this moment.
                return
            began.pop(lost.worker, None)
            began[heir] = since


def _inherits(heir: str, began: datetime, lost: Row[str, datetime, datetime | None], since: datetime) -> bool:
    """Put a worker in a lost one's place, from when that began: so it stands for nobody else. False if either moved."""
    gone = delete(Heartbeat).where(Heartbeat.worker == lost.worker, Heartbeat.beat_at == lost.beat_at)
    taken = update(Heartbeat).where(Heartbeat.worker == heir, Heartbeat.since == began).values(since=since)
    for change in (gone, taken):
        found = db.session.execute(change.execution_options(synchronize_session=False))
        if not found.rowcount:  # type: ignore[attr-defined]
            db.session.rollback()
            return False
    db.session.commit()
    return True


def forget(before: datetime) -> None:
    """Drop the names of workers that were last seen at a moment or before; commits."""
    db.session.execute(
        delete(Heartbeat).where(Heartbeat.beat_at <= before).execution_options(synchronize_session=False)
    )
    db.session.commit()


def is_worker(name: str) -> bool:
    """Whether a name is that of a worker that goes on until it is told to stop."""
    return not name.endswith(f"/{ONE_TICK}")
