"""Pages about one wave: its tenants and their notices; moving and dropping it."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import put_error, revision_of, text
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.acting import wave_or_404
from entrypoints.planner.blueprint import planner
from entrypoints.planner.numbers import in_runs, numbers_in
from entrypoints.planner.own_date_answers import is_unread_by_some, own_date_means
from entrypoints.planner.rollouts import MOST_SHOWN
from entrypoints.planner.taken_back import Leaving
from entrypoints.presenting import form_value
from entrypoints.rollout_forms import DropWaveForm, MoveWaveForm
from evidence.actors import May
from schedules.going_along import hearers_of_wave, ids_going, number_going
from schedules.own_date_judging import OwnDateVerdict
from schedules.wave_models import Wave
from schedules.wave_queries import notices_of_wave, tenants_of
from schedules.waves import SomeCannot, drop_wave, move_wave, tenants_among
from storage import Refused, db
from tenants import checks


@planner.get("/waves/<int:wave_id>")
def wave(wave_id: int) -> str:
    row = wave_or_404(wave_id)
    return render_template(
        "planner/rollouts/wave.html",
        wave=row,
        release=row.release,
        product=row.release.product,
        found=tenants_of(row, request.args.get("page", 1, type=int)),
        states=notices_of_wave(row),
        going=number_going(row),
    )


@planner.route("/waves/<int:wave_id>/move", methods=["GET", "POST"])
def move_the_wave(wave_id: int) -> str | Response | tuple[str, int]:
    """Give a whole wave another date."""
    require_may(May.PLAN)
    row = wave_or_404(wave_id)
    zone = row.release.product.timezone
    form = MoveWaveForm(revision=str(row.revision), planned_at=form_value(row.planned_at, zone))
    out = numbers_in(request.form.get("left_out", ""))
    verdict: OwnDateVerdict | None = None
    unread = False
    if request.form.get("lay"):
        # Laid into the form, and not moved yet.
        form.planned_at.data = request.form["lay"]
    elif request.method == "POST":
        try:
            planned_at = checks.local_moment("planned_at", text(form, "planned_at"), row.release.product.zone)
            out |= _more_out()
            unread = is_unread_by_some(row.release, row.kind, ids_going(row) - out, planned_at)
            if not unread:
                leaving = _leaving(row, out, planned_at)
                move_wave(row, planned_at, actor(), now(), revision=revision_of(form), leave_out=out)
                flash(_("The wave %(name)s has a new date.", name=wave_or_404(wave_id).name), "success")
                leaving.say()
                return redirect(url_for("planner.wave", wave_id=wave_id))
        except Refused as refused:
            db.session.rollback()
            put_error(form, refused)
        except SomeCannot as some:
            verdict = some.verdict
    return _answer("planner/rollouts/move.html", wave_id, form, verdict, out, unread=unread)


@planner.route("/waves/<int:wave_id>/drop", methods=["GET", "POST"])
def drop_the_wave(wave_id: int) -> str | Response | tuple[str, int]:
    """Let a whole wave go along with everybody again."""
    require_may(May.PLAN)
    row = wave_or_404(wave_id)
    form = DropWaveForm(revision=str(row.revision))
    out = numbers_in(request.form.get("left_out", ""))
    verdict: OwnDateVerdict | None = None
    if request.method == "POST":
        out |= _more_out()
        try:
            leaving = _leaving(row, out, row.release.planned_at_of(row.kind))
            drop_wave(row, actor(), now(), revision=revision_of(form), leave_out=out)
            flash(_("The wave is dropped: its tenants go along with everybody again."), "success")
            leaving.say()
            return redirect(url_for("planner.wave", wave_id=wave_id))
        except Refused as refused:
            db.session.rollback()
            put_error(form, refused)
        except SomeCannot as some:
            verdict = some.verdict
    return _answer("planner/rollouts/drop.html", wave_id, form, verdict, out)


def _more_out() -> set[int]:
    """Whom the button "leave these out" names: with it the verb is done for the others."""
    return numbers_in(request.form.get("objecting", "")) if request.form.get("step") == "leave_out" else set()


def _leaving(row: Wave, out: set[int], moved_to: datetime | None = None) -> Leaving:
    """What is about to leave of the date of those who still go along."""
    return Leaving.of_some(row.release, row.kind, ids_going(row) - out, moved_to)


def _answer(
    template: str, wave_id: int, form: Any, verdict: OwnDateVerdict | None, out: set[int], *, unread: bool = False
) -> str | tuple[str, int]:
    row = wave_or_404(wave_id)
    going = ids_going(row) - out
    tenants = tenants_among(row.release, going)
    typed = text(form, "planned_at") if "planned_at" in form else ""
    means, _wrong = own_date_means(row.release, row.kind, tenants, {"planned_at": typed})
    # What is dropped goes along with everybody again.
    moved_to = means["at"] if "planned_at" in form else row.release.planned_at_of(row.kind)
    page = render_template(
        template,
        wave=row,
        release=row.release,
        product=row.release.product,
        form=form,
        verdict=verdict,
        unread=unread,
        leaving=_leaving(row, out),
        left_out=out,
        in_runs=in_runs,
        most=MOST_SHOWN,
        going=len(tenants),
        hearing=hearers_of_wave(row, now(), out, moved_to=moved_to),
        **means,
    )
    return (page, 422) if verdict or form.errors or form.form_errors else page
