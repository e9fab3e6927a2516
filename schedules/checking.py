"""What a release would do, before anybody plans it; nothing is written."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from evidence.actors import Actor, May, require
from schedules.clashes import Clash
from schedules.ground import Ground
from schedules.in_the_way import in_the_way
from schedules.judging import ReleasePlan, Verdict, judge
from schedules.losing_support import versions_losing_support
from schedules.release_words import checked_plan, version_is_new
from sla.terms import Change
from storage import db
from tenants.audiences import Audience, audience
from tenants.models import Environment, EnvironmentKind, Installation, Product, Tenant


@dataclass(frozen=True)
class Check:
    """What the contract says of a plan, whom it would reach, and the tenants by version that it leaves behind."""

    verdict: Verdict
    audience: Audience
    # What stands in the way without breaking a promise.
    clashes: list[Clash]
    # Slugs in order, by the version that the tenants run in production.
    losing: list[tuple[str, list[str]]]


def check_release(product: Product, plan: ReleasePlan, by: Actor, now: datetime) -> Check:
    """Hold a plan against the contract and count what comes of it. Source: SLA 3.3, 4.2.

    Breaches are in the answer. Raises VersionExists, and Refused for a value that cannot be used, as planning does.
    """
    require(by, May.PLAN)
    plan = checked_plan(plan)
    version_is_new(product, plan.version)
    verdict = judge(product, plan, now)
    versions = [version for version, _number in versions_losing_support(product, plan.version)]
    slugs = _running(product, versions)
    dates = {Change.ACCEPTANCE: plan.acceptance_at, Change.PRODUCTION: plan.production_at}
    clashes = in_the_way(Ground.of(product, now), plan.version, dates, now)
    return Check(verdict, audience(product), clashes, [(version, slugs[version]) for version in versions])


def _running(product: Product, versions: list[str]) -> dict[str, list[str]]:
    """The tenants that run these versions in production, by version; one query."""
    found: dict[str, list[str]] = defaultdict(list)
    if not versions:
        return found
    rows = db.session.execute(
        select(Installation.version, Tenant.slug)
        .join(Environment, Environment.id == Installation.environment_id)
        .join(Tenant, Tenant.id == Environment.tenant_id)
        .where(
            Tenant.product_id == product.id,
            Environment.kind == EnvironmentKind.PRODUCTION,
            Installation.replaced_at.is_(None),
            Installation.version.in_(versions),
        )
        .order_by(Tenant.slug)
    )
    for version, slug in rows:
        found[version].append(slug)
    return found
