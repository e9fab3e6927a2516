"""Which rows go along, in which order, and what their files are called."""

from dataclasses import dataclass

from sqlalchemy import JSON, Connection, LargeBinary, Table, Text, inspect

from entrypoints.imports.findings import Unusable
from storage import db

# Rows that are of no use elsewhere, and why. Whatever table is added later goes along unless it is named here.
LEFT_OUT = {
    "alembic_version": "the manifest names the schema revision",
    "heartbeat": "signs of life of workers that stay behind",
    "kept_feed": "feeds are made anew at the next poll",
    "mailbox_reading": "how the last look into a mailbox went; the next one says so anew",
    "revision": "of what was kept, which stays behind",
}

# What a new database is made with already; the rows that come take the place of its own.
MADE_WITH_THE_SCHEMA = frozenset({"outbox_count"})

# Where the name of a table is not the word that people use for its rows; all others go by their table's name.
WORDS = {
    "alarm_telling": "alarm_told",
    "evidence_entry": "evidence",
    "feed_token": "calendar_address",
    "outbox_message": "mail",
    "outbox_count": "outbox_state",
    "told": "call_or_letter",
    "user_account": "person",
}


@dataclass(frozen=True)
class RowsOfAKind:
    """All rows of one table, and the name of their file without its ending."""

    table: Table
    name: str


def kinds() -> list[RowsOfAKind]:
    """Return every kind of row that goes along; what others refer to comes before them."""
    return [
        RowsOfAKind(table, WORDS.get(table.name, table.name))
        for table in db.metadata.sorted_tables
        if table.name not in LEFT_OUT
    ]


def check_tables(connection: Connection) -> None:
    """Raise Unusable where the database has tables that this version does not know, or lacks one."""
    there = set(inspect(connection).get_table_names())
    known = {kind.table.name for kind in kinds()} | set(LEFT_OUT)
    if there != known:
        differ = ", ".join(sorted(there ^ known))
        raise Unusable(f"the database has other tables than this version of the product: {differ}.")


def column_names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def at_a_time(table: Table) -> int:
    """How many rows may be in memory together: one with a text of any length may have megabytes."""
    return 20 if any(isinstance(column.type, Text | JSON | LargeBinary) for column in table.columns) else 500
