"""What an alarm's text and page are made of: written into its row when it is raised, so that it stays readable."""

from typing import Any

from sqlalchemy import select

from alarms.causes import Cause
from alarms.deadlines import Duty
from alarms.models import AlarmKind
from schedules.models import Release
from schedules.notices import Notice
from storage import db
from tenants.models import Product, Tenant

NAMED = 5


def facts_of(cause: Cause) -> dict[str, Any]:
    """Return the facts of a cause as plain values: product, change, moments, how many tenants and the first of them."""
    facts = {name: value for name, value in cause.facts.items() if name != "duty"} | {"number": cause.number}
    if cause.tenants is not None:
        names = cause.tenants.order_by(Tenant.name).limit(NAMED)
        facts["tenants"] = list(db.session.scalars(names))
    duty = cause.facts.get("duty")
    if isinstance(duty, Duty):
        return facts | _of_duty(duty, cause)
    zone = db.session.scalar(select(Product.timezone).order_by(Product.id).limit(1))
    return {"zone": zone or "UTC"} | facts


def _of_duty(duty: Duty, cause: Cause) -> dict[str, Any]:
    change = duty.change
    if change is None:
        raise LookupError(f"the change of {duty.subject}")
    planned_at = db.session.scalar(select(Notice.planned_at).where(duty.rows).limit(1)) or duty.until
    facts = {
        "product": change.product.name,
        "zone": change.product.timezone,
        "change": change.version if isinstance(change, Release) else change.reference,
        "kind": duty.kind.value,
        "says": duty.says.value,
        "until": duty.until.isoformat(),
        "planned": planned_at.isoformat(),
        "page": f"/planner/{'releases' if isinstance(change, Release) else 'maintenance'}/{change.id}",
    }
    if cause.kind is AlarmKind.OUT_OF_REACH and cause.number == 1 and cause.tenants is not None:
        # What is to be mended is the one tenant's page.
        slug = db.session.scalar(cause.tenants.with_only_columns(Tenant.slug).limit(1))
        facts["page"] = f"/planner/tenants/{slug}"
    return facts
