"""Pages about tenants, their agreements and what they run."""

from dataclasses import fields
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import put_error, text
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.acting import act, tenant_or_404
from entrypoints.planner.blueprint import planner
from entrypoints.planner.tenant_page import page_of_tenant
from entrypoints.tenant_forms import TenantForm, VersionForm
from entrypoints.told_year import told_year
from evidence.actors import May
from schedules.running import is_known, report_version, version_run
from schedules.support import support_picture
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.models import EnvironmentKind
from tenants.queries import tenant_page
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
    return page_of_tenant(tenant_or_404(slug))


@planner.route("/tenants/<slug>/edit", methods=["GET", "POST"])
def edit_tenant(slug: str) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    row = tenant_or_404(slug)
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
    row = tenant_or_404(slug)
    return render_template("planner/tenants/edit.html", product=row.product, form=form, tenant=row), status


@planner.post("/tenants/<slug>/version")
def tenant_version(slug: str) -> str | Response | tuple[str, int]:
    """An operator says what an environment runs; what no release knows is recorded once that was confirmed."""
    require_may(May.OPERATE)
    row = tenant_or_404(slug)
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
        lambda: page_of_tenant(tenant_or_404(slug), version_form=form, unknown_version=unknown),
    )


@planner.get("/tenants/<slug>/evidence")
def tenant_evidence(slug: str) -> str:
    """What this tenant was promised and told, to lay before the customer: a year, printable."""
    row = tenant_or_404(slug)
    return render_template("planner/tenants/evidence.html", tenant=row, product=row.product, **told_year(row))


def _environment(typed: str) -> EnvironmentKind:
    if typed not in {one.value for one in EnvironmentKind}:
        raise Refused("environment", _("Choose an environment."))
    return EnvironmentKind(typed)


def _facts(form: TenantForm) -> TenantFacts:
    return TenantFacts(**{one.name: text(form, one.name) for one in fields(TenantFacts)})
