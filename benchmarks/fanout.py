"""Thirty thousand personal mails from durable rows to a server: speed, memory, and the cost of each.

Measured against Postfix's own generator over 16 sessions, before and after in the same run, and against a plain loop
that sends a row by Flask-Mail and marks it sent: with the connections of the default, and with as many as an own relay
would let in, because one commit serves all that are at the dot. Skipped where Postfix is not there.
"""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import mean
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import NamedTuple

import flask_mail
import flask_migrate
from flask import Flask
from sqlalchemy import delete, insert, select

from app import create_app
from benchmarks import relay
from benchmarks.results import say, say_at_least
from entrypoints.settings import Settings
from outbox.delivery import deliver_due
from outbox.mime import render
from outbox.models import Letter, OutboxMessage
from outbox.relay import CONNECTIONS
from storage import db

LEAST, FEW, MANY = 30, 3_000, 30_000
TIMES = 10  # of the least, because one of them is over in a moment
GENERATED = 20_000
LOOPED = 300
LOT = 500
WIDE = 64  # connections


def main() -> None:
    if not relay.there():
        return
    with relay.sink() as port, outbox(port) as app:
        # What the first pass makes once is no mail's cost.
        send(FEW)
        least = mean(send(LEAST).work for _time in range(TIMES))
        few = [send(FEW).work]
        before = peak()
        reference = [relay.source_rate(port, GENERATED)]
        many = send(MANY)
        grown = peak() - before
        reference.append(relay.source_rate(port, GENERATED))
        app.config.update(MAIL_CONNECTIONS=WIDE)
        wide = send(MANY)
        reference.append(relay.source_rate(port, GENERATED))
        app.config.update(MAIL_CONNECTIONS=CONNECTIONS)
        few.append(send(FEW).work)
        looped = loop(app)
    generator = f"smtp-source -s {relay.SESSIONS}"
    for connections, cost, generated in ((CONNECTIONS, many, reference[:2]), (WIDE, wide, reference[1:])):
        name, rate = f"fan-out over {connections} connections", 1 / cost.time
        say_at_least(name, rate, "mails a second", generator, mean(generated), 0.5)
        say_at_least(name, rate, "mails a second", "a plain loop over Flask-Mail", looped, 30)
    work = f"processor time of a mail of {MANY:,}"
    say(work, many.work * 1000, "ms", f"a mail of {FEW:,}", mean(few) * 1000, 1.25)
    say(work, many.work * 1000, "ms", f"a mail of {LEAST}", least * 1000, 1.25)
    say(f"memory for {MANY:,} rows beyond that for {FEW:,}", grown, "MB", "budget of 30 MB", 30, 1)


@contextmanager
def outbox(port: int) -> Iterator[Flask]:
    """An application over a database of its own that hands mail in at this port, with a letter of 4 KB."""
    with TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            DATA_DIR=Path(folder),
            DATABASE_URL=None,
            MAIL_SERVER="127.0.0.1",
            MAIL_PORT=port,
            BASE_URL="http://localhost",
            SECRET_KEY="a key for benchmarks, of some length",  # noqa: S106
        )
        app = create_app(settings)
        with app.app_context():
            flask_migrate.upgrade()
            _write_letter()
            yield app
            db.session.remove()
            db.engine.dispose()


class Cost(NamedTuple):
    """Seconds a mail: on the clock, and of the processor, which the load of a machine changes less."""

    time: float
    work: float


def send(number: int) -> Cost:
    """Queue so many mails, send them in one pass, and return what each cost; all must be sent."""
    now = datetime.now(UTC)
    db.session.execute(delete(OutboxMessage))
    for first in range(0, number, LOT):
        # In lots, so that the memory that is measured is the worker's.
        lot = range(first, min(number, first + LOT))
        db.session.execute(insert(OutboxMessage), [_row(one, now) for one in lot])
    db.session.commit()
    started, worked = perf_counter(), process_time()
    counts = deliver_due(now, "benchmark")
    cost = Cost((perf_counter() - started) / number, (process_time() - worked) / number)
    if counts["sent"] != number:
        raise RuntimeError(f"of {number} mails were sent: {counts}")
    return cost


def loop(app: Flask) -> float:
    """Mails a second of the same texts where each row is sent by Flask-Mail, and marked and committed after that."""
    mail = flask_mail.Mail(app)
    now = datetime.now(UTC)
    text = db.session.scalars(select(Letter)).one()
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id).limit(LOOPED)).all()
    started = perf_counter()
    for one, row in enumerate(rows):
        subject, plain, html = (_filled(words, one) for words in (text.subject, text.plain, text.html))
        mail.send(flask_mail.Message(subject, [row.address], plain, html))
        row.sent_at = now
        db.session.commit()
    return LOOPED / (perf_counter() - started)


def peak() -> float:
    """The most memory that the process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _place(name: str) -> str:
    return f"\ue000{name}\ue001"


def _fields(one: int) -> dict[str, str]:
    link = f"https://announcements.example.com/portal/{one}"
    start = "Monday 18 January 2027 at 20:00 (Europe/Amsterdam, UTC+1)"
    return {"name": f"Reader {one}", "tenant": f"Tenant {one // 3}", "link": link, "start": start}


def _filled(text: str, one: int) -> str:
    for name, value in _fields(one).items():
        text = text.replace(_place(name), value)
    return text


def _row(one: int, now: datetime) -> dict[str, object]:
    return {
        "letter_id": 1,
        "announcement_id": 1,
        "tenant_id": one // 3,
        "contact_id": one,
        "address": f"reader{one}@tenant{one // 3}.example",
        "name": f"Reader {one}",
        "fields": _fields(one),
        "message_id": f"<{now.timestamp():.6f}.{one}@localhost>",
        "created_at": now,
        "next_attempt_at": now,
        "not_after": now + timedelta(days=1),
    }


def _write_letter() -> None:
    """A letter whose mails have the size of those that it is measured against."""
    now, line = datetime.now(UTC), "Nothing changes for you but for the version, and the notes say what is new in it.\n"
    hello, when = f"Hello {_place('name')},", f"{_place('tenant')} is updated on {_place('start')}: {_place('link')}"
    filling = 1
    while True:
        plain = f"{hello}\n\n{when}\n\n{line * filling}"
        html = f"<p>{hello}</p>\n<p>{when}</p>\n<p>{line * filling}</p>\n"
        letter = Letter(
            id=1, announcement_id=1, language="en", subject=f"Release 2027.1 for {_place('tenant')}",
            plain=plain, html=html, thread="release-1", created_at=now,
        )  # fmt: skip
        row = _row(15_000, now)
        size = len(render(letter, OutboxMessage(**row), now))
        if size >= relay.SIZE:
            break
        filling += 1
    db.session.add(letter)
    db.session.commit()


if __name__ == "__main__":
    main()
