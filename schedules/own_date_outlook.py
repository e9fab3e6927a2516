"""What a date for some tenants alone would mean, before anybody gives it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from schedules.clashes import Clash
from schedules.in_the_way import in_the_way_of_some
from schedules.models import Release
from schedules.own_date_judging import OwnDateVerdict, judge_own_dates
from schedules.stricter import Deadline, deadline_of
from sla.terms import Change
from tenants.models import Tenant


@dataclass(frozen=True)
class OwnDateOutlook:
    """What the contract says of a date, by when it must be announced, and what stands in the way. None of no date."""

    verdict: OwnDateVerdict | None = None
    deadline: Deadline | None = None
    clashes: Sequence[Clash] = ()


def own_date_outlook(
    release: Release, kind: Change, tenants: Sequence[Tenant], planned_at: datetime | None, now: datetime
) -> OwnDateOutlook:
    """Say what one date for these tenants would mean; nothing is written.

    A constant number of queries, whatever the number of tenants. Source: SLA 3.3, 3.1.
    """
    if planned_at is None or not tenants:
        return OwnDateOutlook()
    verdict = judge_own_dates(release, kind, tenants, planned_at, now)
    if planned_at <= now:
        return OwnDateOutlook(verdict)
    ids = [tenant.id for tenant in tenants]
    return OwnDateOutlook(
        verdict,
        deadline_of(release.product, kind, planned_at, tenant_ids=ids),
        in_the_way_of_some(release, kind, planned_at, now),
    )
