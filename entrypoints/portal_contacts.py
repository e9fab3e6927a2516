"""A tenant's own contacts, kept by themselves: three at most, and the last one stays (SLA 4.1)."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from flask import abort, flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from accounts.own_address import GOOD_FOR
from accounts.own_contacts import accounts_of, add_and_let_in, change_with_care, invite_again, remove_and_tell
from accounts.request_queries import requests_of_tenant
from announcements.bounced import refusals_of
from entrypoints.forms import put_error, text
from entrypoints.guards import actor, now
from entrypoints.portal import portal, portal_page
from entrypoints.tenant_forms import ContactForm
from sla.terms import CONTACTS_PER_TENANT
from storage import Refused, db
from tenants.contacts import ContactFacts, facts_of_contact
from tenants.models import Contact, Tenant

__all__ = ["portal"]

_ASKED = "asked_address"


@portal.get("/<slug>/contacts")
def contacts(slug: str) -> str:
    """Everybody whom this tenant appointed, room for another, and who asks for an account."""
    return _list(ContactForm(formdata=None, locale=g.tenant.locale))


@portal.post("/<slug>/contacts")
def add_contact(slug: str) -> str | Response | tuple[str, int]:
    """Appoint a contact and invite it."""
    form = ContactForm()
    try:
        contact = add_and_let_in(g.tenant, _facts(form), actor(), now())
    except Refused as refused:
        return _refused(form, refused, _list)
    flash(_("%(name)s is added. The invitation leaves within a minute.", name=contact.name), "success")
    return redirect(url_for("portal.contacts", slug=slug))


@portal.route("/<slug>/contacts/<int:contact_id>", methods=["GET", "POST"])
def contact(slug: str, contact_id: int) -> str | Response | tuple[str, int]:
    """Change a contact."""
    row = _contact(contact_id)
    form = ContactForm(**vars(facts_of_contact(row)))
    if request.method == "GET":
        return _one(form, row)
    try:
        waits_for = change_with_care(row, _facts(form), actor(), now())
    except Refused as refused:
        return _refused(form, refused, lambda form: _one(form, _contact(contact_id)))
    if waits_for:
        words = _("We mailed a link to %(address)s. Your new address counts once you follow it.", address=waits_for)
        flash(words, "success")
        session[_ASKED] = [row.id, waits_for, (now() + GOOD_FOR).isoformat()]
    else:
        flash(_("%(name)s is saved.", name=row.name), "success")
    return redirect(url_for("portal.contacts", slug=slug))


@portal.route("/<slug>/contacts/<int:contact_id>/remove", methods=["GET", "POST"])
def remove_contact(slug: str, contact_id: int) -> str | Response | tuple[str, int]:
    """Ask whether the reader means it, and what follows from it; then remove the contact."""
    row, name = _contact(contact_id), _contact(contact_id).name
    own = row.email == current_user.email
    if request.method == "POST":
        try:
            remove_and_tell(row, actor(), now())
        except Refused as refused:
            db.session.rollback()
            flash(refused.message, "danger")
            return redirect(url_for("portal.contacts", slug=slug))
        flash(_("%(name)s is no longer a contact.", name=name), "success")
        return redirect(url_for("portal.choose") if own else url_for("portal.contacts", slug=slug))
    return portal_page("portal/contact_remove.html", contact=row, own=own, last=len(g.tenant.contacts) == 1)


@portal.post("/<slug>/contacts/<int:contact_id>/invite")
def invite_contact(slug: str, contact_id: int) -> Response:
    """Mail a contact a link to choose a password, for who has none yet or lost the mail."""
    row = _contact(contact_id)
    try:
        invite_again(row, actor(), now())
    except Refused as refused:
        db.session.rollback()
        flash(refused.message, "danger")
    else:
        flash(_("The invitation of %(name)s leaves within a minute.", name=row.name), "success")
    return redirect(url_for("portal.contacts", slug=slug))


def _contact(contact_id: int) -> Contact:
    row = next((one for one in g.tenant.contacts if one.id == contact_id), None)
    if row is None:
        abort(404)
    return row


def _facts(form: Any) -> ContactFacts:
    return ContactFacts(**{one.name: text(form, one.name) for one in fields(ContactFacts)})


def _refused(form: Any, refused: Refused, again: Any) -> tuple[str, int]:
    db.session.rollback()
    # What was typed stays to be mended, but is nothing that a contact's row holds.
    db.session.expire_all()
    put_error(form, refused)
    return again(form), 422


def _waiting_address() -> dict[str, Any]:
    """The own new address that waits for its link, where it was asked for in this browser: no row knows of it."""
    number, address, until = session.get(_ASKED) or (0, "", "")
    row = next((one for one in g.tenant.contacts if one.id == number), None)
    if row is None or row.email == address or datetime.fromisoformat(until) < now():
        return {}
    return {"contact": row.id, "address": address, "until": datetime.fromisoformat(until)}


def _list(form: Any) -> str:
    tenant: Tenant = g.tenant
    return portal_page(
        "portal/contacts.html",
        form=form,
        contacts=tenant.contacts,
        accounts=accounts_of(tenant.contacts),
        refusals=refusals_of(tenant),
        waiting=_waiting_address(),
        room=CONTACTS_PER_TENANT - len(tenant.contacts),
        requests=requests_of_tenant(tenant),
    )


def _one(form: Any, row: Contact) -> str:
    return portal_page("portal/contact.html", form=form, contact=row, own=row.email == current_user.email)
