"""The number that the next new row gets. It goes along: the number of a row that was removed is never given again."""

from typing import Any

from sqlalchemy import Column, Connection, Table, func, select, text


def next_number(connection: Connection, table: Table) -> int | None:
    """Return the number that the next row of a table gets; None where its rows are not numbered by the database."""
    column = table.autoincrement_column
    if column is None:
        return None
    highest = connection.scalar(select(func.max(column))) or 0
    return max(highest, _last_given(connection, column)) + 1


def go_on_from(connection: Connection, table: Table, number: int) -> None:
    """Let the next row of a table get this number, or a higher one where that is taken."""
    column = table.autoincrement_column
    if column is None:
        return
    wanted = max(number, (connection.scalar(select(func.max(column))) or 0) + 1)
    if connection.dialect.name == "postgresql":
        # Unlike setval, this is taken back with the transaction.
        connection.execute(text(f"ALTER SEQUENCE {_sequence(connection, column)} RESTART WITH {wanted}"))
    elif _never_given_again(table):
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :table"), {"table": table.name})
        connection.execute(
            text("INSERT INTO sqlite_sequence (name, seq) VALUES (:table, :last)"),
            {"table": table.name, "last": wanted - 1},
        )


def _last_given(connection: Connection, column: Column[Any]) -> int:
    if connection.dialect.name == "postgresql":
        sequence = _sequence(connection, column)
        # A sequence that was never used stands at its first number without having given it.
        given = connection.execute(text(f"SELECT last_value, is_called FROM {sequence}")).one()  # noqa: S608 - its own name
        return int(given.last_value) if given.is_called else int(given.last_value) - 1
    if not _never_given_again(column.table):
        return 0
    query = text("SELECT seq FROM sqlite_sequence WHERE name = :table")
    return connection.scalar(query, {"table": column.table.name}) or 0


def _never_given_again(table: Any) -> bool:
    """SQLite keeps count for those tables only that ask for it; all others go on from the highest there is."""
    return bool(table.dialect_options["sqlite"]["autoincrement"])


def _sequence(connection: Connection, column: Column[Any]) -> str:
    """The name of a PostgreSQL sequence, quoted where it must be."""
    query = text("SELECT pg_get_serial_sequence(:table, :column)")
    return str(connection.scalar(query, {"table": column.table.name, "column": column.name}))
