"""Pages to plan, move, cancel and announce maintenance."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcements.approvals import approvals_of
from announcements.services import announce_by_hand
from entrypoints.forms import EmptyForm, MaintenanceForm, MoveMaintenanceForm, put_error, revision_of, text
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.plan_reading import names_in, window_asked
from entrypoints.planner.acting import act, window_or_404
from entrypoints.planner.answers import window_means
from entrypoints.planner.blueprint import planner
from entrypoints.planner.filters import asked_choice, asked_page, asked_text, asked_year, in_address
from entrypoints.planner.plan_page import plan_page
from entrypoints.planner.state_words import window_states
from entrypoints.presenting import form_value
from evidence.actors import May
from schedules.errors import BreaksSLA
from schedules.hearers import dates_told, hearers
from schedules.lists import window_years, windows_asked
from schedules.maintenance import cancel_maintenance, move_maintenance, schedule_maintenance
from schedules.models import Impact, MaintenanceWindow
from schedules.notices import OPEN_STATES
from schedules.outlook import window_outlook
from schedules.queries import notice_summary
from schedules.states import WindowState
from schedules.window_judging import MaintenancePlan
from schedules.withdrawing import may_withdraw
from sla.terms import Change
from storage import Refused
from storage.paging import listed
from storage.sought import sought_words
from tenants import checks
from tenants.models import EnvironmentKind, Product
from tenants.queries import audience


@planner.get("/maintenance")
def maintenance_list() -> str:
    """Maintenance by the page; filters stand in the address."""
    product = chosen_product()
    year, words = asked_year(), asked_text()
    state = asked_choice("state", list(WindowState))
    asked = WindowState(state) if state else None
    query = windows_asked(product, asked, now(), year=year, words=sought_words(words))
    return render_template(
        "planner/maintenance/list.html",
        product=product,
        found=listed(query, asked_page()),
        states=window_states(),
        years=window_years(product),
        asked=in_address(year=year, state=state, words=words),
    )


@planner.route("/maintenance/new", methods=["GET", "POST"])
def new_maintenance() -> str | Response | tuple[str, int]:
    """Plan maintenance. Under a week ahead, or in service hours, it asks for a reason."""
    require_may(May.PLAN)
    product = chosen_product()
    form = MaintenanceForm()
    if request.method == "POST":
        _lay_in(form, product)
        try:
            if request.form.get("step") == "plan":
                window = schedule_maintenance(product, _plan(form, product), actor(), now())
                flash(_("Maintenance %(reference)s is planned.", reference=window.reference), "success")
                return redirect(url_for("planner.maintenance_page", window_id=window.id))
            if "propose" not in request.form:
                _plan(form, product)
        except Refused as refused:
            put_error(form, refused)
        except BreaksSLA:
            # The page says beside the times what is not as it should be.
            pass
    return _answer(form, "planner/maintenance/new.html", product)


@planner.get("/maintenance/<int:window_id>")
def maintenance_page(window_id: int) -> str:
    window = window_or_404(window_id)
    summary = notice_summary(window)
    return render_template(
        "planner/maintenance/page.html",
        window=window,
        product=window.product,
        notices=summary,
        waiting=any(row.state in OPEN_STATES and row.last_announce_at > now() for row in summary),
        people=audience(window.product),
        may_withdraw=may_withdraw(window, now()),
        undone=dates_told(window, now()),
        approvals=approvals_of(window),
        form=EmptyForm(),
    )


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
            if request.form.get("step", "plan") == "plan" and "propose" not in request.form:
                move_maintenance(
                    window,
                    checks.local_moment("starts_at", text(form, "starts_at"), product.zone),
                    checks.local_moment("ends_at", text(form, "ends_at"), product.zone),
                    actor(),
                    now(),
                    revision=revision_of(form),
                    exception_reason=text(form, "exception_reason"),
                )
                flash(_("Maintenance %(reference)s has a new time.", reference=window.reference), "success")
                return redirect(url_for("planner.maintenance_page", window_id=window_id))
            if "propose" not in request.form:
                for name in ("starts_at", "ends_at"):
                    checks.local_moment(name, text(form, name), product.zone)
        except Refused as refused:
            put_error(form, refused)
        except BreaksSLA:
            pass
    return _answer(form, "planner/maintenance/move.html", product, window_or_404(window_id))


@planner.route("/maintenance/<int:window_id>/cancel", methods=["GET", "POST"])
def cancel_window(window_id: int) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    window = window_or_404(window_id)
    form = EmptyForm()
    if request.method == "POST":
        return act(
            form,
            lambda: cancel_maintenance(window, actor(), now()),
            _("Maintenance %(reference)s is cancelled.", reference=window.reference),
            url_for("planner.maintenance_page", window_id=window_id),
        )
    return render_template(
        "planner/maintenance/cancel.html",
        window=window,
        product=window.product,
        hearing=hearers(window, now()),
        form=form,
    )


@planner.post("/maintenance/<int:window_id>/announce")
def announce_window(window_id: int) -> str | Response | tuple[str, int]:
    require_may(May.MANAGE)
    window = window_or_404(window_id)
    return act(
        EmptyForm(),
        lambda: announce_by_hand(window, Change.MAINTENANCE, actor(), now()),
        _("The notices leave within a minute."),
        url_for("planner.maintenance_page", window_id=window_id),
    )


def _plan(form: Any, product: Product) -> MaintenancePlan:
    """Read the form. Raises Refused for what cannot be read."""
    chosen = set(form.environments.data or [])
    if text(form, "impact") not in {impact.value for impact in Impact}:
        raise Refused("impact", _("Choose what customers notice."))
    return MaintenancePlan(
        reference=checks.line("reference", text(form, "reference"), most=40),
        starts_at=checks.local_moment("starts_at", text(form, "starts_at"), product.zone),
        ends_at=checks.local_moment("ends_at", text(form, "ends_at"), product.zone),
        environments=frozenset(kind for kind in EnvironmentKind if kind.value in chosen),
        impact=Impact(text(form, "impact")),
        reason_nl=checks.line("reason_nl", text(form, "reason_nl"), most=300),
        reason_en=checks.line("reason_en", text(form, "reason_en"), most=300),
        tenants=names_in(text(form, "tenants")),
        exception_reason=text(form, "exception_reason"),
    )


def _lay_in(form: Any, product: Product, window: MaintenanceWindow | None = None) -> None:
    """Lay the start that the page offered into the form, or the evening that is proposed."""
    if request.form.get("use"):
        form.starts_at.data = request.form["use"]
    if "propose" not in request.form:
        return
    asked, _wrong = window_asked(_typed(form), _environments(form), product, window)
    evening = window_outlook(product, asked, now(), window=window).proposed
    if evening is None:
        form.form_errors.append(_("There is no evening that has room for maintenance this long."))
    else:
        form.starts_at.data, form.ends_at.data = (form_value(moment, product.timezone) for moment in evening)


def _typed(form: Any) -> dict[str, str]:
    return {name: text(form, name) for name in ("starts_at", "ends_at", "impact", "tenants") if name in form}


def _environments(form: Any) -> list[str]:
    return list(form.environments.data or []) if "environments" in form else []


def _answer(
    form: Any, template: str, product: Product, window: MaintenanceWindow | None = None
) -> str | tuple[str, int]:
    means = window_means(product, _typed(form), _environments(form), window)
    return plan_page(form, template, product, means, window=window)
