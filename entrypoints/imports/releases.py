"""Releases, past and to come."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import gettext as _

from entrypoints.imports.csv_reader import Columns, Row
from entrypoints.imports.kinds import Kind, SeenBefore
from entrypoints.imports.scope import Scope
from evidence.actors import May
from schedules.history import ReleaseRecord, take_over_release
from sla.versions import version_key
from storage import Refused
from tenants import checks
from tenants.history import TakenOver
from tenants.models import Product


def take_over(rows: Iterable[Row], scope: Scope) -> None:
    """Take over releases by date, so that the one that is too many in a year is the last."""
    seen = SeenBefore()
    read = [(row, *found) for row in rows if (found := _read(row, scope, seen))]
    for row, product, record in sorted(read, key=lambda one: one[2].production_at):
        try:
            outcome, happenings = take_over_release(product, record, scope.by, scope.now)
        except Refused as refused:
            row.refuse(refused.field, refused.message)
            continue
        row.count(outcome)
        scope.happenings += happenings
        if outcome is TakenOver.NEW:
            scope.touched.add(product.id)


def _read(row: Row, scope: Scope, seen: SeenBefore) -> tuple[Product, ReleaseRecord] | None:
    product = scope.product_of(row)
    version = row.read(_version, "version")
    title_nl = row.read(checks.line, "title_nl", most=200, required=False) or ""
    title_en = row.read(checks.line, "title_en", most=200, required=False) or ""
    if product is None:
        return None
    if version:
        seen.refuses(row, "version", product.id, version_key(version))
    acceptance_at = row.read(checks.local_moment, "acceptance_at", product.zone)
    production_at = row.read(checks.local_moment, "production_at", product.zone)
    acceptance_told_at = _announced_at(row, "acceptance_announced_at", product, scope.now)
    production_told_at = _announced_at(row, "production_announced_at", product, scope.now)
    if not row.sound or version is None or acceptance_at is None or production_at is None:
        return None
    return product, ReleaseRecord(
        version, acceptance_at, production_at, title_nl, title_en, acceptance_told_at, production_told_at
    )


def _version(field: str, text: str) -> str:
    try:
        version_key(text)
    except ValueError:
        raise Refused(field, _("This is not a version. Write it as 2027.1.")) from None
    return text


def _announced_at(row: Row, column: str, product: Product, now: datetime) -> datetime | None:
    if not row.text(column):
        return None
    moment = row.read(checks.local_moment, column, product.zone)
    if moment is not None and moment > now:
        row.refuse(column, _("This moment has not come yet."))
    return moment


RELEASES = Kind(
    Columns(
        required=("product", "version", "acceptance_at", "production_at", "title_nl", "title_en"),
        optional=("acceptance_announced_at", "production_announced_at"),
    ),
    take_over,
    May.PLAN,
)
