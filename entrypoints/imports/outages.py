"""Outages, which availability is reckoned from (SLA 3.1)."""

from collections.abc import Iterable

from compliance.services import OutageRecord, take_over_outage
from entrypoints.imports.choices import word
from entrypoints.imports.csv_reader import Columns, Row
from entrypoints.imports.kinds import Kind, SeenBefore
from entrypoints.imports.scope import Scope
from evidence.actors import May
from storage import Refused
from tenants import checks
from tenants.models import EnvironmentKind, Product


def take_over(rows: Iterable[Row], scope: Scope) -> None:
    """Take over outages."""
    seen = SeenBefore()
    for row in rows:
        found = _read(row, scope, seen)
        if found is None:
            continue
        try:
            row.count(take_over_outage(*found, scope.now))
        except Refused as refused:
            row.refuse(refused.field, refused.message)


def _read(row: Row, scope: Scope, seen: SeenBefore) -> tuple[Product, OutageRecord] | None:
    product = scope.product_of(row)
    environment = row.read(word, "environment", EnvironmentKind)
    cause = row.read(checks.line, "cause", most=300, required=False)
    if product is None:
        return None
    starts_at = row.read(checks.local_moment, "starts_at", product.zone)
    ends_at = row.read(checks.local_moment, "ends_at", product.zone)
    tenants = scope.tenants_in(row, product)
    if not row.sound or environment is None or starts_at is None or ends_at is None or cause is None:
        return None
    if seen.refuses(row, "starts_at", product.id, environment, starts_at, cause):
        return None
    return product, OutageRecord(environment, starts_at, ends_at, cause, tenants)


OUTAGES = Kind(
    Columns(required=("product", "environment", "starts_at", "ends_at", "tenants", "cause")),
    take_over,
    May.OPERATE,
)
