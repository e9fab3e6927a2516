"""A number that rises with every transaction that writes what feeds show: what was made of them before is stale.

Nothing of feeds is known here but which tables they show: rows say so themselves, by ``in_feeds``.
"""

from typing import Any

from sqlalchemy import Result, String, event, text
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, SessionTransaction, UOWTransaction, mapped_column

from storage.database import Base

FEEDS = "feeds"

# Written by the database itself, so that no two transactions read the same number.
_RAISE = text(
    "INSERT INTO revision (name, number) VALUES (:name, 1) "
    "ON CONFLICT (name) DO UPDATE SET number = revision.number + 1"
)
_MARK = "writes what feeds show"


class Revision(Base):
    __tablename__ = "revision"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    number: Mapped[int]


@event.listens_for(Session, "after_flush")
def _note_rows(session: Session, _flushed: UOWTransaction) -> None:
    # A row is among the dirty ones also where it was given what it had.
    changed = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    if any(getattr(row, "in_feeds", False) for row in changed):
        session.info[_MARK] = True


@event.listens_for(Session, "do_orm_execute")
def _note_statements(statement: ORMExecuteState) -> Result[Any] | None:
    """The same for what is written to many rows at once, past the objects."""
    if not (statement.is_insert or statement.is_update or statement.is_delete):
        return None
    # What is written is a table or a class, however the statement was made.
    table: Any = getattr(statement.statement, "table", None)
    if table is None or table.name not in _shown():
        return None
    result = statement.invoke_statement()
    # A worker asks all the time for rows to change, and mostly finds none.
    if getattr(result, "rowcount", -1) != 0:
        statement.session.info[_MARK] = True
    return result


@event.listens_for(Session, "before_commit")
def _raise(session: Session) -> None:
    # At the very end: everybody wants this one row, and whoever holds it must not wait for another.
    if session.in_nested_transaction():
        return
    session.flush()
    if session.info.pop(_MARK, False):
        session.execute(_RAISE, {"name": FEEDS})


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    # A savepoint that is given up leaves what was written before it.
    if ended.parent is None:
        session.info.pop(_MARK, None)


def _shown() -> set[str]:
    return {
        mapper.local_table.name  # type: ignore[attr-defined]
        for mapper in Base.registry.mappers
        if getattr(mapper.class_, "in_feeds", False)
    }
