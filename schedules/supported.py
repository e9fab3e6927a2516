"""Which versions of a product have full support, and until when, as far as one tenant may know (SLA 4.2)."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from schedules.ahead import end_that_stands
from schedules.models import Release
from schedules.queries import told_notices
from schedules.support import support_picture
from schedules.support_end import SupportEnd, ends_of_version
from sla.versions import Support
from storage import db
from tenants.installed import running
from tenants.models import EnvironmentKind, Tenant

# A tenant runs at most one version of its own in each environment, beside N and N-1.
LATELY = timedelta(days=2)


@dataclass(frozen=True)
class SupportedVersion:
    """A version, its support, the day on which that ends where it is known, and where this tenant runs it."""

    version: str
    release: Release | None
    support: Support
    ends: SupportEnd | None
    runs_in: list[EnvironmentKind]


def supported_versions(tenant: Tenant, now: datetime) -> list[SupportedVersion]:
    """Return N and N-1, and what this tenant runs beside them: the newest first, what no release knows last."""
    picture, told = support_picture(tenant.product, now), told_notices(tenant, now - LATELY)
    runs = {kind: one.version for kind, one in running(tenant).items() if one is not None}
    wanted = list(dict.fromkeys([*runs.values(), *filter(None, (picture.current, picture.previous))]))
    rows = select(Release).where(
        Release.product_id == tenant.product_id, Release.version.in_(wanted), Release.cancelled_at.is_(None)
    )
    known = {row.version: row for row in db.session.scalars(rows)}
    found = [
        SupportedVersion(
            version,
            known.get(version),
            picture.status(version),
            end_that_stands(ends_of_version(tenant, version, told, now.date())),
            [kind for kind in EnvironmentKind if runs.get(kind) == version],
        )
        for version in wanted
    ]
    return sorted(found, key=lambda one: _ORDER.index(one.support))


_ORDER = [Support.AHEAD, Support.CURRENT, Support.PREVIOUS, Support.UPDATE_FIRST, Support.UNKNOWN]
