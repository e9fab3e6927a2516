"""Mails about a request for an account, each in the reader's language and in the running transaction."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from accounts.letters import AccountMail, address_of, post
from accounts.request_models import AccountRequest
from tenants.models import Contact


def ask_whether_own(request: AccountRequest, token: str, now: datetime) -> None:
    """Ask the reader of an address whether it is the one who asked for an account."""
    with force_locale(request.locale):
        headline = _("An account for %(organisation)s was asked for with your address.", **_named(request))
        said = AccountMail(
            subject=_("Your request for an account"),
            headline=headline,
            name=request.name,
            paragraphs=[
                _("Was that you? Confirm it within seven days."),
                _("Then a contact of your organisation or we look at your request, and you hear by mail."),
            ],
            link=address_of(f"/account/{token}"),
            link_label=_("Confirm my request"),
            after=[_("Was it not you? Then you do not need to do anything, and we forget it.")],
            why=_why(request),
            product=None,
        )
        post(said, request.email, request.locale, now)


def say_it_waits(request: AccountRequest, now: datetime) -> None:
    """Answer somebody who asks again while its request waits."""
    with force_locale(request.locale):
        said = AccountMail(
            subject=_("Your request for an account"),
            headline=_("We have your request for an account and are looking at it."),
            name=request.name,
            paragraphs=[
                _("You do not need to ask again. You hear by mail, within thirty days and mostly much sooner.")
            ],
            why=_why(request),
            product=request.tenant.product if request.tenant is not None else None,
        )
        post(said, request.email, request.locale, now)


def say_there_is_one(address: str, contact: Contact | None, locale: str, now: datetime) -> None:
    """Answer somebody who has an account; ``contact`` is what it is to a tenant, None for one of us."""
    with force_locale(locale):
        said = AccountMail(
            subject=_("You have an account already"),
            headline=_("You have an account already: sign in with this address."),
            name=contact.name if contact is not None else "",
            link=address_of("/login"),
            link_label=_("Sign in"),
            after=[
                _("If you no longer know your password, ask for a new one where you sign in."),
                _("Was it not you? Then you do not need to do anything: nothing changes."),
            ],
            why=_("You get this because somebody asked for an account with %(address)s.", address=address),
            product=contact.tenant.product if contact is not None else None,
        )
        post(said, address, locale, now)


def tell_contacts(request: AccountRequest, contacts: Iterable[Contact], now: datetime) -> None:
    """Ask a tenant's contacts for an answer."""
    for contact in contacts:
        named = {"name": request.name, "email": request.email, "tenant": contact.tenant.name}
        with force_locale(contact.locale):
            said = AccountMail(
                subject=_("%(name)s asks for an account", **named),
                headline=_("%(name)s (%(email)s) asks for an account for your portal.", **named),
                name=contact.name,
                paragraphs=[_("Do you know this person? Approve it or refuse it on the portal, within thirty days.")],
                link=address_of(f"/portal/{contact.tenant.slug}/contacts"),
                link_label=_("Approve or refuse"),
                why=_(
                    "You get this because you are a contact of %(tenant)s: contacts decide who gets an "
                    "account (SLA 4.1).",
                    **named,
                ),
                product=contact.tenant.product,
            )
            post(said, contact.email, contact.locale, now)


def tell_of_newcomer(newcomer: Contact, contacts: Iterable[Contact], now: datetime) -> None:
    """Tell a tenant's other contacts that the vendor let somebody in."""
    for contact in contacts:
        named = {"name": newcomer.name, "email": newcomer.email, "tenant": newcomer.tenant.name}
        with force_locale(contact.locale):
            said = AccountMail(
                subject=_("%(name)s is now a contact of %(tenant)s", **named),
                headline=_(
                    "%(name)s (%(email)s) asked for an account and is now a contact of %(tenant)s too.", **named
                ),
                name=contact.name,
                paragraphs=[_("Is that not right? Remove this contact on the portal.")],
                link=address_of(f"/portal/{contact.tenant.slug}/contacts"),
                link_label=_("See your contacts"),
                why=_("You get this because you are a contact of %(tenant)s.", **named),
                product=contact.tenant.product,
            )
            post(said, contact.email, contact.locale, now)


def tell_refused(request: AccountRequest, now: datetime) -> None:
    """Tell who asked that it gets no account, why, and who can do something about it."""
    with force_locale(request.locale):
        said = AccountMail(
            subject=_("Your request for an account was not approved"),
            headline=_("Your request for an account for %(organisation)s was not approved.", **_named(request)),
            name=request.name,
            paragraphs=[
                _("The reason: %(reason)s", reason=request.reason),
                _("Do you need one all the same? Ask a colleague who is a contact to add you, or ask the help desk."),
            ],
            why=_why(request),
            product=request.tenant.product if request.tenant is not None else None,
        )
        post(said, request.email, request.locale, now)


def tell_expired(request: AccountRequest, now: datetime) -> None:
    """Tell who asked that nobody answered in time."""
    with force_locale(request.locale):
        headline = _("Nobody answered your request for an account for %(organisation)s in time.", **_named(request))
        said = AccountMail(
            subject=_("Your request for an account has expired"),
            headline=headline,
            name=request.name,
            paragraphs=[
                _("We keep a request for thirty days. We are sorry that you heard nothing."),
                _("Ask a colleague who is a contact to add you, or ask again."),
            ],
            link=address_of("/account"),
            link_label=_("Ask again"),
            why=_why(request),
            product=request.tenant.product if request.tenant is not None else None,
        )
        post(said, request.email, request.locale, now)


def _named(request: AccountRequest) -> dict[str, str]:
    return {"organisation": request.organisation}


def _why(request: AccountRequest) -> str:
    return _("You get this because somebody asked for an account with %(address)s.", address=request.email)
