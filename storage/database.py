"""The database handle, and how a connection must behave on each engine."""

import sqlite3
from collections.abc import Callable
from typing import Any, ClassVar, TypeVar

from flask import current_app, has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, Engine, MetaData, event
from sqlalchemy.orm import DeclarativeBase

from storage.sessions import Session

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The base of every row; constraints have names, so that a refusal can be told from another."""

    metadata = MetaData(naming_convention=NAMES)
    # True of rows that feeds show, so that what was made of them before is known to be stale (storage.revision).
    in_feeds: ClassVar[bool] = False


View = TypeVar("View", bound=Callable[..., Any])

# Milliseconds that a writer on SQLite waits for another.
PATIENCE = 30_000

db = SQLAlchemy(model_class=Base, disable_autonaming=True, session_options={"class_": Session})


@event.listens_for(Engine, "connect")
def _set_up_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    # The driver's own BEGIN is deferred: two writers that both read first would lose one's update silently.
    connection.isolation_level = None
    for pragma in ("journal_mode=WAL", f"busy_timeout={PATIENCE}", "foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin_on_sqlite(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        return
    options = connection.get_execution_options()
    # A page that only reads must not queue behind the worker's write lock.
    reads = options.get("reads", _only_reads())
    if reads:
        connection.exec_driver_sql("BEGIN")
    elif options.get("waits", True):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        _begin_at_once(connection)


def only_reads(view: View) -> View:
    """Say of a view asked by POST that it writes nothing: it waits for no writer, and keeps none waiting."""
    view.only_reads = True  # type: ignore[attr-defined]
    return view


def _only_reads() -> bool:
    if not has_request_context():
        return False
    view = current_app.view_functions.get(request.endpoint or "")
    return request.method in {"GET", "HEAD", "OPTIONS"} or getattr(view, "only_reads", False)


def _begin_at_once(connection: Connection) -> None:
    """Begin to write, or raise OperationalError where somebody else does."""
    connection.exec_driver_sql("PRAGMA busy_timeout=0")
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE}")
