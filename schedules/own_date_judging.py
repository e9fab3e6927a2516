"""Hold a date for some tenants alone against the contract: each one's own notice period, its time to test, and the
order of versions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from schedules.models import Release
from schedules.own_date_rules import Judge
from schedules.own_date_situations import Situation, situations
from sla.breaches import Breach
from sla.terms import Change
from tenants.models import Tenant


@dataclass(frozen=True)
class Objection:
    """Why a tenant cannot have an update on a date, and the first moment after it that would do; None where none would.

    It holds the tenant's names and not its row, which a transaction that is given up would have read anew.
    """

    tenant_id: int
    slug: str
    name: str
    breaches: list[Breach]
    obstacle: str
    earliest: datetime | None
    # The last one that would do, where another change must come after it.
    latest: datetime | None


@dataclass(frozen=True)
class OwnDateVerdict:
    """What the contract says of one date for some tenants."""

    objections: list[Objection]

    @property
    def obstacle(self) -> str:
        """What stands in the way of the only tenant that was asked about, beside promises."""
        return next((one.obstacle for one in self.objections if one.obstacle), "")

    @property
    def never(self) -> list[Objection]:
        """Those of tenants for whom no date would do."""
        return [one for one in self.objections if one.earliest is None and one.latest is None]

    @property
    def breaches(self) -> list[Breach]:
        """Its broken promises."""
        return [breach for one in self.objections for breach in one.breaches]


def judge_own_dates(
    release: Release, kind: Change, tenants: Sequence[Tenant], planned_at: datetime, now: datetime
) -> OwnDateVerdict:
    """Judge one date of an update for some tenants, in their order. Four queries, whatever their number.

    Nothing of it can be waived: the date is chosen for these tenants alone.
    """
    return verdict_of(Judge(release, kind, now), situations(release, kind, tenants), tenants, planned_at)


def verdict_of(
    judge: Judge, found: Mapping[int, Situation], tenants: Sequence[Tenant], planned_at: datetime
) -> OwnDateVerdict:
    """The same of situations that are at hand, by the tenant's id."""
    objections = [
        Objection(tenant.id, tenant.slug, tenant.name, *judge.answer(found[tenant.id], planned_at))
        for tenant in tenants
        if not judge.allows(found[tenant.id], planned_at)
    ]
    return OwnDateVerdict(objections)
