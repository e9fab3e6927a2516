"""Mails to contacts about being one, each in the reader's language and in the running transaction."""

from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from accounts.people import send_account_mail
from tenants.models import Contact


def mail(address: str, locale: str, subject: str, paragraphs: list[str], now: datetime) -> None:
    """Queue a mail of some paragraphs, leaving out those that are empty."""
    send_account_mail(address, subject, "\n\n".join(filter(None, paragraphs)), "", locale=locale, now=now)


def address_of(path: str) -> str:
    """A page of ours as it stands in a mail."""
    return f"{current_app.config['BASE_URL']}{path}"


def help_desk(contact: Contact) -> str:
    product = contact.tenant.product
    return " ".join(filter(None, (product.help_desk_email, product.help_desk_phone)))


def tell_replaced(contact: Contact, old: str, now: datetime) -> None:
    """Tell the old address of a contact that mails no longer come there."""
    with force_locale(contact.locale):
        named = {"tenant": contact.tenant.name, "product": contact.tenant.product.name}
        paragraphs = [
            _("Hello %(name)s,", name=contact.name),
            _("We no longer write to you at this address about %(product)s for %(tenant)s.", **named),
            _("A contact of your organisation changed it on the portal. Is that not right? Tell the help desk."),
            help_desk(contact),
        ]
        subject = _("This address is no longer used for %(product)s", product=named["product"])
        mail(old, contact.locale, subject, paragraphs, now)


def tell_moved(contact: Contact, now: datetime) -> None:
    """Tell the new address of a contact that it lets in from now on."""
    with force_locale(contact.locale):
        product = contact.tenant.product.name
        paragraphs = [
            _("Hello %(name)s,", name=contact.name),
            _(
                "From now on you sign in to the %(product)s portal with this address and your password.",
                product=product,
            ),
            address_of("/login"),
            _("Was it not you? Tell the help desk."),
            help_desk(contact),
        ]
        mail(contact.email, contact.locale, _("You sign in with this address now"), paragraphs, now)


def tell_removed(contact: Contact, now: datetime) -> None:
    """Tell somebody who is removed that it is a contact no longer."""
    with force_locale(contact.locale):
        named = {"tenant": contact.tenant.name, "product": contact.tenant.product.name}
        paragraphs = [
            _("Hello %(name)s,", name=contact.name),
            _("You are no longer a contact of %(tenant)s for %(product)s, and get no more mails about it.", **named),
            _("Is that not right? Ask your colleagues who are contacts, or the help desk."),
            help_desk(contact),
        ]
        subject = _("You are no longer a contact for %(product)s", product=named["product"])
        mail(contact.email, contact.locale, subject, paragraphs, now)


def ask_to_confirm(contact: Contact, address: str, link: str, now: datetime) -> None:
    """Ask the reader of a new address whether it is the contact's own."""
    with force_locale(contact.locale):
        paragraphs = [
            _("Hello %(name)s,", name=contact.name),
            _("You want to be reached at this address from now on. Follow this link to confirm it, within three days:"),
            link,
            _("Was it not you? Then do nothing: nothing changes."),
        ]
        mail(address, contact.locale, _("Confirm your new e-mail address"), paragraphs, now)
