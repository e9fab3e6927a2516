"""Pages about the date of its own that one tenant has for an update: giving it, taking it back, calling it off."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import put_error, text
from entrypoints.guards import actor, now, require_may
from entrypoints.notice_forms import MissedForm
from entrypoints.planner.acting import act, release_or_404, tenant_of_release_or_404
from entrypoints.planner.blueprint import UPDATES, planner
from entrypoints.planner.own_date_answers import is_unread, objections, own_date_means
from entrypoints.planner.taken_back import Leaving
from entrypoints.presenting import form_value
from entrypoints.rollout_forms import OwnDateForm
from evidence.actors import May
from schedules.calling_off import call_off_own_date
from schedules.errors import BreaksSLA, ChangedMeanwhile
from schedules.models import Release, Rollout
from schedules.own_dates_seen import seen_of
from schedules.rollouts import check_own_date, date_for, drop_own_date, give_own_date, own_date, reason_of_own_date
from sla.terms import Change
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.models import Tenant


@planner.route(f"/releases/<int:release_id>/tenants/<slug>/<{UPDATES}>", methods=["GET", "POST"])
def own_date_of(release_id: int, slug: str, kind: str) -> str | Response | tuple[str, int]:
    """Give one tenant a date of its own for an update."""
    require_may(May.PLAN)
    release = release_or_404(release_id)
    tenant = tenant_of_release_or_404(release, slug)
    present = own_date(release, tenant, Change(kind))
    form = OwnDateForm(
        planned_at=form_value(date_for(release, tenant, Change(kind)), release.product.timezone),
        reason=present.reason if present else "",
        revision=seen_of(release, [tenant.id]),
    )
    unread = False
    if request.form.get("lay"):
        # Laid into the form, and not given yet.
        form.planned_at.data = request.form["lay"]
    elif request.method == "POST":
        try:
            leaving = _given(release, tenant, Change(kind), form)
            if leaving is not None:
                flash(_("%(name)s has a date of its own.", name=tenant.name), "success")
                leaving.say()
                return redirect(url_for("planner.release_page", release_id=release_id))
            unread = True
        except Refused as refused:
            db.session.rollback()
            put_error(form, refused)
            if isinstance(refused, ChangedMeanwhile):
                # What changed is said on the page that follows.
                form.revision.data = seen_of(release_or_404(release_id), [tenant.id])
        except BreaksSLA:
            # The page says beside the date what is broken, and what is offered instead.
            pass
    release = release_or_404(release_id)
    tenant = tenant_of_release_or_404(release, slug)
    values = own_date_means(release, Change(kind), [tenant], {"planned_at": text(form, "planned_at")})[0]
    is_sent = request.method == "POST" and not request.form.get("lay")
    problems = objections(values["outlook"].verdict, release.product) if is_sent else []
    page = render_template(
        "planner/releases/own_date.html",
        release=release,
        product=release.product,
        tenant=tenant,
        kind=Change(kind),
        present=own_date(release, tenant, Change(kind)),
        present_seen=seen_of(release, [tenant.id]),
        form=form,
        problems=problems,
        unread=unread,
        leaving=Leaving.of_some(release, Change(kind), [tenant.id]),
        **values,
    )
    return (page, 422) if problems or form.errors or form.form_errors else page


def _given(release: Release, tenant: Tenant, kind: Change, form: OwnDateForm) -> Leaving | None:
    """Give the date, and return what was about to leave; None where something stands in the way of the date that was
    not read beside this very date."""
    with AllAtOnce() as each:
        planned_at = each(checks.local_moment, "planned_at", text(form, "planned_at"), release.product.zone)
        each(reason_of_own_date, text(form, "reason"))
    check_own_date(release, tenant, kind, planned_at, now())
    if is_unread(release, kind, planned_at):
        return None
    seen = text(form, "revision") or None
    leaving = Leaving.of_some(release, kind, [tenant.id], planned_at)
    give_own_date(release, tenant, kind, planned_at, text(form, "reason"), actor(), now(), seen=seen)
    return leaving


@planner.post(f"/releases/<int:release_id>/tenants/<slug>/<{UPDATES}>/drop")
def drop_own_date_of(release_id: int, slug: str, kind: str) -> str | Response | tuple[str, int]:
    """Let a tenant go along with everybody again."""
    require_may(May.PLAN)
    rollout = _own_date_or_404(release_id, slug, Change(kind))
    release, back = rollout.release, url_for("planner.release_page", release_id=release_id)
    try:
        return act(
            MissedForm(formdata=None),
            lambda: drop_own_date(rollout, actor(), now(), seen=request.form.get("revision")),
            _("The tenant goes along with everybody again."),
            back,
            leaving=Leaving.of_some(release, rollout.kind, [rollout.tenant_id], release.planned_at_of(rollout.kind)),
        )
    except BreaksSLA:
        db.session.rollback()
        flash(_("Everybody's date is too near for this tenant: it would not hear of it in time (SLA 3.3)."), "danger")
        return redirect(back)


@planner.post(f"/releases/<int:release_id>/tenants/<slug>/<{UPDATES}>/call-off")
def call_off_own_date_of(release_id: int, slug: str, kind: str) -> str | Response | tuple[str, int]:
    """Call an update off for one tenant, everybody else having got it."""
    require_may(May.MANAGE)
    rollout = _own_date_or_404(release_id, slug, Change(kind))
    return act(
        MissedForm(formdata=None),
        lambda: call_off_own_date(rollout, actor(), now(), seen=request.form.get("revision")),
        _("It is off for this tenant. Whoever was told hears so within a minute."),
        url_for("planner.release_page", release_id=release_id),
        leaving=Leaving.of_some(rollout.release, rollout.kind, [rollout.tenant_id]),
    )


def _own_date_or_404(release_id: int, slug: str, kind: Change) -> Rollout:
    release = release_or_404(release_id)
    return own_date(release, tenant_of_release_or_404(release, slug), kind) or abort(404)
