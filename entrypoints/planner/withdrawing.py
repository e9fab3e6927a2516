"""Take back what has just been planned, before anybody was told."""

from flask import url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import EmptyForm
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.acting import act, release_or_404, window_or_404
from entrypoints.planner.blueprint import planner
from evidence.actors import May
from schedules.withdrawing import withdraw_maintenance, withdraw_release


@planner.post("/releases/<int:release_id>/withdraw")
def withdraw(release_id: int) -> str | Response | tuple[str, int]:
    require_may(May.PLAN)
    release = release_or_404(release_id)
    return act(
        EmptyForm(formdata=None),
        lambda: withdraw_release(release, actor(), now()),
        _("Release %(version)s is taken back; nobody heard of it, and its slot is free.", version=release.version),
        url_for("planner.release_page", release_id=release_id),
    )


@planner.post("/maintenance/<int:window_id>/withdraw")
def withdraw_window(window_id: int) -> str | Response | tuple[str, int]:
    require_may(May.PLAN)
    window = window_or_404(window_id)
    return act(
        EmptyForm(formdata=None),
        lambda: withdraw_maintenance(window, actor(), now()),
        _("Maintenance %(reference)s is taken back; nobody heard of it.", reference=window.reference),
        url_for("planner.maintenance_page", window_id=window_id),
    )
