"""Whose version loses full support once a release reaches production (SLA 4.2)."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, select

from schedules.models import Release
from schedules.support import versions_running
from sla.versions import release_line, support_ends_with
from storage import db
from tenants.models import Environment, EnvironmentKind, Installation


def losing_support(release: Release, tenants: ColumnElement[bool]) -> dict[int, str]:
    """Return, by tenant, the version that it runs in production and whose full support ends with a release.

    ``tenants`` is a condition on Environment. Three queries, whatever there is; two where nobody runs such a version.
    Source: SLA 4.2.
    """
    versions = db.session.scalars(
        select(Release.version).where(Release.product_id == release.product_id, Release.cancelled_at.is_(None))
    ).all()
    running = [version for version, _number in versions_running(release.product, EnvironmentKind.PRODUCTION) if version]
    ending = [version for version in running if _ends_with(version, versions) == release.version]
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
