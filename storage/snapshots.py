"""Transactions that keep nobody waiting, and do not wait."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from storage.database import db


def read_one_moment() -> None:
    """Begin to read: all that is read until the next rollback is of one moment, whoever writes meanwhile."""
    db.session.rollback()
    db.session.connection(execution_options=_of_one_moment())


@contextmanager
def snapshot() -> Iterator[Connection]:
    """A connection of its own that sees one moment however long it reads, and keeps no writer waiting."""
    with db.engine.connect().execution_options(**_of_one_moment()) as connection, connection.begin():
        yield connection


def _of_one_moment() -> dict[str, Any]:
    if db.engine.dialect.name != "postgresql":
        return {"reads": True}
    # By default each statement would see what was committed before it alone.
    return {"reads": True, "isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def write_unless_busy() -> bool:
    """Begin to write; tell whether that is possible without waiting, where the database has room for one writer."""
    db.session.rollback()
    try:
        db.session.connection(execution_options={"waits": False})
    except OperationalError:
        db.session.rollback()
        return False
    return True


def for_single_reads(engine: Engine) -> Engine:
    """Connections of their own to the same database, for statements that read alone, past SQLAlchemy's sessions.

    Each is a transaction by itself, so that nothing is open when a connection is given back. There may be as many as
    there are threads.
    """
    # SQLite's driver is left as every connection is set up: it begins nothing by itself.
    options = {"isolation_level": "AUTOCOMMIT"} if engine.dialect.name == "postgresql" else {}
    alone = create_engine(engine.url, pool_size=0, pool_reset_on_return=None, **options)
    # Whoever closes the one for good means the other as well.
    event.listen(engine, "engine_disposed", lambda _engine: alone.dispose())
    return alone
