"""Plan maintenance, or give it another time: the form answers with what that would mean."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import put_error, reason_typed, revision_of, text
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.maintenance_forms import MaintenanceForm, MoveMaintenanceForm
from entrypoints.plan_reading import window_asked
from entrypoints.planner.acting import window_or_404
from entrypoints.planner.answers import window_means
from entrypoints.planner.blueprint import planner
from entrypoints.planner.plan_page import plan_page
from entrypoints.planner.taken_back import Leaving
from entrypoints.presenting import form_value
from entrypoints.tenants_field import is_finding, read_tenants
from evidence.actors import May
from schedules.errors import BreaksSLA
from schedules.maintenance import move_maintenance, schedule_maintenance
from schedules.models import Impact, MaintenanceWindow
from schedules.outlook import window_outlook
from schedules.window_allowing import checked_plan
from schedules.window_judging import MaintenancePlan, check_environments
from sla.terms import Change
from storage import AllAtOnce, Refused
from tenants import checks
from tenants.models import EnvironmentKind, Product
from tenants.naming import Named


@planner.route("/maintenance/new", methods=["GET", "POST"])
def new_maintenance() -> str | Response | tuple[str, int]:
    """Plan maintenance. Under a week ahead, or in service hours, it asks for a reason."""
    require_may(May.PLAN)
    product = chosen_product()
    form = MaintenanceForm()
    if request.method == "POST":
        named = read_tenants(form, product)
        _lay_in(form, product)
        try:
            if request.form.get("step") == "plan":
                window = schedule_maintenance(product, _plan(form, product, named), actor(), now())
                flash(_("Maintenance %(reference)s is planned.", reference=window.reference), "success")
                return redirect(url_for("planner.maintenance_page", window_id=window.id))
            if not (_is_laid_in() or is_finding()):
                _plan(form, product, named)
        except Refused as refused:
            put_error(form, refused)
        except BreaksSLA:
            # The page says beside the times what is not as it should be.
            pass
    return _answer(form, "planner/maintenance/new.html", product)


@planner.route("/maintenance/<int:window_id>/move", methods=["GET", "POST"])
def move_window(window_id: int) -> str | Response | tuple[str, int]:
    require_may(May.PLAN)
    window = window_or_404(window_id)
    product, zone = window.product, window.product.timezone
    form = MoveMaintenanceForm(
        revision=str(window.revision),
        starts_at=form_value(window.starts_at, zone),
        ends_at=form_value(window.ends_at, zone),
    )
    if request.method == "POST":
        _lay_in(form, product, window)
        try:
            if request.form.get("step", "plan") == "plan" and not _is_laid_in():
                times = _times(form, product)
                leaving = Leaving.of(window, Change if times != (window.starts_at, window.ends_at) else ())
                move_maintenance(
                    window,
                    *times,
                    actor(),
                    now(),
                    revision=revision_of(form),
                    exception_reason=reason_typed(form, "exception_reason"),
                    long_is_meant=_long_is_meant(form),
                )
                flash(_("Maintenance %(reference)s has a new time.", reference=window.reference), "success")
                leaving.say()
                return redirect(url_for("planner.maintenance_page", window_id=window_id))
            if not _is_laid_in():
                _times(form, product)
        except Refused as refused:
            put_error(form, refused)
        except BreaksSLA:
            pass
    return _answer(form, "planner/maintenance/move.html", product, window_or_404(window_id))


def _times(form: Any, product: Product) -> tuple[datetime, datetime]:
    """Start and end. Raises Refused for those that cannot be read."""
    with AllAtOnce() as each:
        starts_at = each(checks.local_moment, "starts_at", text(form, "starts_at"), product.zone)
        ends_at = each(checks.local_moment, "ends_at", text(form, "ends_at"), product.zone)
    return starts_at, ends_at


def _plan(form: Any, product: Product, named: Named) -> MaintenancePlan:
    """Read the form. Raises Refused for what cannot be read."""
    chosen = set(form.environments.data or [])
    with AllAtOnce() as each:
        plan = MaintenancePlan(
            reference=text(form, "reference"),
            starts_at=each(checks.local_moment, "starts_at", text(form, "starts_at"), product.zone),
            ends_at=each(checks.local_moment, "ends_at", text(form, "ends_at"), product.zone),
            environments=frozenset(kind for kind in EnvironmentKind if kind.value in chosen),
            impact=each(_impact, text(form, "impact")),
            reason_nl=text(form, "reason_nl"),
            reason_en=text(form, "reason_en"),
            tenants=tuple(named.slugs),
            exception_reason=reason_typed(form, "exception_reason"),
            long_is_meant=_long_is_meant(form),
        )
        each(named.check)
        each(check_environments, plan.environments)
        return each(checked_plan, plan)


def _impact(typed: str) -> Impact:
    if typed not in {impact.value for impact in Impact}:
        raise Refused("impact", _("Choose what customers notice."))
    return Impact(typed)


def _long_is_meant(form: Any) -> bool:
    """Whether somebody ticked that it is meant to last so long; a tick holds for the times beside which it stood."""
    return request.form.get("long") == f"{text(form, 'starts_at')}/{text(form, 'ends_at')}"


def _lay_in(form: Any, product: Product, window: MaintenanceWindow | None = None) -> None:
    """Lay the times that the page offered into the form, or the evening that is proposed."""
    offered = request.form.get("use", "").split("|")
    if len(offered) == 2:
        form.starts_at.data, form.ends_at.data = offered
    if "propose" not in request.form:
        return
    asked, _wrong = window_asked(_typed(form), _environments(form), product, window)
    evening = window_outlook(product, asked, now(), window=window).proposed
    if evening is None:
        form.form_errors.append(_("There is no evening that has room for maintenance this long."))
    else:
        form.starts_at.data, form.ends_at.data = (form_value(moment, product.timezone) for moment in evening)


def _is_laid_in() -> bool:
    """Whether the page fills in times: nothing else of the form is looked at yet."""
    return bool({"propose", "use"} & set(request.form))


def _typed(form: Any) -> dict[str, str]:
    names = ("starts_at", "ends_at", "impact", "tenants", "exception_reason_nl", "exception_reason_en")
    return {name: text(form, name) for name in names if name in form}


def _environments(form: Any) -> list[str]:
    return list(form.environments.data or []) if "environments" in form else []


def _answer(
    form: Any, template: str, product: Product, window: MaintenanceWindow | None = None
) -> str | tuple[str, int]:
    means = window_means(product, _typed(form), _environments(form), window)
    return plan_page(form, template, product, means, window=window)
