"""Which maintenance may be: what comes too late, or within service hours, needs a reason (SLA 3.1, 3.3)."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from evidence.actors import Actor
from schedules.errors import BreaksSLA, refuse
from schedules.models import MaintenanceWindow, Waiver
from schedules.window_judging import LONG, MaintenancePlan, WindowVerdict, judge_window
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.models import Product, Tenant
from tenants.wording import day_and_time_here, length_in_words


def tenants_named(product: Product, slugs: Iterable[str]) -> list[Tenant]:
    """Return the product's tenants with these names. Raises Refused for one that does not exist."""
    wanted = set(slugs)
    found = list(
        db.session.scalars(select(Tenant).where(Tenant.product_id == product.id, Tenant.slug.in_(wanted)))
        if wanted
        else []
    )
    unknown = sorted(wanted - {tenant.slug for tenant in found})
    if unknown:
        refuse("tenants", _("There is no tenant %(slug)s.", slug=unknown[0]))
    return found


def checked_plan(plan: MaintenancePlan) -> MaintenancePlan:
    """The plan with its texts in one form. Raises Refused for all that cannot be used of them."""
    with AllAtOnce() as each:
        return replace(
            plan,
            reference=each(checks.line, "reference", plan.reference, most=40),
            reason_nl=each(checks.line, "reason_nl", plan.reason_nl, most=300),
            reason_en=each(checks.line, "reason_en", plan.reason_en, most=300),
            exception_reason=each(plan.exception_reason.checked, "exception_reason"),
        )


def allowed(
    product: Product, plan: MaintenancePlan, now: datetime, *, window: MaintenanceWindow | None = None
) -> WindowVerdict:
    """Judge, and let pass what has its reason. Raises BreaksSLA or Refused, with nothing left half-written."""
    try:
        verdict = judge_window(product, plan, now, window=window)
        if verdict.breaches:
            plan.exception_reason.must_be_whole("exception_reason")
    except Refused:
        db.session.rollback()
        raise
    if verdict.breaches and not plan.exception_reason:
        db.session.rollback()
        raise BreaksSLA(verdict.breaches)
    if plan.length > LONG and not plan.long_is_meant:
        refuse(
            "ends_at",
            _(
                "Until %(end)s is %(length)s of maintenance. Say that this is meant, or choose an earlier end.",
                end=day_and_time_here(plan.ends_at, product.timezone),
                length=length_in_words(plan.length),
            ),
        )
    return verdict


def exceptions_of(verdict: WindowVerdict, plan: MaintenancePlan, by: Actor, now: datetime) -> list[Waiver]:
    return [Waiver.of(breach, plan.exception_reason, by.name, now) for breach in verdict.breaches]
