"""Hold the plan of a maintenance window against the contract, without writing (SLA 3.1, 3.3)."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from schedules.judging import OFFER_STANDS_FOR, terms_to_keep_in_move, whole_minute
from schedules.models import Impact, MaintenanceWindow
from schedules.notices import Notice
from schedules.reasons import NO_REASON, Reason
from sla.breaches import Breach
from sla.notice import notice_breaches
from sla.periods import Period
from sla.service_hours import service_hours_breach
from sla.terms import Change, Terms
from storage import AllAtOnce, Refused
from tenants.models import EnvironmentKind, Product, Tenant
from tenants.terms import sla_terms, terms_in_force

# Maintenance that is longer than this may have a slip of the pen in its dates: it is asked for twice.
LONG = timedelta(hours=48)


@dataclass(frozen=True)
class MaintenancePlan:
    """A maintenance window as it is asked for; no ``tenants`` means all of the product's."""

    reference: str
    starts_at: datetime
    ends_at: datetime
    environments: frozenset[EnvironmentKind]
    impact: Impact
    reason_nl: str
    reason_en: str
    tenants: tuple[str, ...] = ()
    # Why it is announced later than a week ahead, or falls in service hours.
    exception_reason: Reason = NO_REASON
    # That it is meant to be longer than maintenance ever is.
    long_is_meant: bool = False

    @property
    def length(self) -> timedelta:
        return self.ends_at.astimezone(UTC) - self.starts_at.astimezone(UTC)


@dataclass(frozen=True)
class WindowVerdict:
    """What the contract says of a window, and how long ahead it must be announced, to any of those it touches."""

    breaches: list[Breach]
    periods: frozenset[Period]


def judge_window(
    product: Product, plan: MaintenancePlan, now: datetime, *, window: MaintenanceWindow | None = None
) -> WindowVerdict:
    """Hold a window against the contract without writing. Raises Refused for a window that cannot be."""
    with AllAtOnce() as each:
        if plan.ends_at <= plan.starts_at:
            each.add(Refused("ends_at", _("The end must come after the start. Choose a later moment.")))
        if plan.starts_at <= now:
            each.add(Refused("starts_at", _("This moment has passed. Choose a later one.")))
        each(check_environments, plan.environments)
    offering_at = whole_minute(now + OFFER_STANDS_FOR)
    terms = [] if plan.impact is Impact.NO_IMPACT else _terms_to_keep(product, plan, window)
    breaches = notice_breaches(Change.MAINTENANCE, plan.starts_at, now, terms, product.zone)
    if breaches:
        offered = notice_breaches(Change.MAINTENANCE, plan.starts_at, offering_at, terms, product.zone)[0].earliest
        breaches = [replace(breach, earliest=offered) for breach in breaches]
    sla = sla_terms(product, plan.starts_at.astimezone(product.zone).date())
    inside = service_hours_breach(plan.starts_at, plan.ends_at, sla, product.zone)
    if inside is not None and plan.impact is not Impact.NO_IMPACT:
        breaches = [*breaches, inside]
    return WindowVerdict(breaches, frozenset(one.maintenance_notice for one in terms))


def check_environments(environments: Collection[EnvironmentKind]) -> None:
    """Raise Refused where maintenance touches none."""
    if not environments:
        raise Refused("environments", _("Choose at least one environment."))


def _terms_to_keep(product: Product, plan: MaintenancePlan, window: MaintenanceWindow | None) -> list[Terms]:
    """The terms a start must suit: of all it touches, but in a move only of those whose notice does not hold."""
    touched = select(Tenant.id).where(Tenant.product_id == product.id)
    if plan.tenants:
        touched = touched.where(Tenant.slug.in_(plan.tenants))
    if window is not None:
        return terms_to_keep_in_move(product, plan.starts_at, Notice.maintenance_id == window.id, touched)
    return terms_in_force(product, plan.starts_at, touched).all
