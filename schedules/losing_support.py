"""Whose version loses full support once a release reaches production (SLA 4.2)."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from schedules.models import Release
from schedules.support import versions_running
from sla.versions import release_line, support_ends_with, version_key
from storage import db
from tenants.models import Environment, EnvironmentKind, Installation, Product


def versions_losing_support(product: Product, version: str) -> list[tuple[str, int]]:
    """Return the versions, and how many tenants run each in production, whose full support a release ends.

    The release need not be planned yet. What lost it to an earlier release, planned or past, is not among them. The
    newest version first; two queries. Source: SLA 4.2.
    """
    planned = db.session.scalars(
        select(Release.version).where(Release.product_id == product.id, Release.cancelled_at.is_(None))
    )
    versions = [version, *(other for other in planned if version_key(other) != version_key(version))]
    return [
        (running, number)
        for running, number in versions_running(product, EnvironmentKind.PRODUCTION)
        if running is not None and _ends_with(running, versions) == version
    ]


def losing_support(release: Release, tenants: ColumnElement[bool]) -> dict[int, str]:
    """Return, by tenant, the version that it runs in production and whose full support ends with a release.

    ``tenants`` is a condition on Environment. Empty of a release that is cancelled. Three queries, whatever there is;
    two where nobody runs such a version. Source: SLA 4.2.
    """
    if release.cancelled_at is not None:
        return {}
    ending = [version for version, _number in versions_losing_support(release.product, release.version)]
    if not ending:
        return {}
    rows = db.session.execute(
        select(Environment.tenant_id, Installation.version)
        .join(Installation, Installation.environment_id == Environment.id)
        .where(
            tenants,
            Environment.kind == EnvironmentKind.PRODUCTION,
            Installation.replaced_at.is_(None),
            Installation.version.in_(ending),
        )
        .order_by(Environment.tenant_id)
    )
    return {row.tenant_id: row.version for row in rows}


def _ends_with(version: str, versions: Sequence[str]) -> str | None:
    line = release_line(version, versions)
    return support_ends_with(line, versions) if line is not None else None
