"""Pages about tenants, their agreements, contacts and what they run."""

from dataclasses import fields
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accounts.people import invite
from entrypoints.forms import EmptyForm, put_error, text
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.acting import act
from entrypoints.planner.blueprint import planner
from entrypoints.planner.tenant_page import page_of_tenant
from entrypoints.tenant_forms import ContactForm, TenantForm, VersionForm
from entrypoints.told_year import told_year
from evidence.actors import May
from schedules.running import is_known, report_version, version_run
from schedules.support import support_picture
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.contacts import ContactFacts, add_contact, change_contact, remove_contact
from tenants.models import Contact, EnvironmentKind, Tenant
from tenants.queries import tenant_by_slug, tenant_page
from tenants.services import TenantFacts, add_tenant, change_tenant


@planner.get("/tenants")
def tenant_list() -> str:
    """Tenants with the versions they run; filters stand in the address."""
    product = chosen_product()
    asked: dict[str, Any] = {
        name: request.args.get(name, "").strip()[:80] for name in ("words", "version", "environment")
    }
    return render_template(
        "planner/tenants/list.html",
        product=product,
        found=tenant_page(product, request.args.get("page", 1, type=int), **asked),
        asked=asked,
        picture=support_picture(product, now()),
    )


@planner.route("/tenants/new", methods=["GET", "POST"])
def new_tenant() -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    product = chosen_product()
    form = TenantForm()
    status = 200
    if request.method == "POST":
        try:
            tenant = add_tenant(product, _facts(form), actor(), now())
            flash(_("%(name)s is added. Add its contacts now.", name=tenant.name), "success")
            return redirect(url_for("planner.tenant", slug=tenant.slug))
        except Refused as refused:
            db.session.rollback()
            put_error(form, refused)
            status = 422
    return render_template("planner/tenants/edit.html", product=product, form=form, tenant=None), status


@planner.get("/tenants/<slug>")
def tenant(slug: str) -> str:
    return page_of_tenant(_tenant(slug))


@planner.route("/tenants/<slug>/edit", methods=["GET", "POST"])
def edit_tenant(slug: str) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    row = _tenant(slug)
    agreement = row.agreement
    form = TenantForm(
        slug=row.slug,
        name=row.name,
        locale=row.locale,
        timezone=row.timezone,
        ip_allowlist=row.ip_allowlist,
        acceptance_notice=agreement.acceptance_notice if agreement else "",
        production_notice=agreement.production_notice if agreement else "",
        maintenance_notice=agreement.maintenance_notice if agreement else "",
    )
    status = 200
    if request.method == "POST":
        try:
            change_tenant(row, _facts(form), actor())
            flash(_("%(name)s is saved.", name=row.name), "success")
            return redirect(url_for("planner.tenant", slug=slug))
        except Refused as refused:
            put_error(form, refused)
            status = 422
    row = _tenant(slug)
    return render_template("planner/tenants/edit.html", product=row.product, form=form, tenant=row), status


@planner.post("/tenants/<slug>/contacts")
def add_tenant_contact(slug: str) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    row = _tenant(slug)
    form = ContactForm()
    return act(
        form,
        lambda: add_contact(row, _contact_facts(form), actor(), now()),
        _("The contact is added."),
        url_for("planner.tenant", slug=slug),
        lambda: page_of_tenant(_tenant(slug), contact_form=form),
    )


@planner.route("/tenants/<slug>/contacts/<int:contact_id>", methods=["GET", "POST"])
def edit_contact(slug: str, contact_id: int) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    contact = _contact(slug, contact_id)
    form = ContactForm(name=contact.name, email=contact.email, phone=contact.phone, locale=contact.locale)
    status = 200
    if request.method == "POST":
        try:
            change_contact(contact, _contact_facts(form), actor(), now())
            flash(_("The contact is saved."), "success")
            return redirect(url_for("planner.tenant", slug=slug))
        except Refused as refused:
            db.session.rollback()
            put_error(form, refused)
            status = 422
    row = _tenant(slug)
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


@planner.post("/tenants/<slug>/version")
def tenant_version(slug: str) -> str | Response | tuple[str, int]:
    """An operator says what an environment runs; what no release knows is recorded once that was confirmed."""
    require_may(May.OPERATE)
    row = _tenant(slug)
    form = VersionForm()
    unknown = ""

    def record() -> None:
        nonlocal unknown
        with AllAtOnce() as each:
            kind = each(_environment, text(form, "environment"))
            version = each(version_run, text(form, "version"))
            since = each(checks.local_moment, "installed_at", text(form, "installed_at"), row.product.zone)
        # A tick holds for the version beside which it stood.
        if request.form.get("sure") != version and not is_known(row, version):
            unknown = version
            raise Refused("version", _("No release is called so. If it does run this, tick that below."))
        is_now = text(form, "installed_at") == text(form, "opened_at")
        report_version(row, kind, version, None if is_now else since, actor(), now())

    return act(
        form,
        record,
        _("The version is recorded."),
        url_for("planner.tenant", slug=slug),
        lambda: page_of_tenant(_tenant(slug), version_form=form, unknown_version=unknown),
    )


@planner.get("/tenants/<slug>/evidence")
def tenant_evidence(slug: str) -> str:
    """What this tenant was promised and told, to lay before the customer: a year, printable."""
    row = _tenant(slug)
    return render_template("planner/tenants/evidence.html", tenant=row, product=row.product, **told_year(row))


def _environment(typed: str) -> EnvironmentKind:
    if typed not in {one.value for one in EnvironmentKind}:
        raise Refused("environment", _("Choose an environment."))
    return EnvironmentKind(typed)


def _tenant(slug: str) -> Tenant:
    row = tenant_by_slug(slug)
    if row is None:
        abort(404)
    return row


def _contact(slug: str, contact_id: int) -> Contact:
    contact = db.session.get(Contact, contact_id)
    if contact is None or contact.tenant_id != _tenant(slug).id:
        abort(404)
    return contact


def _facts(form: TenantForm) -> TenantFacts:
    return TenantFacts(**{one.name: text(form, one.name) for one in fields(TenantFacts)})


def _contact_facts(form: ContactForm) -> ContactFacts:
    return ContactFacts(**{one.name: text(form, one.name) for one in fields(ContactFacts)})
