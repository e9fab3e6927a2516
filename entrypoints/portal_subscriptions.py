"""What a contact gets of us, and in which language: calendars, the newsletter, and what always comes."""

from dataclasses import replace

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from announcements.unsubscribing import subscribe_again, unsubscribe
from entrypoints.feed_addresses import addresses_of, secret_address
from entrypoints.guards import actor, now
from entrypoints.portal import portal, portal_page
from storage import Refused, db
from tenants.contacts import change_contact, facts_of_contact
from tenants.feed_tokens import FeedOwner
from tenants.models import Contact, Tenant
from tenants.queries import contact_with

__all__ = ["portal"]


@portal.get("/<slug>/subscriptions")
def subscriptions(slug: str) -> str:
    """What comes to whoever is signed in, and the choices."""
    tenant, contact = g.tenant, _contact()
    return portal_page(
        "portal/subscriptions.html",
        contact=contact,
        feeds=addresses_of(tenant),
        own_feed=secret_address(contact.id, FeedOwner.CONTACT),
    )


@portal.post("/<slug>/newsletter")
def newsletter(slug: str) -> Response:
    """Stop the newsletter for whoever is signed in, or get it again."""
    contact = _contact()
    if request.form.get("wanted") == "yes":
        subscribe_again(contact, now())
        flash(_("You get the newsletter again."), "success")
    else:
        unsubscribe(contact, now())
        flash(_("You get no more newsletters."), "success")
    return redirect(url_for("portal.subscriptions", slug=slug))


@portal.post("/<slug>/mail-language")
def mail_language(slug: str) -> Response:
    """The language in which we write to whoever is signed in."""
    contact = _contact()
    try:
        change_contact(
            contact, replace(facts_of_contact(contact), locale=request.form.get("locale", "")), actor(), now()
        )
    except Refused as refused:
        db.session.rollback()
        flash(refused.message, "danger")
    else:
        flash(_("From now on we write to you in %(language)s.", language=_in_words(contact.locale)), "success")
    return redirect(url_for("portal.subscriptions", slug=slug))


def _in_words(locale: str) -> str:
    return _("Dutch") if locale == "nl" else _("English")


def _contact() -> Contact:
    tenant: Tenant = g.tenant
    contact = contact_with(tenant, current_user.email)
    if contact is None:
        abort(404)
    return contact
