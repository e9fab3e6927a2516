"""The customer's portal: whose it is, and the choice where somebody looks after more than one tenant."""

from typing import Any

from flask import Blueprint, g, redirect, render_template, url_for
from werkzeug.wrappers import Response

from entrypoints.guards import only_own_tenant
from tenants.models import Tenant

portal = Blueprint("portal", __name__, url_prefix="/portal")
portal.before_request(only_own_tenant)


@portal.get("/")
def choose() -> str | Response:
    """The one tenant of this contact, or a choice where there are more."""
    if len(g.tenants) == 1:
        return redirect(url_for("portal.home", slug=g.tenants[0].slug))
    return render_template("portal/choose.html", tenants=g.tenants)


def portal_page(template: str, **values: Any) -> str:
    """A page of the tenant that is looked at, with the ways to the reader's others."""
    tenant: Tenant = g.tenant
    return render_template(template, tenant=tenant, product=tenant.product, tenants=g.tenants, **values)
