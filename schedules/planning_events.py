"""What other systems hear of plans: notices given and missed, releases moved, as `docs/webhooks.md` describes them.

Nothing is asked of the database where nobody listens.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, Says
from sla.terms import NOTICE_CLAUSE, Change
from storage import db
from tenants.models import EnvironmentKind, Product, Tenant
from webhooks.models import EventType
from webhooks.publishing import Event, anybody_listens
from webhooks.wording import in_utc, link

# Databases limit the number of values in one statement.
_AT_ONCE = 5000


def notices(kind: EventType, notice_ids: Collection[int]) -> list[Event]:
    """That notices were given or missed, as they stand in the running transaction."""
    return [
        Event(kind, product_id, notice.tenant_id, _of_notice(notice, product, slug, release, window))
        for notice, product_id, product, slug, release, window in _notices(notice_ids)
    ]


def told_of_move(notice_ids: Collection[int]) -> list[Event]:
    """That updates moved, for their tenants: when it is announced, and not before."""
    return [
        Event(
            EventType.RELEASE_MOVED,
            product_id,
            notice.tenant_id,
            {
                "product": product,
                "tenant": slug,
                "version": release.version,
                "environment": notice.kind.value,
                "planned_at": in_utc(notice.planned_at),
                "previous_at": in_utc(notice.previous_at),
                "clause": notice.clause,
                "link": link(f"/portal/{slug}/releases/{release.version}"),
            },
            for_vendor=False,
        )
        for notice, product_id, product, slug, release, _window in _notices(notice_ids)
        if release is not None and notice.says is Says.MOVED
    ]


def moved(release: Release, before: dict[EnvironmentKind, datetime]) -> list[Event]:
    """That a release has other dates for everybody, for the vendor's systems: at once."""
    return [
        _moved(release, kind, release.planned_at(kind), before[kind], None)
        for kind in EnvironmentKind
        if release.planned_at(kind) != before[kind]
    ]


def moved_for_some(release: Release, change: Change, before: Mapping[int, datetime], after: datetime) -> list[Event]:
    """That a release has another date for some tenants, by the date each had, for the vendor's systems: at once."""
    others = [tenant_id for tenant_id, previous in before.items() if previous != after]
    if not (others and anybody_listens()):
        return []
    slugs: dict[int, str] = {}
    for start in range(0, len(others), _AT_ONCE):
        wanted = Tenant.id.in_(others[start : start + _AT_ONCE])
        slugs |= {row[0]: row[1] for row in db.session.execute(select(Tenant.id, Tenant.slug).where(wanted))}
    kind = EnvironmentKind(change.value)
    return [_moved(release, kind, after, before[one], slugs.get(one)) for one in others]


def _notices(ids: Collection[int]) -> Iterable[Any]:
    """Notices with product's id and slug, tenant's slug, release and maintenance window; none where nobody listens."""
    if not (ids and anybody_listens()):
        return
    wanted = sorted(ids)
    for start in range(0, len(wanted), _AT_ONCE):
        yield from db.session.execute(
            select(Notice, Product.id, Product.slug, Tenant.slug, Release, MaintenanceWindow)
            .join(Tenant, Tenant.id == Notice.tenant_id)
            .join(Product, Product.id == Tenant.product_id)
            .outerjoin(Release, Release.id == Notice.release_id)
            .outerjoin(MaintenanceWindow, MaintenanceWindow.id == Notice.maintenance_id)
            .where(Notice.id.in_(wanted[start : start + _AT_ONCE]))
            .order_by(Notice.id)
            .execution_options(populate_existing=True)
        )


def _of_notice(
    notice: Notice, product: str, tenant: str, release: Release | None, window: MaintenanceWindow | None
) -> dict[str, Any]:
    path = "maintenance" if release is None else f"releases/{release.version}"
    of_window = [] if window is None else [kind.value for kind in window.environments]
    return {
        "product": product,
        "tenant": tenant,
        "change": "maintenance" if notice.kind is Change.MAINTENANCE else "release",
        "version": release.version if release is not None else None,
        "reference": window.reference if window is not None else None,
        "environments": of_window or [notice.kind.value],
        "says": notice.says.value,
        "planned_at": in_utc(notice.planned_at),
        "previous_at": in_utc(notice.previous_at),
        "deadline_at": in_utc(notice.deadline_at),
        "given_at": in_utc(notice.given_at),
        "missed_at": in_utc(notice.missed_at),
        "clause": notice.clause,
        "link": link(f"/portal/{tenant}/{path}"),
    }


def _moved(
    release: Release, kind: EnvironmentKind, planned_at: datetime, previous_at: datetime, tenant: str | None
) -> Event:
    data = {
        "product": release.product.slug,
        "tenant": tenant,
        "version": release.version,
        "environment": kind.value,
        "planned_at": in_utc(planned_at),
        "previous_at": in_utc(previous_at),
        "clause": NOTICE_CLAUSE,
        "link": link(f"/planner/releases/{release.id}"),
    }
    # Not of the tenant: it would hear of it before it is announced.
    return Event(EventType.RELEASE_MOVED, release.product_id, None, data)
