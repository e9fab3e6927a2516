"""People and workers who do something at the same moment, each in a thread with a session of its own."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

from flask import Flask

from storage import db

Act = Callable[[], object]
# Reads what it needs, and returns what to do once everybody has come so far.
Prepared = Callable[[], Act]


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
