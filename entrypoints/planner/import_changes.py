"""What a file would change, to be read before it is brought in."""

from dataclasses import dataclass

from entrypoints.exports.tables import TABLES
from entrypoints.imports.findings import Findings, Outcome
from tenants.history import TakenOver
from tenants.models import Product

# What tells the rows of a table apart.
KEYS: dict[str, tuple[str, ...]] = {
    "tenants": ("slug",),
    "contacts": ("tenant", "email"),
    "releases": ("version",),
    "maintenance": ("reference",),
    "outages": ("environment", "starts_at", "cause"),
    "reports": ("number", "tenant"),
}
MOST_SHOWN = 100
Rows = dict[tuple[str, ...], dict[str, str]]


@dataclass(frozen=True)
class Change:
    """A row that is new or differs; of one that differs each column with what it held and would hold."""

    line: int
    what: str
    is_new: bool
    columns: list[tuple[str, str, str]]


class Standing:
    """The rows of a table as they stand, and as they would stand when a file had been taken over."""

    def __init__(self, table: str, product: Product) -> None:
        self._table, self._product = table, product
        self._after: Rows = {}

    def look(self, findings: Findings) -> None:
        """See what would be; only what changes is worth the reading."""
        if findings.counts[TakenOver.CHANGED]:
            self._after = self._rows()

    def changes(self, findings: Findings) -> list[Change]:
        """The first hundred rows that are new or differ, in the order of the lines; asked once all stands as before."""
        changed = [one for one in findings.outcomes if one.became is not TakenOver.UNCHANGED]
        before = self._rows() if self._after else {}
        shown = sorted(changed, key=lambda one: one.line)[:MOST_SHOWN]
        return [self._change(one, before) for one in shown]

    def _change(self, one: Outcome, before: Rows) -> Change:
        key = self._key(one.cells)
        old, new = before.get(key, {}), self._after.get(key, {})
        differs = [(name, old[name], new[name]) for name in old if name in new and old[name] != new[name]]
        return Change(one.line, " ".join(filter(None, key)), one.became is TakenOver.NEW, differs)

    def _rows(self) -> Rows:
        return {self._key(row): row for row in TABLES[self._table]({self._product.id: self._product})}

    def _key(self, cells: dict[str, str]) -> tuple[str, ...]:
        return tuple(cells.get(name, "").strip() for name in KEYS[self._table])
