"""Bulletins as a customer sees them: what was announced to it by hand (SLA 4.1)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select, true

from announcements.models import Bulletin, BulletinKind, BulletinTenant
from storage import db
from storage.sought import finds
from tenants.models import Tenant

# How long an urgent matter stays on the portal's first page once everybody has been reached.
SHOWN_AFTER_CLOSING = timedelta(hours=24)


def bulletins_told(tenant: Tenant, since: datetime | None = None, *, most: int | None = None) -> list[Bulletin]:
    """What was announced to a tenant by hand, ever or since a moment; the newest first, ``most`` at most."""
    lately = true() if since is None else Bulletin.announced_at >= since
    return list(db.session.scalars(_told(tenant).where(lately).limit(most)))


def bulletins_between(tenant: Tenant, start: datetime, end: datetime) -> Select[Bulletin]:
    """Select those of a time, the newest first."""
    query: Select[Bulletin] = _told(tenant).where(Bulletin.announced_at >= start, Bulletin.announced_at < end)
    return query


def bulletins_found(tenant: Tenant, words: list[str]) -> Select[Bulletin]:
    """Select those whose subject has words that begin with these, the newest first."""
    query: Select[Bulletin] = _told(tenant).where(finds(Bulletin, words))
    return query


def first_bulletin_at(tenant: Tenant) -> datetime | None:
    """When the first one was announced, None where there is none."""
    return db.session.scalar(
        select(func.min(Bulletin.announced_at))
        .join(BulletinTenant, BulletinTenant.bulletin_id == Bulletin.id)
        .where(BulletinTenant.tenant_id == tenant.id)
    )


def bulletin_told(tenant: Tenant, bulletin_id: int) -> Bulletin | None:
    """One of those; None for one that did not go to this tenant."""
    return db.session.scalars(_told(tenant).where(Bulletin.id == bulletin_id)).one_or_none()


def urgent_now(tenant: Tenant, now: datetime) -> list[Bulletin]:
    """Urgent matters that are on: until a day after everybody was reached, the newest first."""
    on = Bulletin.closed_at.is_(None) | (Bulletin.closed_at > now - SHOWN_AFTER_CLOSING)
    return list(db.session.scalars(_told(tenant).where(Bulletin.kind == BulletinKind.URGENT, on)))


def _told(tenant: Tenant) -> Any:
    return (
        select(Bulletin)
        .join(BulletinTenant, BulletinTenant.bulletin_id == Bulletin.id)
        .where(BulletinTenant.tenant_id == tenant.id, Bulletin.announced_at.is_not(None))
        .order_by(Bulletin.announced_at.desc(), Bulletin.id.desc())
    )
