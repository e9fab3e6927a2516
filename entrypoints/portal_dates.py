"""Another production date for a customer: chosen within what the product allows, or asked of a planner."""

from datetime import datetime

from flask import abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from entrypoints.forms import put_error, text
from entrypoints.guards import now
from entrypoints.portal import portal, portal_page
from entrypoints.portal_own_dates import not_told
from entrypoints.rollout_forms import AskDateForm
from schedules.agreed_dates import agreed_dates
from schedules.choosing import choose_date, offer
from schedules.date_request_queries import requests_of
from schedules.date_requests import LIVE_STATES, ask_for_date, reason_to_ask, take_back, take_proposal
from schedules.errors import BreaksSLA
from schedules.known_dates import states_known
from schedules.models import Release
from schedules.notices import Notice, Says
from schedules.queries import told_notices
from schedules.support_end import without_support
from schedules.wave_models import DateRequest
from sla.terms import Change
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.models import Contact, Tenant
from tenants.queries import contact_with

__all__ = ["portal"]


@portal.get("/<slug>/releases/<version>/date")
def other_date(slug: str, version: str) -> str | Response:
    """Our production date, what we may choose, what we asked and what was answered; later what we had asked.

    Whoever asked nothing and comes after the update, from the mail that announced it, goes on to the release.
    """
    release, told = _told_of(version) or (_asked_before(version), None)
    if release is not None:
        return _page(release, told, AskDateForm(formdata=None))
    known = told_notices(g.tenant, g.tenant.joined_at)
    if not any(one.release is not None and one.release.version == version for one in known):
        abort(404)
    return redirect(url_for("portal.release", slug=slug, version=version))


@portal.post("/<slug>/releases/<version>/date")
def ask_for_another(slug: str, version: str) -> Response | tuple[str, int]:
    """Ask our planners for a date."""
    release, _notice = _told(version)
    form = AskDateForm()
    try:
        reason = text(form, "reason")
        with AllAtOnce() as each:
            asked_for = each(checks.local_moment, "asked_for", text(form, "asked_for"), release.product.zone)
            each(reason_to_ask, reason)
        ask_for_date(release, _contact(), Change.PRODUCTION, asked_for, reason, now())
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        return _page(*_told(version), form), 422
    flash(_("Your question is with our planners. You get the answer by mail."), "success")
    return redirect(url_for("portal.other_date", slug=slug, version=version))


@portal.route("/<slug>/releases/<version>/date/choose", methods=["GET", "POST"])
def choose_a_date(slug: str, version: str) -> str | Response | tuple[str, int]:
    """What it means to choose this moment, and the button that does it."""
    release, told = _told(version)
    back = url_for("portal.other_date", slug=slug, version=version)
    try:
        at = checks.local_moment("at", request.values.get("at"), release.product.zone)
    except Refused:
        flash(_("Choose one of the moments."), "danger")
        return redirect(back)
    if request.method == "POST":
        try:
            choose_date(release, _contact(), at, now(), instead_of=_instead_of(release))
        except Refused as refused:
            flash(refused.message, "danger")
        else:
            flash(_yours_now(release), "success")
        return redirect(back)
    tenant: Tenant = g.tenant
    offered = offer(release, tenant, now())
    if offered is not None and at in offered.full:
        flash(_("This day is full by now. Choose another one."), "danger")
        return redirect(back)
    if offered is None or at not in offered.moments:
        flash(_("This moment cannot be chosen any more. Choose another one."), "danger")
        return redirect(back)
    return portal_page(
        "portal/choose_date.html",
        release=release,
        told=told,
        at=at,
        offered=offered,
        unsupported=without_support(tenant, release, at, now()),
    )


@portal.post("/<slug>/releases/<version>/date/<int:asked_id>/<any(take, leave):what>")
def settle_request(slug: str, version: str, asked_id: int, what: str) -> Response:
    """Take the date that was proposed, or take the question back."""
    release, _notice = _told(version)
    row = db.session.get(DateRequest, asked_id)
    if row is None or row.tenant_id != g.tenant.id or row.release_id != release.id:
        abort(404)
    try:
        if what == "take":
            take_proposal(row, _contact(), now())
            flash(_yours_now(release), "success")
        else:
            take_back(row, _contact(), now())
            flash(_("Your question is taken back; your date stays as it is."), "success")
    except Refused as refused:
        db.session.rollback()
        flash(refused.message, "danger")
    except BreaksSLA:
        flash(
            _("It has become too late for this date: we could not announce it in time. Ask us for another."), "danger"
        )
    return redirect(url_for("portal.other_date", slug=slug, version=version))


def _instead_of(release: Release) -> datetime | None:
    """The date that the page named, which the chosen one comes in the place of."""
    named = request.form.get("instead_of")
    return checks.local_moment("at", named, release.product.zone) if named else None


def _yours_now(release: Release) -> str:
    """What happens next: the mail leaves by itself, or once a second person of the vendor has approved it."""
    if release.product.needs_approval:
        return _("This is your date now. All contacts of your organisation are mailed once we have confirmed it.")
    return _("This is your date now. All contacts of your organisation are mailed within a minute.")


def _page(release: Release, told: Notice | None, form: AskDateForm) -> str:
    """``told`` is None where there is only to look back on what was asked."""
    tenant: Tenant = g.tenant
    asked = requests_of(tenant, release)
    states = states_known(asked)
    agreed = agreed_dates(tenant, now()).get(release.id)
    return portal_page(
        "portal/other_date.html",
        release=release,
        told=told,
        form=form,
        asked=asked,
        asked_states=states,
        live=next((one for one in asked if states[one.id] in LIVE_STATES), None) if told else None,
        offered=offer(release, tenant, now()) if told else None,
        # What was agreed with it a tenant may see before it is announced; what a planner moved it may not.
        agreed=agreed if told and not_told(agreed, told) else None,
    )


def _told(version: str) -> tuple[Release, Notice]:
    """The same, or 404."""
    return _told_of(version) or abort(404)


def _told_of(version: str) -> tuple[Release, Notice] | None:
    """A release whose production date was told to this tenant and lies ahead, with that notice.

    One that is off is such a release until the tenant is told that it is.
    """
    for one in told_notices(g.tenant, now()):
        of_version = one.release is not None and one.release.version == version
        if of_version and one.release and one.kind is Change.PRODUCTION and one.says is not Says.CANCELLED:
            return one.release, one
    return None


def _asked_before(version: str) -> Release | None:
    """A release of which this tenant asked for another date, as its mails and lists still lead to it."""
    return next((one.release for one in requests_of(g.tenant) if one.release.version == version), None)


def _contact() -> Contact:
    contact = contact_with(g.tenant, current_user.email)
    if contact is None:
        abort(404)
    return contact
