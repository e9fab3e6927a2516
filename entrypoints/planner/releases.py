"""Pages to plan, move, cancel and announce releases."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcements.approvals import approvals_of
from announcements.services import announce_by_hand
from entrypoints.forms import (
    EmptyForm,
    MoveReleaseForm,
    PatchForm,
    ReleaseForm,
    TitlesForm,
    put_error,
    revision_of,
    text,
)
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.acting import act, release_or_404
from entrypoints.planner.answers import release_means
from entrypoints.planner.blueprint import planner
from entrypoints.planner.filters import asked_choice, asked_page, asked_text, asked_year, in_address
from entrypoints.planner.plan_page import plan_page
from entrypoints.planner.state_words import release_states
from entrypoints.presenting import form_value
from evidence.actors import May, NotAllowed
from release_notes.queries import drafts, published
from schedules.errors import BreaksSLA
from schedules.ground import Ground
from schedules.hearers import dates_told, hearers
from schedules.judging import ReleasePlan
from schedules.lists import release_years, releases_asked
from schedules.missed import missed_notices
from schedules.models import Release
from schedules.notices import OPEN_STATES
from schedules.patches import record_patch
from schedules.proposing import proposed_dates
from schedules.queries import notice_summary
from schedules.releases import cancel_release, move_release, retitle_release, schedule_release
from schedules.rollouts import number_of_own_dates, own_dates
from schedules.states import ReleaseState
from schedules.support import would_lose_support
from schedules.wave_queries import waves
from schedules.withdrawing import may_withdraw
from sla.terms import Change
from storage import Refused
from storage.paging import listed
from storage.sought import sought_words
from tenants import checks
from tenants.models import Product
from tenants.queries import audience


@planner.get("/releases")
def release_list() -> str:
    """Releases by the page; filters stand in the address."""
    product = chosen_product()
    year, state, words = asked_year(), asked_choice("state", list(ReleaseState)), asked_text()
    query = releases_asked(product, year, ReleaseState(state) if state else None, now(), sought_words(words))
    return render_template(
        "planner/releases/list.html",
        product=product,
        found=listed(query, asked_page()),
        states=release_states(),
        years=release_years(product),
        asked=in_address(year=year, state=state, words=words),
    )


@planner.route("/releases/new", methods=["GET", "POST"])
def new_release() -> str | Response | tuple[str, int]:
    """Plan a release. Breaches come back beside the dates, with the first dates that would do."""
    require_may(May.PLAN)
    product = chosen_product()
    form = ReleaseForm()
    if request.method == "POST":
        _lay_in(form, product)
        try:
            if request.form.get("step") == "plan":
                release = schedule_release(product, _plan(form, product), actor(), now())
                flash(_("Release %(version)s is planned.", version=release.version), "success")
                return redirect(url_for("planner.release_page", release_id=release.id))
            _check(form, product)
        except Refused as refused:
            put_error(form, refused)
        except (BreaksSLA, NotAllowed):
            # The page says beside the dates what is broken.
            pass
    return _answer(form, "planner/releases/new.html", product)


@planner.get("/releases/<int:release_id>")
def release_page(release_id: int) -> str:
    return _release_page(release_or_404(release_id))


@planner.route("/releases/<int:release_id>/move", methods=["GET", "POST"])
def move(release_id: int) -> str | Response | tuple[str, int]:
    """Give a release other dates."""
    require_may(May.PLAN)
    release = release_or_404(release_id)
    product = release.product
    zone = product.timezone
    form = MoveReleaseForm(
        revision=str(release.revision),
        acceptance_at=form_value(release.acceptance_at, zone),
        production_at=form_value(release.production_at, zone),
    )
    if request.method == "POST":
        _lay_in(form, product, release)
        try:
            if request.form.get("step") == "plan":
                plan = _plan(form, product, release)
                move_release(
                    release,
                    plan.acceptance_at,
                    plan.production_at,
                    actor(),
                    now(),
                    revision=revision_of(form),
                    waiver_reason=plan.waiver_reason,
                )
                flash(_("Release %(version)s has new dates.", version=release.version), "success")
                return redirect(url_for("planner.release_page", release_id=release.id))
            _check(form, product, release)
        except Refused as refused:
            put_error(form, refused)
        except (BreaksSLA, NotAllowed):
            release = release_or_404(release_id)
    return _answer(form, "planner/releases/move.html", product, release)


@planner.route("/releases/<int:release_id>/cancel", methods=["GET", "POST"])
def cancel(release_id: int) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    release = release_or_404(release_id)
    form = EmptyForm()
    if request.method == "POST":
        return act(
            form,
            lambda: cancel_release(release, actor(), now()),
            _("Release %(version)s is cancelled; its slot is free.", version=release.version),
            url_for("planner.release_page", release_id=release_id),
        )
    return render_template(
        "planner/releases/cancel.html",
        release=release,
        product=release.product,
        hearing=hearers(release, now()),
        notices=notice_summary(release),
        form=form,
    )


@planner.post("/releases/<int:release_id>/announce/<any(acceptance, production):kind>")
def announce_release(release_id: int, kind: str) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    release = release_or_404(release_id)
    return act(
        EmptyForm(),
        lambda: announce_by_hand(release, Change(kind), actor(), now()),
        _("The notices leave within a minute."),
        url_for("planner.release_page", release_id=release_id),
    )


@planner.post("/releases/<int:release_id>/titles")
def titles(release_id: int) -> str | Response | tuple[str, int]:
    require_may(May.PLAN)
    release = release_or_404(release_id)
    form = TitlesForm()
    return act(
        form,
        lambda: retitle_release(release, text(form, "title_nl"), text(form, "title_en"), actor(), now()),
        _("The titles are saved."),
        url_for("planner.release_page", release_id=release_id),
        lambda: _release_page(release_or_404(release_id), titles_form=form),
    )


@planner.post("/releases/<int:release_id>/patches")
def patches(release_id: int) -> str | Response | tuple[str, int]:
    require_may(May.OPERATE)
    release = release_or_404(release_id)
    form = PatchForm()

    def record() -> None:
        deployed_at = checks.local_moment("deployed_at", text(form, "deployed_at"), release.product.zone)
        notes = text(form, "notes_nl"), text(form, "notes_en")
        record_patch(release, text(form, "version"), bool(form.urgent.data), deployed_at, *notes, actor(), now())

    return act(
        form,
        record,
        _("The patch is recorded."),
        url_for("planner.release_page", release_id=release_id),
        lambda: _release_page(release_or_404(release_id), patch_form=form),
    )


def _release_page(release: Release, **forms: Any) -> str:
    product, zone = release.product, release.product.timezone
    summary = notice_summary(release)
    alone = own_dates(release)
    shown: dict[str, Any] = {
        "titles_form": TitlesForm(formdata=None, title_nl=release.title_nl, title_en=release.title_en),
        "patch_form": PatchForm(formdata=None, version=f"{release.version}.", deployed_at=form_value(now(), zone)),
    }
    return render_template(
        "planner/releases/page.html",
        release=release,
        product=product,
        people=audience(product),
        notices=summary,
        waiting={row.kind.value for row in summary if row.state in OPEN_STATES and row.last_announce_at > now()},
        held_back=len(missed_notices(release)),
        own_dates=alone,
        others_with_own_dates=number_of_own_dates(release) - len(alone),
        waves=waves(release),
        may_withdraw=may_withdraw(release, now()),
        undone=dates_told(release, now()),
        losing=would_lose_support(product, release, now()) if release.production_at > now() else [],
        drafts=drafts(release.id),
        published=published(release.id),
        approvals=approvals_of(release),
        form=EmptyForm(formdata=None),
        **(shown | forms),
    )


def _plan(form: Any, product: Product, release: Release | None = None) -> ReleasePlan:
    """Read the form. Raises Refused for a date that does not exist."""
    return ReleasePlan(
        version=release.version if release else checks.line("version", text(form, "version"), most=40),
        acceptance_at=checks.local_moment("acceptance_at", text(form, "acceptance_at"), product.zone),
        production_at=checks.local_moment("production_at", text(form, "production_at"), product.zone),
        title_nl=release.title_nl if release else text(form, "title_nl"),
        title_en=release.title_en if release else text(form, "title_en"),
        waiver_reason=text(form, "waiver_reason"),
    )


def _check(form: Any, product: Product, release: Release | None = None) -> None:
    """Read what is only to be checked. Raises Refused for what cannot be read, unless other dates were laid in."""
    if not {"propose", "use"} & set(request.form):
        _plan(form, product, release)


def _lay_in(form: Any, product: Product, release: Release | None = None) -> None:
    """Lay the dates that the page offered into the form, or those that are proposed."""
    offered = request.form.get("use", "").split("|")
    if len(offered) == 2:
        form.acceptance_at.data, form.production_at.data = offered
    if "propose" in request.form:
        version = release.version if release else text(form, "version")
        dates = proposed_dates(Ground.of(product, now(), release=release), now(), version)
        if dates is None:
            form.form_errors.append(_("There are no dates in the next three years that keep every promise."))
        else:
            form.acceptance_at.data = form_value(dates.acceptance_at, product.timezone)
            form.production_at.data = form_value(dates.production_at, product.timezone)


def _answer(form: Any, template: str, product: Product, release: Release | None = None) -> str | tuple[str, int]:
    typed = {name: text(form, name) for name in ("version", "acceptance_at", "production_at") if name in form}
    return plan_page(form, template, product, release_means(product, typed, release), release=release)
