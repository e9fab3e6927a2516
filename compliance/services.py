"""Verbs on outages (SLA 3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from compliance.models import Outage
from storage import Refused, db
from tenants.history import TakenOver
from tenants.models import EnvironmentKind, Product, Tenant


@dataclass(frozen=True)
class OutageRecord:
    """An outage as another administration knows it; no tenants means all."""

    environment: EnvironmentKind
    starts_at: datetime
    ends_at: datetime
    cause: str
    tenants: Sequence[Tenant] = ()


def take_over_outage(product: Product, record: OutageRecord, now: datetime) -> TakenOver:
    """Make an outage that is not there yet, in the running transaction.

    Raises Refused for what cannot be, and for one that stands otherwise: a report may rest on it.
    """
    if record.ends_at <= record.starts_at:
        raise Refused("ends_at", _("The end must come after the start. Choose a later moment."))
    if record.ends_at > now:
        raise Refused("ends_at", _("This moment has not come yet."))
    standing = db.session.scalars(
        select(Outage)
        .where(
            Outage.product_id == product.id,
            Outage.environment == record.environment,
            Outage.starts_at == record.starts_at,
            Outage.cause == record.cause,
        )
        .options(selectinload(Outage.tenants))
    ).one_or_none()
    if standing is not None:
        if standing.ends_at != record.ends_at:
            local = f"{standing.ends_at.astimezone(product.zone):%Y-%m-%dT%H:%M}"
            raise Refused("ends_at", _("It stands with its end at %(local)s. Correct it in the product.", local=local))
        if {tenant.id for tenant in standing.tenants} != {tenant.id for tenant in record.tenants}:
            raise Refused("tenants", _("It stands for other tenants. Correct it in the product."))
        return TakenOver.UNCHANGED
    db.session.add(
        Outage(
            product=product,
            environment=record.environment,
            starts_at=record.starts_at,
            ends_at=record.ends_at,
            cause=record.cause,
            all_tenants=not record.tenants,
            tenants=list(record.tenants),
        )
    )
    return TakenOver.NEW
