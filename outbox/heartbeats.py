"""Signs of life of the workers."""

from datetime import datetime

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from outbox.models import Heartbeat
from storage import db


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
