"""Indexes of some rows only, on both databases."""

from sqlalchemy import Index, text


def partial_index(name: str, *columns: str, rows: str, unique: bool = False) -> Index:
    """An index of the rows for which some SQL holds: a query names them in these very words, or goes without."""
    return Index(name, *columns, unique=unique, sqlite_where=text(rows), postgresql_where=text(rows))
