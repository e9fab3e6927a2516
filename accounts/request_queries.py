"""Reads of requests for an account."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from accounts.models import User
from accounts.request_models import OPEN, AccountRequest, RequestState
from storage import db
from storage.paging import Listed, listed
from tenants.models import Contact, Tenant

# Whose customers anybody may be: an address there says nothing of where a person works.
_FREE_MAIL = """
aol.com casema.nl chello.nl gmail.com gmx.com gmx.de gmx.net googlemail.com hetnet.nl home.nl hotmail.com
hotmail.nl icloud.com kpnmail.nl kpnplanet.nl live.com live.nl mac.com mail.com me.com msn.com online.nl
outlook.com outlook.nl planet.nl pm.me proton.me protonmail.com quicknet.nl skynet.be solcon.nl t-online.de
tele2.nl telenet.be upcmail.nl web.de xs4all.nl yahoo.com yahoo.fr ymail.com zeelandnet.nl ziggo.nl
zonnet.nl
"""
FREE_MAIL = frozenset(_FREE_MAIL.split())


def requests_of_tenant(tenant: Tenant) -> Sequence[AccountRequest]:
    """Requests that a tenant's contacts may answer, the first one first."""
    return db.session.scalars(
        select(AccountRequest)
        .where(AccountRequest.tenant_id == tenant.id, AccountRequest.state == RequestState.WAITING)
        .order_by(AccountRequest.asked_at, AccountRequest.id)
    ).all()


def answered_request(tenant: Tenant, request_id: int) -> AccountRequest | None:
    """A request that was laid before a tenant's contacts and needs no answer any more."""
    return db.session.scalars(
        select(AccountRequest).where(
            AccountRequest.id == request_id, AccountRequest.tenant_id == tenant.id, AccountRequest.state.not_in(OPEN)
        )
    ).one_or_none()


def requests_waiting(page: int = 1) -> Listed:
    """A page of those that wait, the first one first."""
    return listed(
        select(AccountRequest)
        .where(AccountRequest.state == RequestState.WAITING)
        .options(joinedload(AccountRequest.tenant))
        .order_by(AccountRequest.asked_at, AccountRequest.id),
        page,
    )


def requests_answered(page: int) -> Listed:
    """A page of those that were answered or have expired, the last one first."""
    answered = (RequestState.GRANTED, RequestState.REFUSED, RequestState.EXPIRED)
    return listed(
        select(AccountRequest)
        .where(AccountRequest.state.in_(answered))
        .options(joinedload(AccountRequest.tenant))
        .order_by(AccountRequest.asked_at.desc(), AccountRequest.id.desc()),
        page,
    )


def tenants_by_domain(address: str, most: int, *, proven: bool = False) -> Sequence[Tenant]:
    """Tenants that have a contact at the same domain, by name; none at a domain where anybody may have an address.

    ``proven`` counts only contacts who chose a password: each is known to read mail there.
    """
    domain = address.rpartition("@")[2]
    if domain in FREE_MAIL:
        return []
    like = "%@" + domain.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    there = select(Contact.tenant_id).where(Contact.email.like(like, escape="\\"))
    if proven:
        there = there.join(User, User.email == Contact.email).where(User.password.is_not(None))
    return db.session.scalars(
        select(Tenant).where(Tenant.id.in_(there)).order_by(Tenant.name, Tenant.id).limit(most)
    ).all()


def tenant_by_domain(address: str) -> Tenant | None:
    """The one tenant that has a contact at the same domain; None where there is none, or more than one.

    A contact can say of a colleague that its address is at any domain: such a one does not count until it comes in.
    """
    found = tenants_by_domain(address, 2, proven=True)
    return found[0] if len(found) == 1 else None
