"""Updates whose moment has come, and of which nobody has said that they are there: they do not vanish meanwhile."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from schedules.models import Release
from schedules.notices import Notice, Says
from schedules.queries import WITH_THEIR_CHANGE, told_last
from sla.terms import Change
from sla.versions import version_key
from storage import db
from tenants.models import Environment, EnvironmentKind, Installation, Tenant


def unconfirmed_updates(
    tenant: Tenant, runs: Mapping[EnvironmentKind, Installation | None], now: datetime
) -> dict[EnvironmentKind, Notice]:
    """Return, by environment, the last update that was announced and has begun, until its version is reported there.

    A higher version does as well. Three queries at most. Source: SLA 3.3.
    """
    found = {}
    for kind in EnvironmentKind:
        notice = _last_begun(tenant, kind, now)
        if notice is not None and not _confirms(runs.get(kind), notice):
            found[kind] = notice
    if found:
        # Where it was set back since, it was there.
        reported = db.session.execute(
            select(Environment.kind, Installation)
            .join(Installation, Installation.environment_id == Environment.id)
            .where(Environment.tenant_id == tenant.id, Environment.kind.in_(found))
        )
        for kind, installation in reported:
            if kind in found and _confirms(installation, found[kind]):
                del found[kind]
    return found


def _last_begun(tenant: Tenant, kind: EnvironmentKind, now: datetime) -> Notice | None:
    return db.session.scalars(
        select(Notice)
        .join(Release, Release.id == Notice.release_id)
        .where(
            Notice.tenant_id == tenant.id,
            Notice.kind == Change(kind.value),
            Notice.planned_at <= now,
            Notice.says != Says.CANCELLED,
            Release.cancelled_at.is_(None),
            *told_last(),
        )
        .order_by(Notice.planned_at.desc(), Notice.id.desc())
        .limit(1)
        .options(*WITH_THEIR_CHANGE)
    ).one_or_none()


def _confirms(installation: Installation | None, notice: Notice) -> bool:
    if installation is None or notice.release is None:
        return False
    try:
        return version_key(installation.version) >= version_key(notice.release.version)
    except ValueError:
        # No version of ours: whoever reported it since knows what runs there.
        return installation.installed_at >= notice.planned_at
