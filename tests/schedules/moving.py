"""What moves, as its readers know it."""

from datetime import datetime

from schedules.models import Release
from schedules.notices import Notice, NoticeState, Says
from schedules.queries import told_notices
from sla.terms import Change
from tenants.models import Tenant
from tests.planning import PRODUCTION, notices, the_notice
from tests.world import local

OLD = local(PRODUCTION)
PUT_OFF = "2027-02-15T06:00"
FURTHER = "2027-02-22T06:00"


def production(release: Release, tenant: Tenant) -> Notice:
    return the_notice(release, Change.PRODUCTION, tenant)


def shown(tenant: Tenant, now: datetime) -> list[tuple[Change, Says, datetime]]:
    """What the portal and the feed of a tenant show."""
    return [(one.kind, one.says, one.planned_at) for one in told_notices(tenant, now)]


def states(
    release: Release, tenant: Tenant, kind: Change = Change.PRODUCTION
) -> list[tuple[Says, NoticeState, datetime]]:
    return [(one.says, one.state, one.planned_at) for one in notices(release, kind, tenant)]
