"""What planners do to the contacts of a tenant, on its page and on pages of their own (SLA 4.1)."""

from dataclasses import fields

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accounts.people import invite
from entrypoints.forms import EmptyForm, put_error, text
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.acting import act, tenant_or_404
from entrypoints.planner.blueprint import planner
from entrypoints.planner.tenant_page import page_of_tenant
from entrypoints.tenant_forms import ContactForm
from evidence.actors import May
from storage import Refused, db
from tenants.contacts import ContactFacts, add_contact, change_contact, remove_contact
from tenants.models import Contact


@planner.post("/tenants/<slug>/contacts")
def add_tenant_contact(slug: str) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    row = tenant_or_404(slug)
    form = ContactForm()
    return act(
        form,
        lambda: add_contact(row, _facts(form), actor(), now()),
        _("The contact is added."),
        url_for("planner.tenant", slug=slug),
        lambda: page_of_tenant(tenant_or_404(slug), contact_form=form),
    )


@planner.route("/tenants/<slug>/contacts/<int:contact_id>", methods=["GET", "POST"])
def edit_contact(slug: str, contact_id: int) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    contact = _contact(slug, contact_id)
    form = ContactForm(name=contact.name, email=contact.email, phone=contact.phone, locale=contact.locale)
    status = 200
    if request.method == "POST":
        try:
            change_contact(contact, _facts(form), actor(), now())
            flash(_("The contact is saved."), "success")
            return redirect(url_for("planner.tenant", slug=slug))
        except Refused as refused:
            db.session.rollback()
            put_error(form, refused)
            status = 422
    row = tenant_or_404(slug)
    return render_template(
        "planner/tenants/contact.html", product=row.product, tenant=row, contact=_contact(slug, contact_id), form=form
    ), status


@planner.post("/tenants/<slug>/contacts/<int:contact_id>/remove")
def remove_tenant_contact(slug: str, contact_id: int) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    contact = _contact(slug, contact_id)
    done = _("The contact is removed.")
    return act(EmptyForm(), lambda: remove_contact(contact, actor(), now()), done, url_for("planner.tenant", slug=slug))


@planner.post("/tenants/<slug>/contacts/<int:contact_id>/invite")
def invite_contact(slug: str, contact_id: int) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    contact = _contact(slug, contact_id)
    return act(
        EmptyForm(),
        lambda: invite(contact, actor(), now()),
        _("The invitation leaves within a minute."),
        url_for("planner.tenant", slug=slug),
    )


def _contact(slug: str, contact_id: int) -> Contact:
    contact = db.session.get(Contact, contact_id)
    if contact is None or contact.tenant_id != tenant_or_404(slug).id:
        abort(404)
    return contact


def _facts(form: ContactForm) -> ContactFacts:
    return ContactFacts(**{one.name: text(form, one.name) for one in fields(ContactFacts)})
