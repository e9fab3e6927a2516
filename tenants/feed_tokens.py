"""Secret calendar addresses: derived from a key outside the database, found by their hash.

A stolen database gives no address away, and the portal can still show it at any time.
"""

import base64
import hashlib
import hmac
from datetime import datetime

from sqlalchemy import select

from storage import db
from tenants.models import FeedToken, Tenant


def derive(key: str, tenant_id: int, generation: int) -> str:
    """Return the 256-bit token of a tenant's feed, as 43 characters that fit in an address."""
    digest = hmac.digest(key.encode(), f"feed:{tenant_id}:{generation}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def hash_of(token: str) -> str:
    """What the database knows of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(key: str, tenant_ids: list[int], now: datetime) -> None:
    """Give tenants that are new their first address."""
    db.session.add_all(
        FeedToken(tenant_id=tenant_id, generation=1, token_hash=hash_of(derive(key, tenant_id, 1)), created_at=now)
        for tenant_id in tenant_ids
    )


def renew(key: str, tenant: Tenant, now: datetime) -> None:
    """Put a new address in the place of the old one, which is unknown from then on."""
    row = db.session.scalars(select(FeedToken).where(FeedToken.tenant_id == tenant.id).with_for_update()).one()
    row.generation += 1
    row.token_hash = hash_of(derive(key, tenant.id, row.generation))
    row.created_at = now
    db.session.commit()


def current(key: str, tenant_id: int) -> str | None:
    """Return a tenant's token, None where it has none or the key is not the one it was derived from."""
    row = db.session.scalars(select(FeedToken).where(FeedToken.tenant_id == tenant_id)).one_or_none()
    if row is None:
        return None
    token = derive(key, tenant_id, row.generation)
    return token if hmac.compare_digest(hash_of(token), row.token_hash) else None


def tenant_of(token: str) -> Tenant | None:
    """Return the tenant whose feed this is, None for an unknown token."""
    return db.session.scalars(
        select(Tenant).join(FeedToken, FeedToken.tenant_id == Tenant.id).where(FeedToken.token_hash == hash_of(token))
    ).one_or_none()
