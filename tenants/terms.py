"""Which terms hold for whom: the product's SLA of the day, and each tenant's agreement over it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, func, select

from sla.periods import Period
from sla.terms import Change, Terms
from storage import db
from tenants.models import Agreement, Product, Tenant

Overrides = tuple[str | None, str | None, str | None]


def sla_terms(product: Product, on: date) -> Terms:
    """Return the terms of the product's SLA in effect on a day: the newest version replaces all earlier ones.

    Before the first version's day that first version holds. Source: SLA 0.
    """
    in_effect = [sla for sla in product.agreements if sla.effective_on <= on] or product.agreements[:1]
    if not in_effect:
        return Terms()
    sla = in_effect[-1]
    return Terms(
        acceptance_notice=Period.parse(sla.acceptance_notice),
        production_notice=Period.parse(sla.production_notice),
        maintenance_notice=Period.parse(sla.maintenance_notice),
    )


def under_agreement(terms: Terms, overrides: Overrides) -> Terms:
    """Lay one tenant's agreement over the SLA's terms."""
    return terms.under(dict(zip(Change, overrides, strict=True)))


def terms_of(tenant: Tenant, on: date) -> Terms:
    """Return what holds for one tenant on a day. Source: SLA 0."""
    terms, own = sla_terms(tenant.product, on), tenant.agreement
    if own is None:
        return terms
    return under_agreement(terms, (own.acceptance_notice, own.production_notice, own.maintenance_notice))


@dataclass(frozen=True)
class TermsInForce:
    """The distinct terms of a product's tenants, each with the number of tenants it holds for."""

    sla: Terms
    tenants: dict[Terms, int]

    @property
    def all(self) -> list[Terms]:
        """Every distinct terms; the SLA's where there is no tenant yet."""
        return list(self.tenants) or [self.sla]


def terms_in_force(product: Product, planned_at: datetime, tenants: Select[int] | None = None) -> TermsInForce:
    """Return the terms that hold for a change on a day, for all tenants or for those whose ids are selected.

    One query, whatever the number of tenants.
    """
    sla = sla_terms(product, planned_at.astimezone(product.zone).date())
    overrides = (Agreement.acceptance_notice, Agreement.production_notice, Agreement.maintenance_notice)
    query = (
        select(*overrides, func.count())
        .select_from(Tenant)
        .outerjoin(Agreement)
        .where(Tenant.product_id == product.id)
        .group_by(*overrides)
    )
    if tenants is not None:
        query = query.where(Tenant.id.in_(tenants))
    counted: Counter[Terms] = Counter()
    for acceptance, production, maintenance, number in db.session.execute(query):
        counted[under_agreement(sla, (acceptance, production, maintenance))] += number
    return TermsInForce(sla, dict(counted))
