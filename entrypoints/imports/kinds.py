"""What one kind of table looks like, and who takes its rows over."""

from collections.abc import Callable
from dataclasses import dataclass

from flask_babel import gettext as _

from entrypoints.imports.csv_reader import Columns, Row
from entrypoints.imports.scope import Scope


@dataclass(frozen=True)
class Kind:
    """A table's columns, and the function that takes over its rows in the running transaction."""

    columns: Columns
    take_over: Callable[[list[Row], Scope], None]


class SeenBefore:
    """The lines on which something stood, so that the same thing on a later line is refused."""

    def __init__(self) -> None:
        self._lines: dict[object, int] = {}

    def refuses(self, row: Row, column: str, *key: object) -> bool:
        """Tell, and note, that this stands on an earlier line too."""
        first = self._lines.setdefault(key, row.line)
        if first != row.line:
            row.refuse(column, _("This stands on line %(line)d already.", line=first))
        return first != row.line
