"""People and workers who do something at the same moment, each in a thread with a session of its own."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Thread
from time import monotonic, sleep

from flask import Flask
from sqlalchemy import Engine, text

from storage import db

Act = Callable[[], object]
# Reads what it needs, and returns what to do once everybody has come so far.
Prepared = Callable[[], Act]
_HELD_UP = "FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def at_once(app: Flask, attempts: Sequence[Prepared]) -> list[object]:
    """Do all of these at the same moment. Returns what each gave, or the error that it ended with."""
    db.session.rollback()
    gate = Barrier(len(attempts), timeout=20)
    outcomes: list[object] = [None] * len(attempts)

    def attempt(number: int) -> None:
        with app.app_context():
            try:
                act = attempts[number]()
                # A transaction that stays open would keep the others from starting.
                db.session.rollback()
                gate.wait()
                outcomes[number] = act()
            except Exception as error:
                outcomes[number] = error
            finally:
                db.session.remove()

    threads = [Thread(target=attempt, args=(number,)) for number in range(len(attempts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes


@contextmanager
def once_waited_for(act: Act, waiting: int = 1) -> Iterator[None]:
    """On PostgreSQL: do this, in a thread, as soon as what is done meanwhile waits, that many times, for a row."""
    with ThreadPoolExecutor(1) as thread:
        done = thread.submit(_once_waited_for, db.engine, act, waiting)
        yield
        done.result()


def _once_waited_for(engine: Engine, act: Act, waiting: int) -> None:
    until = monotonic() + 20
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while (connection.scalar(text(f"SELECT count(*) {_HELD_UP}")) or 0) < waiting:
            assert monotonic() < until, "nobody waits"
            sleep(0.02)
        try:
            act()
        except BaseException:
            # Else they would wait for good.
            connection.execute(text(f"SELECT pg_cancel_backend(pid) {_HELD_UP}"))
            raise
