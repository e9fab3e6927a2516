"""Plan a release, or give it other dates: the form answers with what that would mean."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import put_error, reason_typed, revision_of, text
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.acting import release_or_404
from entrypoints.planner.answers import release_means
from entrypoints.planner.blueprint import planner
from entrypoints.planner.plan_page import plan_page
from entrypoints.planner.taken_back import Leaving
from entrypoints.presenting import form_value
from entrypoints.release_forms import MoveReleaseForm, ReleaseForm
from evidence.actors import May, NotAllowed
from schedules.errors import BreaksSLA
from schedules.ground import Ground
from schedules.judging import ReleasePlan, changed_dates
from schedules.models import Release
from schedules.proposing import comes_before, proposed_dates
from schedules.release_words import checked_plan
from schedules.releases import move_release, schedule_release
from storage import AllAtOnce, Refused
from tenants import checks
from tenants.models import Product


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
            if not _is_laid_in():
                _plan(form, product)
        except Refused as refused:
            put_error(form, refused)
        except (BreaksSLA, NotAllowed):
            # The page says beside the dates what is broken.
            pass
    return _answer(form, "planner/releases/new.html", product)


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
                plan = _move(form, release)
                leaving = Leaving.of(release, changed_dates(plan, release))
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
                leaving.say()
                return redirect(url_for("planner.release_page", release_id=release.id))
            if not _is_laid_in():
                _move(form, release)
        except Refused as refused:
            put_error(form, refused)
        except (BreaksSLA, NotAllowed):
            release = release_or_404(release_id)
    return _answer(form, "planner/releases/move.html", product, release)


def _plan(form: Any, product: Product) -> ReleasePlan:
    """Read the form. Raises Refused for all that cannot be read."""
    with AllAtOnce() as each:
        plan = ReleasePlan(
            version=text(form, "version"),
            acceptance_at=each(checks.local_moment, "acceptance_at", text(form, "acceptance_at"), product.zone),
            production_at=each(checks.local_moment, "production_at", text(form, "production_at"), product.zone),
            title_nl=text(form, "title_nl"),
            title_en=text(form, "title_en"),
            waiver_reason=reason_typed(form, "waiver_reason"),
        )
        return each(checked_plan, plan)


def _move(form: Any, release: Release) -> ReleasePlan:
    """The same of a move, which asks for dates alone."""
    zone = release.product.zone
    with AllAtOnce() as each:
        return ReleasePlan(
            version=release.version,
            acceptance_at=each(checks.local_moment, "acceptance_at", text(form, "acceptance_at"), zone),
            production_at=each(checks.local_moment, "production_at", text(form, "production_at"), zone),
            title_nl=release.title_nl,
            title_en=release.title_en,
            waiver_reason=each(reason_typed(form, "waiver_reason").checked, "waiver_reason"),
        )


def _is_laid_in() -> bool:
    """Whether other dates were laid into the form, so that what stood there is not to be read."""
    return bool({"propose", "use"} & set(request.form))


def _lay_in(form: Any, product: Product, release: Release | None = None) -> None:
    """Lay the dates that the page offered into the form, or those that are proposed."""
    offered = request.form.get("use", "").split("|")
    if len(offered) == 2:
        form.acceptance_at.data, form.production_at.data = offered
    if "propose" in request.form:
        version = release.version if release else text(form, "version")
        ground = Ground.of(product, now(), release=release)
        dates = proposed_dates(ground, now(), version)
        if dates is None and comes_before(ground, version) is not None:
            form.form_errors.append(
                _(
                    "No dates before the next higher version keep every promise and meet nothing else. Move that one "
                    "first, or choose a higher version."
                )
            )
        elif dates is None:
            form.form_errors.append(_("There are no dates in the next three years that keep every promise."))
        else:
            form.acceptance_at.data = form_value(dates.acceptance_at, product.timezone)
            form.production_at.data = form_value(dates.production_at, product.timezone)


def _answer(form: Any, template: str, product: Product, release: Release | None = None) -> str | tuple[str, int]:
    names = ("version", "acceptance_at", "production_at", "waiver_reason_nl", "waiver_reason_en")
    typed = {name: text(form, name) for name in names if name in form}
    return plan_page(form, template, product, release_means(product, typed, release), release=release)
