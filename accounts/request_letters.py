"""Mails about a request for an account, each in the reader's language and in the running transaction."""

from collections.abc import Iterable
from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from accounts.contact_letters import address_of, mail
from accounts.request_models import AccountRequest
from tenants.models import Contact


def ask_whether_own(request: AccountRequest, token: str, now: datetime) -> None:
    """Ask the reader of an address whether it is the one who asked for an account."""
    with force_locale(request.locale):
        paragraphs = [
            _("Hello %(name)s,", name=request.name),
            _("Somebody, we think you, asks for an account for %(organisation)s.", organisation=request.organisation),
            _("Follow this link to confirm it, within seven days. Then we look at it:"),
            address_of(f"/account/{token}"),
            _("Was it not you? Then do nothing, and we forget it."),
        ]
        mail(request.email, request.locale, _("Your request for an account"), paragraphs, now)


def say_it_waits(request: AccountRequest, now: datetime) -> None:
    """Answer somebody who asks again while its request waits."""
    with force_locale(request.locale):
        paragraphs = [
            _("Hello %(name)s,", name=request.name),
            _("We have your request for an account and are looking at it. You hear from us by mail."),
        ]
        mail(request.email, request.locale, _("Your request for an account"), paragraphs, now)


def say_there_is_one(address: str, locale: str, now: datetime) -> None:
    """Answer somebody who has an account."""
    with force_locale(locale):
        paragraphs = [
            _("You ask for an account, and you have one: sign in with this address."),
            address_of("/login"),
            _("If you no longer know your password, ask for a new one there."),
        ]
        mail(address, locale, _("You have an account already"), paragraphs, now)


def tell_contacts(request: AccountRequest, contacts: Iterable[Contact], now: datetime) -> None:
    """Ask a tenant's contacts for an answer."""
    for contact in contacts:
        with force_locale(contact.locale):
            paragraphs = [
                _("Hello %(name)s,", name=contact.name),
                _("%(name)s (%(email)s) asks for an account for your portal.", name=request.name, email=request.email),
                _("Do you know this person? Approve it or refuse it here, within thirty days:"),
                address_of(f"/portal/{contact.tenant.slug}/contacts"),
            ]
            subject = _("%(name)s asks for an account", name=request.name)
            mail(contact.email, contact.locale, subject, paragraphs, now)


def tell_of_newcomer(newcomer: Contact, contacts: Iterable[Contact], now: datetime) -> None:
    """Tell a tenant's other contacts that the vendor let somebody in."""
    for contact in contacts:
        with force_locale(contact.locale):
            named = {"name": newcomer.name, "email": newcomer.email, "tenant": newcomer.tenant.name}
            paragraphs = [
                _("Hello %(name)s,", name=contact.name),
                _("%(name)s (%(email)s) asked for an account and is now a contact of %(tenant)s too.", **named),
                _("Is that not right? Remove this contact on the portal:"),
                address_of(f"/portal/{contact.tenant.slug}/contacts"),
            ]
            subject = _("%(name)s is now a contact of %(tenant)s", name=newcomer.name, tenant=newcomer.tenant.name)
            mail(contact.email, contact.locale, subject, paragraphs, now)


def tell_refused(request: AccountRequest, now: datetime) -> None:
    with force_locale(request.locale):
        paragraphs = [
            _("Hello %(name)s,", name=request.name),
            _("You asked for an account for %(organisation)s. You do not get one.", organisation=request.organisation),
            _("The reason: %(reason)s", reason=request.reason),
        ]
        mail(request.email, request.locale, _("Your request for an account is refused"), paragraphs, now)


def tell_expired(request: AccountRequest, now: datetime) -> None:
    with force_locale(request.locale):
        paragraphs = [
            _("Hello %(name)s,", name=request.name),
            _(
                "You asked for an account for %(organisation)s, and nobody answered within thirty days. We are sorry.",
                organisation=request.organisation,
            ),
            _("Ask a colleague who is a contact to add you, or ask again:"),
            address_of("/account"),
        ]
        mail(request.email, request.locale, _("Your request for an account has expired"), paragraphs, now)
