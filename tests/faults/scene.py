"""Where a fault happens: a database, a mail server with a ledger, and workers between them that can be killed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import update

from accounts.models import User
from evidence.chain import Head
from outbox.leases import LEASE
from outbox.models import FINAL, MessageState
from storage import db
from tests.faults.audit import Audit, Rows, audit, in_flight, rows
from tests.faults.ledger import LedgerServer
from tests.faults.processes import Nursery, Process
from tests.outbox.rows import queue
from tests.world import NOW

Record = Callable[[str, object], None]
HOLD = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
JOURNAL = "journal@vendor.example"


@dataclass
class Scene:
    """A database, a server and the workers between them; ``now`` is the workers' clock."""

    app: Flask
    url: str
    folder: Path
    server: LedgerServer
    nursery: Nursery
    record: Record
    now: datetime = NOW

    def __post_init__(self) -> None:
        # Alarms to the vendor's own people are mails as well, and would be counted among the customers'.
        db.session.execute(update(User).values(alarms_by_mail=False))
        db.session.commit()
        self.before: Rows = {}
        self.doubtful = in_flight()

    @property
    def environment(self) -> dict[str, str]:
        return {
            "DATABASE_URL": self.url,
            "DATA_DIR": str(self.folder),
            "MAIL_SERVER": "127.0.0.1",
            "MAIL_PORT": str(self.server.port),
        }

    @contextmanager
    def journal(self, folder: Path) -> Iterator[dict[str, str]]:
        """Send to another server, which puts copies into a journal in a folder; what comes back are the settings."""
        copies = folder / "journal"
        with LedgerServer(folder, "journalled", journal={"address": JOURNAL, "folder": str(copies)}) as self.server:
            yield {"MAIL_JOURNAL": JOURNAL, "MAIL_JOURNAL_READ": f"maildir:{copies}"}

    def queue(self, count: int, **values: Any) -> list[int]:
        ids = queue(count, **values)
        self.remember()
        return ids

    def remember(self) -> None:
        """From now on none of the rows that are there may be lost."""
        self.before = {**rows(), **self.before}

    def born(self, *, environment: dict[str, str] | None = None, clock: datetime | None = None, **does: Any) -> Process:
        """A process of the nursery on this database and server."""
        # A transaction that the test left open would keep it waiting.
        db.session.rollback()
        return self.nursery.born(environment or self.environment, clock, **does)

    def start(self, **config: Any) -> Process:
        """A worker's pass at this moment."""
        return self.born(sends_at=self.now.isoformat(), config=config)

    def sends(self, **config: Any) -> dict[str, int]:
        """A worker's pass that must end well."""
        return self.start(**config).counts()

    def dies(self, worker: Process) -> None:
        """Wait until a worker was killed, and note what it had in hand."""
        assert worker.wait() < 0, worker.output()
        self.doubtful += in_flight()

    def calls(self, service: str, dies_at: int | None = None) -> Process:
        """A process that calls a service at this moment, such as `announcements.services:announce_due`."""
        return self.born(call=service, at=self.now.isoformat(), dies_at=dies_at)

    def ticks(self, **settings: str) -> dict[str, int]:
        """`flask tick` in a process whose clock says this moment."""
        return self.born(environment=self.environment | settings, clock=self.now, flask=["tick"]).counts()

    def comes_to_rest(self, **config: Any) -> None:
        """Pass after pass, the clock running on past leases and holds, until nothing can be sent any more."""
        for _number in range(12):
            self.now += LEASE + MINUTE
            self.sends(**config)
            if all(at_rest(row, self.now) for row in rows().values()):
                return
            self.now += HOLD
        raise AssertionError(self.states())

    def audit(self, *, head: Head | None = None, journal: bool = False) -> Audit:
        """Look at everything, put it on record for the report, and return it."""
        found = audit(self.before, self.server.read(), self.now, doubtful=self.doubtful, journal=journal, head=head)
        self.record("audit", found.numbers())
        return found

    def row(self, address: str) -> Any:
        """The row of the mail to an address."""
        return next(row for row in rows().values() if row.address == address)

    def states(self) -> dict[str, int]:
        """How many rows of customers' mails there are of each state; the head that goes to the journal is none."""
        found: dict[str, int] = {}
        for row in rows().values():
            if row.announcement_id is None:
                continue
            found[row.state.value] = found.get(row.state.value, 0) + 1
        return found


def at_rest(row: Any, now: datetime) -> bool:
    """Whether nothing more becomes of a mail: it is in its last state, or in doubt for good after its time."""
    in_doubt_for_good = row.state is MessageState.UNCERTAIN and row.not_after is not None and row.not_after < now
    return row.state in FINAL or in_doubt_for_good
