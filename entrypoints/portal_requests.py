"""Who asks for an account at a tenant: its contacts answer (SLA 4.1)."""

from typing import Any

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from accounts.request_answers import grant_request, refuse_request
from accounts.request_models import AccountRequest, RequestState
from accounts.request_queries import answered_request, requests_of_tenant
from entrypoints.forms import put_error, read_in, text
from entrypoints.guards import actor, now
from entrypoints.portal import portal, portal_page
from entrypoints.presenting import day
from entrypoints.request_forms import RefusalForm
from sla.terms import CONTACTS_PER_TENANT
from storage import Refused, db
from tenants.contacts_on_record import signature_of
from tenants.models import Tenant

__all__ = ["portal"]


@portal.get("/<slug>/requests/<int:request_id>")
def account_request(slug: str, request_id: int) -> str:
    """Who asks, and the two answers."""
    return _page(_asked(request_id), RefusalForm(formdata=None))


@portal.post("/<slug>/requests/<int:request_id>/grant")
def grant_account(slug: str, request_id: int) -> str | Response | tuple[str, int]:
    """Make this person a contact; where all three places are taken, one that was chosen is given up for it."""
    asked = _asked(request_id)
    name = asked.name
    chosen = request.form.get("replaces", "")
    replaces = next((one for one in g.tenant.contacts if str(one.id) == chosen), None)
    own = replaces is not None and replaces.email == current_user.email
    try:
        grant_request(asked, g.tenant, actor(), now(), replaces)
    except Refused as refused:
        return _refused(request_id, RefusalForm(formdata=None), refused)
    flash(_("%(name)s is now a contact. The invitation leaves within a minute.", name=name), "success")
    return redirect(url_for("portal.choose") if own else url_for("portal.contacts", slug=slug))


@portal.post("/<slug>/requests/<int:request_id>/refuse")
def refuse_account(slug: str, request_id: int) -> str | Response | tuple[str, int]:
    """Refuse it with a reason, which is mailed."""
    asked = _asked(request_id)
    name, form = asked.name, RefusalForm()
    try:
        refuse_request(asked, text(form, "reason"), actor(), now(), g.tenant)
    except Refused as refused:
        return _refused(request_id, form, refused)
    flash(_("The request of %(name)s is refused. It hears of it by mail.", name=name), "success")
    return redirect(url_for("portal.contacts", slug=slug))


def _refused(request_id: int, form: Any, refused: Refused) -> Response | tuple[str, int]:
    db.session.rollback()
    if request_id not in {one.id for one in requests_of_tenant(g.tenant)}:
        flash(refused.message, "danger")
        return redirect(url_for("portal.contacts", slug=g.tenant.slug))
    put_error(form, refused)
    return _page(_asked(request_id), form), 422


def _asked(request_id: int) -> AccountRequest:
    """The request, while it waits; who comes too late is told what became of it, beside the contacts."""
    found = next((one for one in requests_of_tenant(g.tenant) if one.id == request_id), None)
    if found is None:
        answered = answered_request(g.tenant, request_id)
        if answered is None:
            abort(404)
        flash(_what_became_of(answered), "info")
        abort(redirect(url_for("portal.contacts", slug=g.tenant.slug)))
    return found


def _what_became_of(answered: AccountRequest) -> str:
    named = {"name": answered.name, "day": day(answered.answered_at or now(), g.tenant.product.timezone)}
    if answered.state is RequestState.EXPIRED:
        return _("Nobody answered the request of %(name)s in time: it expired on %(day)s.", **named)
    by = next((one.name for one in g.tenant.contacts if signature_of(one) == answered.answered_by), "")
    if answered.state is RequestState.GRANTED:
        return (
            _("%(by)s has approved the request of %(name)s already, on %(day)s.", by=by, **named)
            if by
            else _("The request of %(name)s was approved already, on %(day)s.", **named)
        )
    return (
        _("%(by)s has refused the request of %(name)s already, on %(day)s.", by=by, **named)
        if by
        else _("The request of %(name)s was refused already, on %(day)s.", **named)
    )


def _page(asked: AccountRequest, form: Any) -> str:
    tenant: Tenant = g.tenant
    read_in(form, "reason", asked.locale)
    return portal_page(
        "portal/request.html",
        asked=asked,
        form=form,
        room=CONTACTS_PER_TENANT - len(tenant.contacts),
    )
