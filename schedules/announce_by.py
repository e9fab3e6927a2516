"""By when a change must be announced: by the SLA, and by the strictest agreement (SLA 3.3, 0)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from sla.notice import latest_announcement
from sla.terms import Change
from storage import db
from tenants.models import Agreement, Product, Tenant
from tenants.terms import Overrides, sla_terms, under_agreement


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
    slugs: dict[Overrides, list[str]]

    @classmethod
    def of(cls, product: Product) -> "Agreed":
        """Read them; one query."""
        overrides = (Agreement.acceptance_notice, Agreement.production_notice, Agreement.maintenance_notice)
        slugs: dict[Overrides, list[str]] = defaultdict(list)
        rows = db.session.execute(
            select(*overrides, Tenant.slug)
            .join(Tenant, Tenant.id == Agreement.tenant_id)
            .where(Tenant.product_id == product.id)
            .order_by(Tenant.slug)
        )
        for acceptance, production, maintenance, slug in rows:
            slugs[acceptance, production, maintenance].append(slug)
        return cls(product, slugs)

    def announce_by(self, change: Change, planned_at: datetime, only: frozenset[str] | None = None) -> AnnounceBy:
        """Return the deadlines of a change that all tenants must hear of, or ``only`` some. Source: SLA 3.3."""
        zone = self.product.zone
        sla = sla_terms(self.product, planned_at.astimezone(zone).date())
        by_sla = strictest = latest_announcement(change, planned_at, sla, zone)
        tenants: list[str] = []
        for overrides, slugs in self.slugs.items():
            concerned = [slug for slug in slugs if only is None or slug in only]
            deadline = latest_announcement(change, planned_at, under_agreement(sla, overrides), zone)
            if not concerned or deadline >= by_sla or deadline > strictest:
                continue
            tenants = concerned if deadline < strictest else [*tenants, *concerned]
            strictest = deadline
        return AnnounceBy(by_sla, strictest, sorted(tenants))
