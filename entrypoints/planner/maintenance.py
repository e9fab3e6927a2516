"""Pages to plan, move, cancel and announce maintenance."""

import re
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcements.approvals import approvals_of
from announcements.services import announce_by_hand
from entrypoints.forms import EmptyForm, MaintenanceForm, MoveMaintenanceForm, put_error, revision_of, text
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.acting import act, window_or_404
from entrypoints.planner.blueprint import planner
from entrypoints.planner.filters import asked_choice, asked_page, asked_text, asked_year, in_address
from entrypoints.planner.state_words import window_states
from entrypoints.presenting import form_value
from evidence.actors import May
from schedules.errors import BreaksSLA
from schedules.lists import window_years, windows_asked
from schedules.maintenance import cancel_maintenance, move_maintenance, schedule_maintenance
from schedules.models import Impact
from schedules.notices import OPEN_STATES
from schedules.queries import notice_summary
from schedules.states import WindowState
from schedules.window_judging import MaintenancePlan, WindowVerdict, judge_window
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
    verdict: WindowVerdict | None = None
    if request.method == "POST":
        if request.form.get("use"):
            form.starts_at.data = request.form["use"]
        try:
            plan = _plan(form, product)
            verdict = judge_window(product, plan, now())
            if request.form.get("step") == "plan":
                window = schedule_maintenance(product, plan, actor(), now())
                flash(_("Maintenance %(reference)s is planned.", reference=window.reference), "success")
                return redirect(url_for("planner.maintenance_page", window_id=window.id))
        except Refused as refused:
            put_error(form, refused)
        except BreaksSLA:
            pass
    return _answer(form, verdict, "planner/maintenance/new.html", product=product)


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
    verdict: WindowVerdict | None = None
    if request.method == "POST":
        try:
            starts_at = checks.local_moment("starts_at", text(form, "starts_at"), product.zone)
            ends_at = checks.local_moment("ends_at", text(form, "ends_at"), product.zone)
            move_maintenance(
                window,
                starts_at,
                ends_at,
                actor(),
                now(),
                revision=revision_of(form),
                exception_reason=text(form, "exception_reason"),
            )
            flash(_("Maintenance %(reference)s has a new time.", reference=window.reference), "success")
            return redirect(url_for("planner.maintenance_page", window_id=window_id))
        except Refused as refused:
            put_error(form, refused)
        except BreaksSLA as broken:
            verdict = WindowVerdict(broken.breaches, starts_at)
    window = window_or_404(window_id)
    return _answer(form, verdict, "planner/maintenance/move.html", product=product, window=window)


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
    people = audience(window.product)
    return render_template(
        "planner/maintenance/cancel.html", window=window, product=window.product, people=people, form=form
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
    # Databases limit the number of names in one statement.
    named = checks.line("tenants", text(form, "tenants"), most=10_000, required=False)
    return MaintenancePlan(
        reference=checks.line("reference", text(form, "reference"), most=40),
        starts_at=checks.local_moment("starts_at", text(form, "starts_at"), product.zone),
        ends_at=checks.local_moment("ends_at", text(form, "ends_at"), product.zone),
        environments=frozenset(kind for kind in EnvironmentKind if kind.value in chosen),
        impact=Impact(text(form, "impact")),
        reason_nl=checks.line("reason_nl", text(form, "reason_nl"), most=300),
        reason_en=checks.line("reason_en", text(form, "reason_en"), most=300),
        tenants=tuple(part for part in re.split(r"[;,\s]+", named) if part),
        exception_reason=text(form, "exception_reason"),
    )


def _answer(form: Any, verdict: WindowVerdict | None, template: str, **values: Any) -> str | tuple[str, int]:
    page = render_template(template, form=form, verdict=verdict, people=audience(values["product"]), **values)
    refused = form.errors or form.form_errors or (verdict and verdict.breaches)
    return (page, 422) if refused else page
