"""Take over maintenance from another administration, in the running transaction; nothing here commits."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from evidence.actors import Actor
from evidence.chain import Happening
from schedules import on_record
from schedules.history import stands_at
from schedules.models import Impact, MaintenanceWindow
from storage import Refused, db
from tenants.history import TakenOver
from tenants.models import EnvironmentKind, Product, Tenant


@dataclass(frozen=True)
class WindowRecord:
    """A maintenance window as another administration knows it; no tenants means all."""

    reference: str
    starts_at: datetime
    ends_at: datetime
    environments: frozenset[EnvironmentKind]
    impact: Impact
    reason_nl: str = ""
    reason_en: str = ""
    tenants: tuple[Tenant, ...] = ()


def take_over_window(
    product: Product, record: WindowRecord, by: Actor, now: datetime
) -> tuple[TakenOver, list[Happening]]:
    """Make a maintenance window that is not there yet, or renew the reasons of the one that is.

    Returns which, and what is to go on record at the end of the transaction.

    Raises Refused for what cannot be, and for one that stands otherwise: that is a change, which is announced.
    """
    if record.ends_at <= record.starts_at:
        raise Refused("ends_at", _("The end must come after the start. Choose a later moment."))
    standing = db.session.scalars(
        select(MaintenanceWindow).where(
            MaintenanceWindow.product_id == product.id, MaintenanceWindow.reference == record.reference
        )
    ).one_or_none()
    if standing is not None:
        return _renew_window(standing, record, by, now), []
    window = MaintenanceWindow(
        product=product,
        reference=record.reference,
        starts_at=record.starts_at,
        ends_at=record.ends_at,
        acceptance=EnvironmentKind.ACCEPTANCE in record.environments,
        production=EnvironmentKind.PRODUCTION in record.environments,
        impact=record.impact,
        reason_nl=record.reason_nl,
        reason_en=record.reason_en,
        all_tenants=not record.tenants,
        tenants=list(record.tenants),
        planned_by=by.name,
        changed_by=by.name,
        created_at=now,
        changed_at=now,
        imported=True,
    )
    db.session.add(window)
    db.session.flush()
    return TakenOver.NEW, [on_record.taken_over(window, by)]


def _renew_window(window: MaintenanceWindow, record: WindowRecord, by: Actor, now: datetime) -> TakenOver:
    for field in ("starts_at", "ends_at"):
        if getattr(window, field) != getattr(record, field):
            raise Refused(field, stands_at(window.product, getattr(window, field)))
    same = {
        "environments": frozenset(window.environments) == record.environments,
        "impact": window.impact is record.impact,
        "tenants": {tenant.id for tenant in window.tenants} == {tenant.id for tenant in record.tenants},
    }
    for field, equal in same.items():
        if not equal:
            raise Refused(
                field,
                _("This maintenance is recorded differently here. Cancel it and plan it anew: readers were told."),
            )
    reasons = record.reason_nl, record.reason_en
    if window.cancelled_at is not None or reasons == (window.reason_nl, window.reason_en):
        return TakenOver.UNCHANGED
    window.reason_nl, window.reason_en = reasons
    window.changed_at, window.changed_by = now, by.name
    return TakenOver.CHANGED
