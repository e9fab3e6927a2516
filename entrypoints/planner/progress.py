"""Pages on which operators say how maintenance goes."""

from datetime import datetime, timedelta

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import EmptyForm, text
from entrypoints.guards import actor, now, require_may
from entrypoints.maintenance_forms import LongerForm
from entrypoints.planner.acting import act, window_or_404
from entrypoints.planner.blueprint import planner
from entrypoints.presenting import form_value
from evidence.actors import May
from schedules.audience import audience_of_window
from schedules.models import MaintenanceWindow
from schedules.progress import (
    FAR,
    extend_maintenance,
    finish_maintenance,
    overrun,
    reasons_of_longer,
    start_maintenance,
)
from storage import AllAtOnce, Refused
from tenants import checks


@planner.post("/maintenance/<int:window_id>/start")
def start_window(window_id: int) -> str | Response | tuple[str, int]:
    require_may(May.OPERATE)
    window = window_or_404(window_id)
    return act(
        EmptyForm(),
        lambda: start_maintenance(window, actor(), now()),
        _("Maintenance %(reference)s is under way.", reference=window.reference),
        _page(window_id),
    )


@planner.post("/maintenance/<int:window_id>/done")
def finish_window(window_id: int) -> str | Response | tuple[str, int]:
    require_may(May.OPERATE)
    window = window_or_404(window_id)
    return act(
        EmptyForm(),
        lambda: finish_maintenance(window, actor(), now()),
        _("Maintenance %(reference)s is done.", reference=window.reference),
        _page(window_id),
    )


@planner.route("/maintenance/<int:window_id>/longer", methods=["GET", "POST"])
def extend_window(window_id: int) -> str | Response | tuple[str, int]:
    """Say until when it takes, and why."""
    require_may(May.OPERATE)
    window = window_or_404(window_id)
    product = window.product
    form = LongerForm(new_end=form_value(window.lasts_until, product.timezone))

    def again() -> str:
        return render_template(
            "planner/maintenance/longer.html",
            window=window,
            product=product,
            form=form,
            people=audience_of_window(window),
            far=_far(window, text(form, "new_end")),
        )

    def extend() -> None:
        reasons = text(form, "reason_nl"), text(form, "reason_en")
        with AllAtOnce() as each:
            new_end = each(checks.local_moment, "new_end", text(form, "new_end"), product.zone)
            each(reasons_of_longer, *reasons)
        # A tick holds for the end beside which it stood.
        sure = request.form.get("sure") == text(form, "new_end")
        extend_maintenance(window, new_end, *reasons, actor(), now(), sure_of=new_end if sure else None)

    if request.method == "GET":
        return again()
    done = _("Maintenance %(reference)s is expected to be done later.", reference=window.reference)
    return act(form, extend, done, _page(window_id), again)


def _far(window: MaintenanceWindow, typed: str) -> tuple[datetime, timedelta] | None:
    """The end that was typed and how much later it is, where that is so much that it is asked for twice."""
    try:
        new_end = checks.local_moment("new_end", typed, window.product.zone)
    except Refused:
        return None
    late = overrun(window, new_end)
    return (new_end, late) if late > FAR else None


def _page(window_id: int) -> str:
    return url_for("planner.maintenance_page", window_id=window_id)
