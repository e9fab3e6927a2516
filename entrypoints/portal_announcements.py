"""What was announced to a customer by hand, on its portal (SLA 4.1); and its contacts' newsletter."""

from flask import abort, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from markupsafe import Markup
from werkzeug.wrappers import Response

from announcements.bulletins_told import bulletin_told, bulletins_told
from announcements.unsubscribing import subscribe_again, unsubscribe
from entrypoints.guards import now
from entrypoints.portal_dates import portal
from entrypoints.presenting import language
from release_notes.rendering import to_html
from tenants.models import Tenant
from tenants.queries import contact_with

__all__ = ["portal"]


@portal.get("/<slug>/announcements")
def announcements(slug: str) -> str:
    """Urgent announcements, newsletters and changed terms that went to this tenant, the newest first."""
    tenant: Tenant = g.tenant
    return render_template(
        "portal/announcements.html",
        tenant=tenant,
        product=tenant.product,
        tenants=g.tenants,
        bulletins=bulletins_told(tenant),
        contact=contact_with(tenant, current_user.email),
    )


@portal.get("/<slug>/announcements/<int:bulletin_id>")
def announcement(slug: str, bulletin_id: int) -> str:
    """One of them. 404 for one that did not go to this tenant."""
    tenant: Tenant = g.tenant
    bulletin = bulletin_told(tenant, bulletin_id)
    if bulletin is None:
        abort(404)
    return render_template(
        "portal/announcement.html",
        tenant=tenant,
        product=tenant.product,
        tenants=g.tenants,
        bulletin=bulletin,
        html=Markup(to_html(bulletin.markdown(language()))),  # noqa: S704 - sanitised
    )


@portal.post("/<slug>/newsletter")
def newsletter(slug: str) -> Response:
    """Stop the newsletter for whoever is signed in, or get it again."""
    contact = contact_with(g.tenant, current_user.email)
    if contact is None:
        abort(404)
    if request.form.get("wanted") == "yes":
        subscribe_again(contact, now())
        flash(_("You get the newsletter again."), "success")
    else:
        unsubscribe(contact, now())
        flash(_("You get no more newsletters."), "success")
    return redirect(url_for("portal.announcements", slug=slug))
