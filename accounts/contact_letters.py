"""Mails to contacts about being one, each in the reader's language and in the running transaction."""

from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from accounts.letters import AccountMail, address_of, post
from tenants.models import Contact


def tell_replaced(contact: Contact, old: str, now: datetime) -> None:
    """Tell the old address of a contact that mails no longer come there."""
    product = contact.tenant.product
    named = {"tenant": contact.tenant.name, "product": product.name}
    with force_locale(contact.locale):
        said = AccountMail(
            subject=_("This address is no longer used for %(product)s", **named),
            headline=_("We no longer write to you at this address about %(product)s for %(tenant)s.", **named),
            name=contact.name,
            paragraphs=[
                _("A contact of your organisation changed it on the portal. Is that not right? Tell the help desk.")
            ],
            why=_("You get this because this was the address of a contact of %(tenant)s.", **named),
            product=product,
        )
        post(said, old, contact.locale, now)


def tell_moved(contact: Contact, now: datetime) -> None:
    """Tell the new address of a contact that it lets in from now on."""
    product = contact.tenant.product
    named = {"tenant": contact.tenant.name, "product": product.name}
    with force_locale(contact.locale):
        said = AccountMail(
            subject=_("You sign in with this address now"),
            headline=_(
                "From now on you sign in to the %(product)s portal with this address and your password.", **named
            ),
            name=contact.name,
            link=address_of("/login"),
            link_label=_("Sign in"),
            after=[_("Was it not you? Tell the help desk.")],
            why=_("You get this because this is the address of a contact of %(tenant)s from now on.", **named),
            product=product,
        )
        post(said, contact.email, contact.locale, now)


def tell_removed(contact: Contact, now: datetime) -> None:
    """Tell somebody who is removed that it is a contact no longer."""
    product = contact.tenant.product
    named = {"tenant": contact.tenant.name, "product": product.name}
    with force_locale(contact.locale):
        said = AccountMail(
            subject=_("You are no longer a contact for %(product)s", **named),
            headline=_("You are no longer a contact of %(tenant)s for %(product)s.", **named),
            name=contact.name,
            paragraphs=[
                _("You get no more mails about it, and can no longer see the portal of %(tenant)s.", **named),
                _("Is that not right? Ask your colleagues who are contacts, or the help desk."),
            ],
            why=_("You get this because you were a contact of %(tenant)s until now.", **named),
            product=product,
        )
        post(said, contact.email, contact.locale, now)


def ask_to_confirm(contact: Contact, address: str, link: str, now: datetime) -> None:
    """Ask the reader of a new address whether it is the contact's own."""
    with force_locale(contact.locale):
        said = AccountMail(
            subject=_("Confirm your new e-mail address"),
            headline=_("You want us to write to you at this address from now on."),
            name=contact.name,
            paragraphs=[
                _(
                    "Confirm it within three days. Until then we write to %(old)s, and you sign in with it.",
                    old=contact.email,
                )
            ],
            link=link,
            link_label=_("Confirm this address"),
            after=[_("Was it not you? Then you do not need to do anything: nothing changes.")],
            why=_(
                "You get this because somebody gave this address on the portal of %(product)s as a new one.",
                product=contact.tenant.product.name,
            ),
            product=contact.tenant.product,
        )
        post(said, address, contact.locale, now)
