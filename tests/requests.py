"""Somebody who asks for an account, as tests tell it."""

from sqlalchemy import func, select

from accounts.request_models import AccountRequest, RequestState
from storage import db
from tenants.models import Tenant
from tests.world import NOW


def waiting_request(tenant: Tenant | None, name: str = "Sam Smit", email: str = "sam@asks.example") -> AccountRequest:
    """A request whose address is confirmed, laid before a tenant's contacts or before the vendor alone."""
    row = AccountRequest(
        name=name,
        email=email,
        organisation="De Brug",
        locale="en",
        state=RequestState.WAITING,
        token_hash=email.ljust(64, "-"),
        asked_at=NOW,
        confirmed_at=NOW,
        tenant_id=tenant.id if tenant else None,
    )
    db.session.add(row)
    db.session.commit()
    return row


def waiting_requests() -> int:
    """How many wait for an answer, of a contact or of the vendor."""
    waiting = AccountRequest.state == RequestState.WAITING
    return db.session.scalar(select(func.count(AccountRequest.id)).where(waiting)) or 0
