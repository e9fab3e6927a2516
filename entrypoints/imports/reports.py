"""Reports that tenants brought to the help desk, so that each sees which of its own a release solves (SLA 5)."""

from collections.abc import Iterable

from entrypoints.imports.csv_reader import Columns, Row
from entrypoints.imports.kinds import Kind, SeenBefore
from entrypoints.imports.scope import Scope
from evidence.actors import May
from release_notes.reports import ReportFacts, Reports, report_number
from storage.sought import folded
from tenants import checks


def take_over(rows: Iterable[Row], scope: Scope) -> None:
    """Take over reports; those that are not in the file stay."""
    rows = list(rows)
    named = {row.text("tenant") for row in rows}
    reports = Reports(tenant for slug, tenant in scope.tenants.items() if slug in named)
    seen = SeenBefore()
    for row in rows:
        tenant = scope.tenant_of(row)
        number = row.read(report_number, "number")
        title = row.read(checks.line, "title", most=300)
        if tenant is None or number is None or title is None:
            continue
        if not seen.refuses(row, "number", tenant.id, folded(number)):
            row.count(reports.take_over(tenant, ReportFacts(number, title), scope.now))


REPORTS = Kind(Columns(required=("number", "tenant", "title")), take_over, May.PLAN)
