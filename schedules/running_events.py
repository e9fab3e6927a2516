"""What other systems hear of what runs: versions, maintenance under way, as `docs/webhooks.md` describes them.

Nothing is asked of the database where nobody listens.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select

from schedules.models import MaintenanceProgress, MaintenanceWindow, Progress
from schedules.notices import Notice
from schedules.queries import told_of
from sla.terms import NOTICE_CLAUSE
from storage import db
from tenants.models import Environment, EnvironmentKind, Installation, Product, Tenant
from webhooks.models import EventType
from webhooks.publishing import Event, anybody_listens
from webhooks.wording import in_utc, link

# Databases limit the number of values in one statement.
_AT_ONCE = 5000
_OF_PROGRESS = {Progress.STARTED: EventType.MAINTENANCE_STARTED, Progress.DONE: EventType.MAINTENANCE_ENDED}


def versions(installations: Sequence[tuple[int, str]], version: str, at: datetime) -> list[Event]:
    """That the clock recorded environments as updated: each by its id, with what it ran before."""
    if not (installations and anybody_listens()):
        return []
    before = dict(installations)
    found = []
    ids = sorted(before)
    for start in range(0, len(ids), _AT_ONCE):
        rows = db.session.execute(
            select(Environment.id, Environment.kind, Tenant.id, Tenant.slug, Product.id, Product.slug)
            .join(Tenant, Tenant.id == Environment.tenant_id)
            .join(Product, Product.id == Tenant.product_id)
            .where(Environment.id.in_(ids[start : start + _AT_ONCE]))
            .order_by(Environment.id)
        )
        found += [
            _version(product_id, product, tenant_id, slug, kind, version, before[environment_id], at, "plan", "")
            for environment_id, kind, tenant_id, slug, product_id, product in rows
        ]
    return found


def version_reported(row: Installation, tenant: Tenant, kind: EnvironmentKind) -> list[Event]:
    """That somebody reported what an environment runs now; none where the report is about the past."""
    if row.replaced_at is not None or not anybody_listens():
        return []
    before = db.session.scalar(
        select(Installation.version)
        .where(Installation.environment_id == row.environment_id, Installation.id != row.id)
        .order_by(Installation.installed_at.desc(), Installation.id.desc())
        .limit(1)
    )
    product = tenant.product
    facts = (kind, row.version, before or "", row.installed_at, row.source.value, row.breach)
    return [_version(product.id, product.slug, tenant.id, tenant.slug, *facts)]


def progress(row: MaintenanceProgress, window: MaintenanceWindow) -> list[Event]:
    """That maintenance starts or has ended, for the vendor's systems and for each tenant that was told of it."""
    kind = _OF_PROGRESS.get(row.kind)
    if kind is None or not anybody_listens():
        return []
    data = {
        "product": window.product.slug,
        "tenant": None,
        "reference": window.reference,
        "environments": [environment.value for environment in window.environments],
        "impact": window.impact.value,
        "starts_at": in_utc(window.starts_at),
        "ends_at": in_utc(window.ends_at),
        "expected_until": in_utc(window.expected_until),
        "started_at": in_utc(window.started_at),
        "done_at": in_utc(window.done_at),
        "clause": NOTICE_CLAUSE,
        "link": link(f"/planner/maintenance/{window.id}"),
    }
    tenants = db.session.execute(
        select(Tenant.id, Tenant.slug)
        .join(Notice, Notice.tenant_id == Tenant.id)
        .where(told_of(window))
        .distinct()
        .order_by(Tenant.id)
    )
    return [
        Event(kind, window.product_id, None, data),
        *(
            Event(
                kind,
                window.product_id,
                tenant_id,
                data | {"tenant": slug, "link": link(f"/portal/{slug}/maintenance")},
                for_vendor=False,
            )
            for tenant_id, slug in tenants
        ),
    ]


def _version(
    product_id: int,
    product: str,
    tenant_id: int,
    tenant: str,
    kind: EnvironmentKind,
    version: str,
    before: str,
    at: datetime,
    source: str,
    breach: str,
) -> Event:
    data = {
        "product": product,
        "tenant": tenant,
        "environment": kind.value,
        "version": version,
        "previous_version": before or None,
        "installed_at": in_utc(at),
        "source": source,
        "breach": breach or None,
        "clause": NOTICE_CLAUSE,
        "link": link(f"/portal/{tenant}"),
    }
    return Event(EventType.VERSION_CHANGED, product_id, tenant_id, data)
