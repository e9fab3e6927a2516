"""Ask for an account, and show that the address is one's own (SLA 4.1). Nobody learns here who our customers are."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from accounts.people import first_contact_with, let_in, user_with
from accounts.request_letters import ask_whether_own, say_it_waits, say_there_is_one, tell_contacts, tell_expired
from accounts.request_models import OPEN, AccountRequest, RequestState
from accounts.request_pace import TO_ONE_ADDRESS, forget_paces, mailbox_of, too_often
from accounts.request_queries import tenant_by_domain
from evidence.actors import THE_CLOCK
from evidence.chain import Happening, Kind, append
from storage import AllAtOnce, db
from tenants import checks

LINK_GOOD_FOR = timedelta(days=7)
EXPIRES_AFTER = timedelta(days=30)
# An answered request is of use while somebody may ask about it; then its personal data is erased with the row.
KEPT_FOR = timedelta(days=90)


@dataclass(frozen=True)
class RequestFacts:
    """What somebody says who asks; texts as typed."""

    name: str
    email: str
    organisation: str


def ask_for_account(facts: RequestFacts, locale: str, now: datetime) -> None:
    """Take note of a request and mail its address; whatever is known of that address, it looks the same from outside.

    Who has an account is told so in that mail, and who is a contact without one is invited. Raises Refused for a value
    that cannot be used. Source: SLA 4.1.
    """
    with AllAtOnce() as each:
        name = each(checks.name, "name", facts.name, most=160)
        address = each(checks.email, "email", facts.email)
        organisation = each(checks.name, "organisation", facts.organisation, most=160)
    if too_often("address", mailbox_of(address), TO_ONE_ADDRESS, now):
        return
    user, contact = user_with(address), first_contact_with(address)
    if user is not None and (not user.is_contact or (contact is not None and user.password is not None)):
        say_there_is_one(address, contact, locale, now)
    elif contact is not None:
        let_in(contact, THE_CLOCK, now)
    else:
        _note(AccountRequest(name=name, email=address, organisation=organisation, locale=locale), now)
    db.session.commit()


def request_to_confirm(token: str, now: datetime) -> AccountRequest | None:
    """The request that a link stands for; None where it was used, is too old, or was never ours."""
    return db.session.scalars(
        select(AccountRequest).where(
            AccountRequest.token_hash == hash_of(token),
            AccountRequest.state == RequestState.ASKED,
            AccountRequest.asked_at > now - LINK_GOOD_FOR,
        )
    ).one_or_none()


def confirm_request(token: str, now: datetime) -> bool:
    """Let a request wait for its answer, now that its address has shown to be real; False for a link that is used.

    The contacts of the one tenant with contacts at that domain are asked; else the vendor finds out whose it is.
    """
    request = request_to_confirm(token, now)
    if request is None:
        return False
    tenant = tenant_by_domain(request.email)
    claimed = db.session.execute(
        update(AccountRequest)
        .where(AccountRequest.id == request.id, AccountRequest.state == RequestState.ASKED)
        .values(state=RequestState.WAITING, confirmed_at=now, tenant_id=tenant.id if tenant else None)
    )
    if not claimed.rowcount:  # type: ignore[attr-defined]
        db.session.rollback()
        return False
    if tenant is not None:
        tell_contacts(request, tenant.contacts, now)
    facts = {"request": request.id}
    append([Happening(Kind.ACCOUNT_ASKED, "requester", tenant.id if tenant else None, facts)], now)
    db.session.commit()
    return True


def expire_requests(now: datetime) -> int:
    """End what nobody answered in thirty days, and erase what is no longer needed; returns how many ended. Commits."""
    db.session.execute(
        delete(AccountRequest).where(
            AccountRequest.state == RequestState.ASKED, AccountRequest.asked_at <= now - LINK_GOOD_FOR
        )
    )
    db.session.execute(
        delete(AccountRequest).where(AccountRequest.state.not_in(OPEN), AccountRequest.answered_at <= now - KEPT_FOR)
    )
    forget_paces(now)
    ended = db.session.scalars(
        select(AccountRequest)
        .where(AccountRequest.state == RequestState.WAITING, AccountRequest.asked_at <= now - EXPIRES_AFTER)
        .order_by(AccountRequest.id)
        # Another worker that expires the same ones, or somebody who answers at this moment, goes first.
        .with_for_update(skip_locked=True)
    ).all()
    for request in ended:
        request.state, request.answered_at = RequestState.EXPIRED, now
        tell_expired(request, now)
    if ended:
        append(
            [Happening(Kind.ACCOUNT_EXPIRED, THE_CLOCK.name, one.tenant_id, {"request": one.id}) for one in ended], now
        )
    db.session.commit()
    return len(ended)


def hash_of(token: str) -> str:
    """What the database knows of a link. It is random enough to need no salt."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _note(request: AccountRequest, now: datetime) -> None:
    """Write a request down and ask for confirmation; one of the same address that is open is renewed."""
    standing = _open(request.email)
    if standing is not None and standing.state is RequestState.WAITING:
        say_it_waits(standing, now)
        return
    token = secrets.token_urlsafe(32)
    if standing is not None:
        standing.name, standing.organisation, standing.locale = request.name, request.organisation, request.locale
        request = standing
    request.state, request.token_hash, request.asked_at = RequestState.ASKED, hash_of(token), now
    db.session.add(request)
    try:
        db.session.flush()
    except IntegrityError:
        # The same person pressed twice; the other one's mail has a link that works.
        db.session.rollback()
        return
    ask_whether_own(request, token, now)


def _open(address: str) -> AccountRequest | None:
    return db.session.scalars(
        select(AccountRequest)
        .where(AccountRequest.email == address, AccountRequest.state.in_(OPEN))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
