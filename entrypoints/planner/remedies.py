"""What to do where a tenant was not told in time, or asks for a date of its own."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import MissedForm, OwnDateForm, put_error, reason_typed, text
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.acting import act, release_or_404
from entrypoints.planner.blueprint import planner
from entrypoints.presenting import form_value
from evidence.actors import May
from schedules.calling_off import call_off_own_date
from schedules.clashes import Clash
from schedules.errors import BreaksSLA
from schedules.missed import missed_notices, waive_missed
from schedules.models import Release
from schedules.outlook import clashes_of_own_date
from schedules.rollouts import check_own_date, date_for, drop_own_date, give_own_date, own_date
from sla.breaches import Breach
from sla.terms import Change
from storage import Refused, db
from tenants import checks
from tenants.models import Tenant
from tenants.queries import tenant_by_slug

UPDATES = "any(acceptance, production):kind"


@planner.get("/releases/<int:release_id>/missed")
def missed(release_id: int) -> str:
    """Which tenants were not told in time, and the three ways on."""
    return _missed_page(release_or_404(release_id), MissedForm(formdata=None))


@planner.post(f"/releases/<int:release_id>/missed/<{UPDATES}>")
def waive(release_id: int, kind: str) -> str | Response | tuple[str, int]:
    """Let the missed notices of an update pass, with a reason that customers read."""
    require_may(May.MANAGE)
    form = MissedForm()
    return act(
        form,
        lambda: waive_missed(release_or_404(release_id), Change(kind), reason_typed(form, "reason"), actor(), now()),
        _("They are told within a minute, with your reason."),
        url_for("planner.release_page", release_id=release_id),
        lambda: _missed_page(release_or_404(release_id), form),
    )


@planner.route(f"/releases/<int:release_id>/tenants/<slug>/<{UPDATES}>", methods=["GET", "POST"])
def own_date_of(release_id: int, slug: str, kind: str) -> str | Response | tuple[str, int]:
    """Give one tenant a date of its own for an update."""
    require_may(May.PLAN)
    release, tenant = release_or_404(release_id), _tenant_of(release_id, slug)
    zone = release.product.timezone
    present = own_date(release, tenant, Change(kind))
    form = OwnDateForm(
        planned_at=form_value(date_for(release, tenant, Change(kind)), zone), reason=present.reason if present else ""
    )
    breaches: list[Breach] = []
    if request.method == "POST":
        if request.form.get("use"):
            form.planned_at.data = request.form["use"]
        try:
            planned_at = checks.local_moment("planned_at", text(form, "planned_at"), release.product.zone)
            check_own_date(release, tenant, Change(kind), planned_at, now())
            # What stands in the way was read beside this very date, or there is nothing.
            seen = request.form.get("seen") == text(form, "planned_at")
            if seen or not clashes_of_own_date(release, Change(kind), planned_at, now()):
                give_own_date(release, tenant, Change(kind), planned_at, text(form, "reason"), actor(), now())
                flash(_("%(name)s has a date of its own.", name=tenant.name), "success")
                return redirect(url_for("planner.release_page", release_id=release_id))
        except Refused as refused:
            db.session.rollback()
            put_error(form, refused)
        except BreaksSLA as broken:
            breaches = broken.breaches
    release, tenant = release_or_404(release_id), _tenant_of(release_id, slug)
    page = render_template(
        "planner/releases/own_date.html",
        release=release,
        product=release.product,
        tenant=tenant,
        kind=Change(kind),
        present=own_date(release, tenant, Change(kind)),
        form=form,
        breaches=breaches,
        clashes=_in_the_way(release, Change(kind), text(form, "planned_at")),
    )
    return (page, 422) if breaches or form.errors or form.form_errors else page


def _in_the_way(release: Release, kind: Change, typed: str) -> list[Clash]:
    """What stands in the way of the date that is typed; nothing where that is no date, or has come."""
    try:
        planned_at = checks.local_moment("planned_at", typed, release.product.zone)
    except Refused:
        return []
    return clashes_of_own_date(release, kind, planned_at, now()) if planned_at > now() else []


@planner.post(f"/releases/<int:release_id>/tenants/<slug>/<{UPDATES}>/drop")
def drop_own_date_of(release_id: int, slug: str, kind: str) -> str | Response | tuple[str, int]:
    """Let a tenant go along with everybody again."""
    require_may(May.PLAN)
    rollout = own_date(release_or_404(release_id), _tenant_of(release_id, slug), Change(kind))
    if rollout is None:
        abort(404)
    back = url_for("planner.release_page", release_id=release_id)
    try:
        return act(
            MissedForm(formdata=None),
            lambda: drop_own_date(rollout, actor(), now()),
            _("The tenant goes along with everybody again."),
            back,
        )
    except BreaksSLA:
        db.session.rollback()
        flash(_("Everybody's date is too near for this tenant: it would not hear of it in time (SLA 3.3)."), "danger")
        return redirect(back)


@planner.post(f"/releases/<int:release_id>/tenants/<slug>/<{UPDATES}>/call-off")
def call_off_own_date_of(release_id: int, slug: str, kind: str) -> str | Response | tuple[str, int]:
    """Call an update off for one tenant, everybody else having got it."""
    require_may(May.MANAGE)
    rollout = own_date(release_or_404(release_id), _tenant_of(release_id, slug), Change(kind))
    if rollout is None:
        abort(404)
    return act(
        MissedForm(formdata=None),
        lambda: call_off_own_date(rollout, actor(), now()),
        _("It is off for this tenant. Whoever was told hears so within a minute."),
        url_for("planner.release_page", release_id=release_id),
    )


def _missed_page(release: Release, form: MissedForm) -> str:
    notices = missed_notices(release)
    return render_template(
        "planner/releases/missed.html",
        release=release,
        product=release.product,
        groups={
            kind: [notice for notice in notices if notice.kind is kind]
            for kind in (Change.ACCEPTANCE, Change.PRODUCTION)
        },
        form=form,
    )


def _tenant_of(release_id: int, slug: str) -> Tenant:
    tenant = tenant_by_slug(slug)
    if tenant is None or tenant.product_id != release_or_404(release_id).product_id:
        abort(404)
    return tenant
