"""Pages to choose tenants of a release and give them one date of their own; without a script, what was ticked travels
along in the form from page to page."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import put_error, text
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.acting import release_or_404
from entrypoints.planner.blueprint import planner
from entrypoints.planner.numbers import MOST, in_runs, numbers_in
from entrypoints.planner.own_date_answers import is_unread_by_some, own_date_means
from entrypoints.planner.taken_back import Leaving
from entrypoints.presenting import form_value
from entrypoints.rollout_forms import WaveForm
from evidence.actors import May
from schedules.errors import ChangedMeanwhile
from schedules.models import Release
from schedules.own_date_judging import OwnDateVerdict
from schedules.own_date_situations import own_dates_of_some
from schedules.own_dates_seen import seen_of
from schedules.support import support_picture, versions_running
from schedules.wave_queries import waves
from schedules.waves import SomeCannot, give_wave, tenants_among, wave_words
from sla.terms import Change
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.models import EnvironmentKind
from tenants.queries import tenant_ids, tenant_page

FILTER = ("words", "version", "environment")
ON_A_PAGE = 40
# Of more the page says how many there are.
MOST_SHOWN = 100


@planner.get("/releases/<int:release_id>/rollout")
def rollout(release_id: int) -> str:
    """The waves of a release, and the tenants to make another of."""
    return _choosing(release_or_404(release_id), set())


@planner.post("/releases/<int:release_id>/rollout/choose")
def choose_tenants(release_id: int) -> str | Response | tuple[str, int]:
    """Choose the tenants of a wave, then its date."""
    require_may(May.PLAN)
    release = release_or_404(release_id)
    chosen = _chosen(release)
    step = request.form.get("step", "")
    if step == "leave_out":
        chosen -= numbers_in(request.form.get("objecting", ""))
    if not request.form.get("lay") and step not in {"give", "leave_out", "go_on"}:
        return _choosing(release, chosen)
    if not chosen:
        flash(_("Choose one tenant at least."), "danger")
        return _choosing(release, chosen), 422
    return _dating(release, chosen, step)


def _choosing(release: Release, chosen: set[int]) -> str:
    """The list to tick tenants in; filters stand in the address, or in the form."""
    asked: dict[str, Any] = {name: request.values.get(name, "").strip()[:80] for name in FILTER}
    found = tenant_page(release.product, _page(), per_page=ON_A_PAGE, **asked)
    kind = EnvironmentKind.ACCEPTANCE if asked["environment"] == "acceptance" else EnvironmentKind.PRODUCTION
    return render_template(
        "planner/rollouts/choose.html",
        release=release,
        product=release.product,
        waves=waves(release),
        found=found,
        asked=asked,
        chosen=chosen,
        in_runs=in_runs,
        own=own_dates_of_some(release, [row[0].id for row in found.rows]),
        picture=support_picture(release.product, now()),
        versions=[version for version, _number in versions_running(release.product, kind) if version],
    )


def _dating(release: Release, chosen: set[int], step: str) -> str | Response | tuple[str, int]:
    """The date of those who were chosen; where it would not do for some, who, why, and the ways on."""
    form = WaveForm()
    unread = False
    if step == "go_on":
        form = WaveForm(
            formdata=None,
            planned_at=form_value(release.production_at, release.product.timezone),
            revision=seen_of(release, sorted(chosen)),
        )
        return _date_page(release, chosen, form)
    if request.form.get("lay"):
        # Laid into the form, and not given yet.
        form.planned_at.data = request.form["lay"]
        return _date_page(release, chosen, form)
    try:
        words = text(form, "name"), text(form, "reason")
        with AllAtOnce() as each:
            kind = each(_kind, form)
            planned_at = each(checks.local_moment, "planned_at", text(form, "planned_at"), release.product.zone)
            each(wave_words, *words)
        unread = is_unread_by_some(release, kind, chosen, planned_at)
        if not unread:
            seen = text(form, "revision") or None
            leaving = Leaving.of_some(release, kind, chosen, planned_at)
            wave = give_wave(release, kind, chosen, planned_at, *words, actor(), now(), seen=seen)
            flash(_("The wave %(name)s has its date.", name=wave.name), "success")
            leaving.say()
            return redirect(url_for("planner.wave", wave_id=wave.id))
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        if isinstance(refused, ChangedMeanwhile):
            # What changed stands on the page that follows.
            form.revision.data = seen_of(release_or_404(release.id), sorted(chosen))
    except SomeCannot:
        # The page says who, and why.
        db.session.rollback()
    page = _date_page(release_or_404(release.id), chosen, form, is_sent=True, unread=unread)
    return page if unread else (page, 422)


def _date_page(
    release: Release, chosen: set[int], form: WaveForm, *, is_sent: bool = False, unread: bool = False
) -> str:
    """The form; once it was sent, with who cannot have its date beside whatever else is wrong."""
    tenants = tenants_among(release, chosen)
    kind = Change.ACCEPTANCE if text(form, "kind") == "acceptance" else Change.PRODUCTION
    own = own_dates_of_some(release, [tenant.id for tenant in tenants])
    means = own_date_means(release, kind, tenants, {"planned_at": text(form, "planned_at")})[0]
    verdict: OwnDateVerdict | None = means["outlook"].verdict
    return render_template(
        "planner/rollouts/date.html",
        release=release,
        product=release.product,
        own=[(tenant, rollout) for tenant in tenants for rollout in own.get(tenant.id, [])],
        tenants=tenants,
        ticked=chosen,
        in_runs=in_runs,
        most=MOST_SHOWN,
        form=form,
        verdict=verdict if is_sent and verdict and verdict.objections else None,
        unread=unread,
        leaving=Leaving.of_some(release, kind, chosen),
        **means,
    )


def _kind(form: WaveForm) -> Change:
    typed = text(form, "kind")
    if typed not in {"acceptance", "production"}:
        raise Refused("kind", _("Choose acceptance or production."))
    return Change(typed)


def _page() -> int:
    """The page asked for: by the address, or by one of the form's buttons."""
    here = request.values.get("page", 1, type=int) or 1
    here = max(1, min(here, MOST))
    return {"next": here + 1, "previous": here - 1, "show": 1}.get(request.values.get("step", ""), here)


def _chosen(release: Release) -> set[int]:
    """Who is chosen: those of the pages before, with what was ticked on this one."""
    chosen = numbers_in(request.form.get("chosen", ""))
    chosen -= numbers_in(request.form.get("shown", ""))
    chosen |= numbers_in(" ".join(request.form.getlist("tick")[:200]))
    if request.form.get("step") == "all":
        asked = {name: request.form.get(name, "").strip()[:80] for name in FILTER}
        chosen |= set(tenant_ids(release.product, **asked))
    if request.form.get("step") == "none":
        chosen = set()
    return chosen
