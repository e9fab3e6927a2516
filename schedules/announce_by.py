"""By when each of many changes must be announced: by the SLA, and by the strictest agreement (SLA 3.3, 0)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from schedules.stricter import COLUMNS, reckon
from sla.terms import Change
from storage import db
from tenants.models import Agreement, Product, Tenant


@dataclass(frozen=True)
class AnnounceBy:
    """The deadline by the SLA, the first one by any agreement, and the tenants of whom that is, by slug.

    Without an agreement that is stricter both are the same, and no tenant is named.
    """

    by_sla: datetime
    strictest: datetime
    tenants: list[str]


@dataclass(frozen=True)
class Agreed:
    """What the agreements of a product's tenants say, read once for any number of changes."""

    product: Product
    # For each change the tenants, by slug, whose agreement has a period of its own.
    slugs: dict[Change, dict[str, list[str]]]

    @classmethod
    def of(cls, product: Product) -> "Agreed":
        """Read them; one query."""
        slugs: dict[Change, dict[str, list[str]]] = {change: defaultdict(list) for change in COLUMNS}
        rows = db.session.execute(
            select(Tenant.slug, *COLUMNS.values())
            .join(Agreement, Agreement.tenant_id == Tenant.id)
            .where(Tenant.product_id == product.id)
        )
        for slug, *periods in rows:
            for change, period in zip(COLUMNS, periods, strict=True):
                if period:
                    slugs[change][period].append(slug)
        return cls(product, slugs)

    def announce_by(self, change: Change, planned_at: datetime, only: frozenset[str] | None = None) -> AnnounceBy:
        """Return the deadlines of a change that all tenants must hear of, or ``only`` some. Source: SLA 3.3."""
        concerned = {
            period: [slug for slug in slugs if only is None or slug in only]
            for period, slugs in self.slugs[change].items()
        }
        reckoned = reckon(self.product, change, planned_at, [period for period in concerned if concerned[period]])
        strictest = min(reckoned.stricter.values(), default=reckoned.by_sla)
        first = [period for period, by in reckoned.stricter.items() if by == strictest]
        return AnnounceBy(reckoned.by_sla, strictest, sorted(slug for period in first for slug in concerned[period]))
