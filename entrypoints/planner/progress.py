"""Pages on which operators say how maintenance goes."""

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import EmptyForm, LongerForm, text
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.acting import act, window_or_404
from entrypoints.planner.blueprint import planner
from entrypoints.presenting import form_value
from evidence.actors import May
from schedules.audience import audience_of_window
from schedules.progress import extend_maintenance, finish_maintenance, start_maintenance
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
        )

    def extend() -> None:
        new_end = checks.local_moment("new_end", text(form, "new_end"), product.zone)
        extend_maintenance(window, new_end, text(form, "reason_nl"), text(form, "reason_en"), actor(), now())

    if request.method == "GET":
        return again()
    done = _("Maintenance %(reference)s is expected to be done later.", reference=window.reference)
    return act(form, extend, done, _page(window_id), again)


def _page(window_id: int) -> str:
    return url_for("planner.maintenance_page", window_id=window_id)
