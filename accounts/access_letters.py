"""Mails that let somebody in: an invitation, a new password. In the running transaction."""

from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _

from accounts.letters import AccountMail, address_of, post
from accounts.models import User
from tenants.models import Contact
from tenants.queries import products


def tell_of_access(contact: Contact, link: str, now: datetime) -> None:
    """Tell a contact of its access. ``link`` is where it chooses a password; empty for who has one already."""
    tenant, product = contact.tenant, contact.tenant.product
    named = {"tenant": tenant.name, "product": product.name}
    with force_locale(contact.locale):
        said = AccountMail(
            subject=_("Your access to the %(product)s portal", **named),
            headline=_("You are a contact of %(tenant)s for %(product)s.", **named),
            name=contact.name,
            paragraphs=[
                _("On the portal you find what is coming, release notes and maintenance, whenever you want."),
                _("Choose a password to get in. The link works once, for fourteen days.")
                if link
                else _("You sign in with this address and the password that you have already."),
            ],
            link=link or address_of(f"/portal/{tenant.slug}"),
            link_label=_("Choose a password") if link else _("To the portal"),
            after=[] if link else [_("If you no longer know your password, ask for a new one where you sign in.")],
            why=_(
                "You get this because you were appointed as a contact of %(tenant)s. Is that not right? Tell your "
                "colleagues or the help desk.",
                **named,
            ),
            product=product,
        )
        post(said, contact.email, contact.locale, now)


def tell_colleague(user: User, link: str, now: datetime, *, themselves: bool = False) -> None:
    """Tell one of the vendor's own people of its account, which a colleague made or they ``themselves``.

    ``link`` is where it chooses a password.
    """
    with force_locale(user.locale):
        names = ", ".join(one.name for one in products())
        said = AccountMail(
            subject=_("Your account for the announcements of %(product)s", product=names)
            if names
            else _("Your account for release and maintenance announcements"),
            headline=_("You have an account where releases and maintenance are planned and announced."),
            paragraphs=[
                _("Choose a password to get in. The link works once, for fourteen days."),
                _("You sign in with this address: %(address)s.", address=user.email),
            ],
            link=link,
            link_label=_("Choose a password"),
            after=[_("Has the link run out? Ask for a new password where you sign in.")],
            why=_("You get this because you gave this address when you left the demonstration.")
            if themselves
            else _("You get this because a colleague made an account for you. Is that not right? Tell that colleague."),
            product=None,
        )
        post(said, user.email, user.locale, now)


def mail_password_link(address: str, locale: str, link: str, contact: Contact | None, now: datetime) -> None:
    """Mail a person a link to choose a new password. ``contact`` is what it is to a tenant, None for one of us."""
    with force_locale(locale):
        said = AccountMail(
            subject=_("Choose a new password"),
            headline=_("A new password was asked for with your address."),
            name=contact.name if contact is not None else "",
            paragraphs=[_("Choose one with this link. It works once, for fourteen days.")],
            link=link,
            link_label=_("Choose a new password"),
            after=[_("Was it not you? Then you do not need to do anything: your password stays as it is.")],
            why=_(
                "You get this because somebody typed in %(address)s on our page for a new password.", address=address
            ),
            product=contact.tenant.product if contact is not None else None,
        )
        post(said, address, locale, now)
