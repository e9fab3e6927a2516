"""Verbs that answer a request for an account: by a contact of the tenant, or by a manager of the vendor (SLA 4.1)."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, update

from accounts.contact_letters import tell_removed
from accounts.people import let_in
from accounts.request_letters import tell_of_newcomer, tell_refused
from accounts.request_models import OPEN, AccountRequest, RequestState
from evidence.actors import Actor, May, Role, require
from evidence.chain import Happening, Kind, append
from storage import Conflict, Refused, db
from tenants import checks
from tenants.contacts import ContactFacts, TooManyContacts, give_place, new_contact
from tenants.contacts_on_record import record_name, require_contacts_of
from tenants.models import Contact, Tenant
from tenants.queries import contact_with


def grant_request(
    request: AccountRequest, tenant: Tenant, by: Actor, now: datetime, replaces: Contact | None = None
) -> Contact:
    """Make whoever asks a contact of a tenant, and invite it; ``replaces`` gives up its place for it.

    Raises TooManyContacts where all three places are taken and nobody gives up one; Conflict where somebody answered
    before. Source: SLA 4.1.
    """
    _require_answer(request, tenant, by)
    if replaces is not None and replaces.tenant_id != tenant.id:
        raise Refused("replaces", _("Choose one of these contacts."))
    signature = record_name(tenant.id, by)
    _claim(request, RequestState.GRANTED, signature, now, tenant_id=tenant.id)
    others = [one for one in tenant.contacts if one is not replaces]
    contact = contact_with(tenant, request.email)
    if contact is None:
        if replaces is not None:
            tell_removed(replaces, now)
            give_place(replaces, by, now)
        facts = ContactFacts(request.name, request.email, locale=request.locale)
        try:
            contact = new_contact(tenant, facts, by, now, signature)
        except TooManyContacts:
            way_out = _("Choose whose place %(name)s takes.", name=facts.name)
            raise TooManyContacts("replaces", way_out) from None
    let_in(contact, by, now)
    if by.role is not Role.CONTACT:
        tell_of_newcomer(contact, [one for one in others if one.id != contact.id], now)
    facts_on_record = {"request": request.id, "contact": contact.id}
    append([Happening(Kind.ACCOUNT_GRANTED, signature, tenant.id, facts_on_record)], now)
    db.session.commit()
    return contact


def refuse_request(
    request: AccountRequest, reason: str, by: Actor, now: datetime, tenant: Tenant | None = None
) -> None:
    """Refuse a request with a reason that its asker reads. ``tenant`` is the one whose contact refuses.

    Raises Refused without a reason, Conflict where somebody answered before.
    """
    _require_answer(request, tenant, by)
    words = checks.reason("reason", reason)
    if not words:
        raise Refused("reason", _("Say why: who asked reads it."))
    signature = record_name(tenant.id, by) if tenant is not None else by.name
    _claim(request, RequestState.REFUSED, signature, now, reason=words)
    db.session.refresh(request)
    tell_refused(request, now)
    append([Happening(Kind.ACCOUNT_REFUSED, signature, request.tenant_id, {"request": request.id})], now)
    db.session.commit()


def erase_request(request: AccountRequest, by: Actor) -> None:
    """Erase a request that was answered, with all that it says of a person; the evidence has its number only.

    Raises Refused for one that still waits.
    """
    require(by, May.MANAGE)
    if request.state in OPEN:
        raise Refused("request", _("Answer it first: somebody waits for it."))
    db.session.execute(delete(AccountRequest).where(AccountRequest.id == request.id))
    db.session.commit()


def _require_answer(request: AccountRequest, tenant: Tenant | None, by: Actor) -> None:
    """Raise NotAllowed unless it is a manager, or a contact of the very tenant that the request was laid before."""
    if by.role is Role.CONTACT and tenant is not None and request.tenant_id == tenant.id:
        require_contacts_of(tenant.id, by)
    else:
        require(by, May.MANAGE)


def _claim(request: AccountRequest, state: RequestState, by: str, now: datetime, **values: object) -> None:
    """Answer it, or raise Conflict where somebody did before, be it at the same moment."""
    claimed = db.session.execute(
        update(AccountRequest)
        .where(AccountRequest.id == request.id, AccountRequest.state == RequestState.WAITING)
        .values(state=state, answered_at=now, answered_by=by, **values)
    )
    if not claimed.rowcount:  # type: ignore[attr-defined]
        db.session.rollback()
        raise Conflict("request", _("This request has been answered already."))
