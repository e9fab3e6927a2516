"""Signs of life of the workers."""

from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError

from outbox.models import Heartbeat
from storage import db

# `flask tick` leaves a sign of life as well, under a name that nobody misses a minute later.
ONE_TICK = "one tick"


def beat(worker: str, now: datetime) -> None:
    """Write that a worker is alive; commits the running transaction."""
    again = update(Heartbeat).where(Heartbeat.worker == worker).values(beat_at=now)
    found = db.session.execute(again.execution_options(synchronize_session=False))
    if not found.rowcount:  # type: ignore[attr-defined]
        try:
            with db.session.begin_nested():
                db.session.execute(insert(Heartbeat).values(worker=worker, beat_at=now))
        except IntegrityError:
            # A worker of the same name made the row at this moment.
            db.session.execute(again.execution_options(synchronize_session=False))
    db.session.commit()


def leave(*workers: str) -> None:
    """Write that workers have ended in order, or are known to be gone: nobody is to miss them; commits."""
    db.session.execute(
        delete(Heartbeat).where(Heartbeat.worker.in_(workers)).execution_options(synchronize_session=False)
    )
    db.session.commit()


def forget(before: datetime) -> None:
    """Drop the names of workers that were last seen at a moment or before; commits."""
    db.session.execute(
        delete(Heartbeat).where(Heartbeat.beat_at <= before).execution_options(synchronize_session=False)
    )
    db.session.commit()


def is_worker(name: str) -> bool:
    """Whether a name is that of a worker that goes on until it is told to stop."""
    return not name.endswith(f"/{ONE_TICK}")
