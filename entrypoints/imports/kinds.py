"""What one kind of table looks like, and who takes its rows over."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from flask_babel import gettext as _

from entrypoints.imports.csv_reader import Columns, Row
from entrypoints.imports.scope import Scope
from evidence.actors import May


@dataclass(frozen=True)
class Kind:
    """A table's columns, the function that takes over its rows in the running transaction, and whose it is to do."""

    columns: Columns
    take_over: Callable[[Iterable[Row], Scope], None]
    may: May


class SeenBefore:
    """The rows in which something stood, so that the same thing in a later row is refused."""

    def __init__(self) -> None:
        # Not their lines: in JSON several rows may stand on one.
        self._rows: dict[object, Row] = {}

    def refuses(self, row: Row, column: str, *key: object) -> bool:
        """Tell, and note, that this stands in an earlier row too."""
        first = self._rows.setdefault(key, row)
        if first is not row:
            row.refuse(column, _("This stands on line %(line)d already.", line=first.line))
        return first is not row
