"""Maintenance windows, past and to come."""

from collections.abc import Iterable

from entrypoints.imports.choices import environments, word
from entrypoints.imports.csv_reader import Columns, Row
from entrypoints.imports.kinds import Kind, SeenBefore
from entrypoints.imports.scope import Scope
from evidence.actors import May
from schedules.maintenance_history import WindowRecord, take_over_window
from schedules.models import Impact
from storage import Refused
from tenants import checks
from tenants.history import TakenOver
from tenants.models import Product


def take_over(rows: Iterable[Row], scope: Scope) -> None:
    """Take over maintenance windows."""
    seen = SeenBefore()
    for row in rows:
        found = _read(row, scope, seen)
        if found is None:
            continue
        product, record = found
        try:
            outcome, happenings = take_over_window(product, record, scope.by, scope.now)
        except Refused as refused:
            row.refuse(refused.field, refused.message)
            continue
        row.count(outcome)
        scope.happenings += happenings
        if outcome is TakenOver.NEW:
            scope.touched.add(product.id)


def _read(row: Row, scope: Scope, seen: SeenBefore) -> tuple[Product, WindowRecord] | None:
    product = scope.product_of(row)
    reference = row.read(checks.line, "reference", most=40)
    touched = row.read(environments, "environments")
    impact = row.read(word, "impact", Impact)
    reason_nl = row.read(checks.line, "reason_nl", most=300, required=False) or ""
    reason_en = row.read(checks.line, "reason_en", most=300, required=False) or ""
    if product is None:
        return None
    if reference is not None:
        seen.refuses(row, "reference", product.id, reference)
    starts_at = row.read(checks.local_moment, "starts_at", product.zone)
    ends_at = row.read(checks.local_moment, "ends_at", product.zone)
    tenants = scope.tenants_in(row, product)
    if not row.sound or not (reference and touched and impact and starts_at and ends_at):
        return None
    return product, WindowRecord(reference, starts_at, ends_at, touched, impact, reason_nl, reason_en, tenants)


MAINTENANCE = Kind(
    Columns(
        required=(
            "product",
            "reference",
            "starts_at",
            "ends_at",
            "environments",
            "impact",
            "reason_nl",
            "reason_en",
        ),
        optional=("tenants",),
    ),
    take_over,
    May.PLAN,
)
