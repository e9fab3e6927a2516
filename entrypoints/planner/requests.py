"""Who asks for an account: the vendor finds out whose contact it would be, and answers (SLA 4.1)."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from accounts.request_answers import erase_request, grant_request, refuse_request
from accounts.request_models import AccountRequest, RequestState
from accounts.request_queries import requests_answered, requests_waiting, tenants_by_domain
from entrypoints.filters import asked_page
from entrypoints.forms import EmptyForm, put_error, read_in, text
from entrypoints.guards import actor, may, now, require_may
from entrypoints.planner.acting import act
from entrypoints.planner.blueprint import planner
from entrypoints.request_forms import RefusalForm
from entrypoints.whose_page import page_of
from evidence.actors import May
from sla.terms import CONTACTS_PER_TENANT
from storage import Refused, db
from tenants.models import Tenant
from tenants.queries import tenant_by_slug, tenant_page

CANDIDATES = 10


@planner.get("/requests")
def account_requests() -> str:
    """Those that wait, and those that were answered lately."""
    return render_template(
        "planner/requests/list.html",
        **page_of(),
        waiting=requests_waiting(asked_page()),
        answered=requests_answered(asked_page("answered")),
    )


@planner.get("/requests/<int:request_id>")
def account_request(request_id: int) -> str:
    """Who asks, the tenants that it may be about, and the two answers."""
    return _page(_asked(request_id), RefusalForm(formdata=None))


@planner.post("/requests/<int:request_id>/grant")
def grant_account(request_id: int) -> str | Response | tuple[str, int]:
    """Make this person a contact of the tenant that was chosen."""
    require_may(May.MANAGE)
    asked = _asked(request_id)
    name, tenant = asked.name, tenant_by_slug(request.form.get("tenant", "")[:80])
    if tenant is None:
        flash(_("Choose the tenant first."), "danger")
        return redirect(url_for("planner.account_request", request_id=request_id))
    chosen, slug = request.form.get("replaces", ""), tenant.slug
    replaces = next((one for one in tenant.contacts if str(one.id) == chosen), None)
    try:
        grant_request(asked, tenant, actor(), now(), replaces)
    except Refused as refused:
        db.session.rollback()
        flash(refused.message, "danger")
        return redirect(url_for("planner.account_request", request_id=request_id, tenant=slug))
    flash(_("%(name)s is now a contact. The invitation leaves within a minute.", name=name), "success")
    return redirect(url_for("planner.account_requests"))


@planner.post("/requests/<int:request_id>/refuse")
def refuse_account(request_id: int) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    asked = _asked(request_id)
    name, form = asked.name, RefusalForm()
    try:
        refuse_request(asked, text(form, "reason"), actor(), now())
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        return _page(_asked(request_id), form), 422
    flash(_("The request of %(name)s is refused. It hears of it by mail.", name=name), "success")
    return redirect(url_for("planner.account_requests"))


@planner.post("/requests/<int:request_id>/erase")
def erase_account_request(request_id: int) -> str | Response | tuple[str, int]:
    """Erase what an answered request says of a person."""
    require_may(May.MANAGE)
    asked = _asked(request_id)
    done = _("The request is erased. That it was answered stays on record, without a name.")
    return act(EmptyForm(), lambda: erase_request(asked, actor()), done, url_for("planner.account_requests"))


def _asked(request_id: int) -> AccountRequest:
    found = db.session.get(AccountRequest, request_id)
    # Nobody has shown yet that the address is its own: there is nothing to be answered.
    if found is None or found.state is RequestState.ASKED:
        abort(404)
    return found


def _page(asked: AccountRequest, form: Any) -> str:
    read_in(form, "reason", asked.locale)
    words = request.args.get("words", asked.organisation).strip()[:80]
    slug = request.args.get("tenant", "")[:80]
    tenant = tenant_by_slug(slug) if slug else asked.tenant
    return render_template(
        "planner/requests/page.html",
        **page_of(tenant.product if tenant else None),
        asked=asked,
        form=form,
        tenant=tenant,
        room=CONTACTS_PER_TENANT - len(tenant.contacts) if tenant else 0,
        words=words,
        candidates=_candidates(asked, words) if may("manage") and asked.state is RequestState.WAITING else [],
    )


def _candidates(asked: AccountRequest, words: str) -> list[Tenant]:
    """Tenants with a contact at the same domain, then those whose name has these words; each once."""
    found = [*tenants_by_domain(asked.email, CANDIDATES)]
    if words:
        found += [row[0] for row in tenant_page(None, 1, words=words, per_page=CANDIDATES).rows]
    return list({one.id: one for one in found}.values())[:CANDIDATES]
