"""What tenants run, and ran."""

from datetime import datetime

from sqlalchemy import select

from storage import db
from tenants.models import Environment, EnvironmentKind, Installation, Tenant


def running(tenant: Tenant) -> dict[EnvironmentKind, Installation | None]:
    """What a tenant runs now in each environment."""
    rows = db.session.execute(
        select(Environment.kind, Installation)
        .outerjoin(Installation, (Installation.environment_id == Environment.id) & Installation.replaced_at.is_(None))
        .where(Environment.tenant_id == tenant.id)
    ).all()
    found = {row[0]: row[1] for row in rows}
    return {kind: found.get(kind) for kind in EnvironmentKind}


def ran_at(tenant: Tenant, kind: EnvironmentKind, moment: datetime) -> Installation | None:
    """What an environment ran at a moment, None where nobody has said."""
    return db.session.scalars(
        select(Installation)
        .join(Environment, Environment.id == Installation.environment_id)
        .where(Environment.tenant_id == tenant.id, Environment.kind == kind, Installation.installed_at <= moment)
        .order_by(Installation.installed_at.desc(), Installation.id.desc())
        .limit(1)
    ).one_or_none()


def history(tenant: Tenant) -> list[tuple[EnvironmentKind, Installation]]:
    """What a tenant ran, the latest first."""
    rows = db.session.execute(
        select(Environment.kind, Installation)
        .join(Installation, Installation.environment_id == Environment.id)
        .where(Environment.tenant_id == tenant.id)
        .order_by(Installation.installed_at.desc(), Installation.id.desc())
    )
    return [(kind, installation) for kind, installation in rows]
