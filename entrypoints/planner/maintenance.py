"""Pages of maintenance as it is planned: the list, one window of it, and what is done with it."""

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcements.approvals import approvals_of, approved_now
from announcements.concerned import contacts_to_let_hear
from announcements.services import announce_by_hand
from entrypoints.filters import asked_choice, asked_page, asked_text, asked_year, in_address
from entrypoints.forms import EmptyForm
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.acting import act, window_or_404
from entrypoints.planner.blueprint import planner
from entrypoints.planner.state_words import window_states
from entrypoints.planner.taken_back import Leaving
from evidence.actors import May
from schedules.audience import audience_of_window
from schedules.duty_groups import notice_summary
from schedules.hearers import dates_told, hearers
from schedules.lists import window_years, windows_asked
from schedules.maintenance import cancel_maintenance
from schedules.states import WindowState, window_state
from schedules.withdrawing import may_withdraw
from sla.terms import Change
from storage.paging import listed
from storage.sought import sought_words


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
        state_of=lambda row: window_state(row, now()).value,
        years=window_years(product),
        asked=in_address(year=year, state=state, words=words),
    )


@planner.get("/maintenance/<int:window_id>")
def maintenance_page(window_id: int) -> str:
    window = window_or_404(window_id)
    approvals = approvals_of(window)
    return render_template(
        "planner/maintenance/page.html",
        window=window,
        product=window.product,
        notices=notice_summary(window),
        may_hear=contacts_to_let_hear(window, now()).get(Change.MAINTENANCE, 0),
        people=audience_of_window(window),
        may_withdraw=may_withdraw(window, now()),
        undone=dates_told(window, now()),
        approvals=approvals,
        approved_now=approved_now(approvals, window),
        form=EmptyForm(),
    )


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
            leaving=Leaving.of_all(window),
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
