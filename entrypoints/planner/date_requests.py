"""Pages of the dates that customers ask for, and the answer."""

from datetime import datetime

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcements.date_answers import Answer, answer_request, answered_in
from entrypoints.filters import asked_page
from entrypoints.forms import put_error, read_in, text
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.blueprint import planner
from entrypoints.presenting import form_value
from entrypoints.rollout_forms import AnswerDateForm
from evidence.actors import May
from schedules.date_request_queries import other_date_requests, waiting_date_requests
from schedules.errors import BreaksSLA, ChangedMeanwhile
from schedules.in_the_way import in_the_way_of_some
from schedules.own_date_judging import judge_own_dates
from schedules.own_dates_seen import seen_of
from schedules.rollouts import date_for
from schedules.wave_models import DateRequest, RequestState
from storage import Refused, db
from tenants import checks


@planner.get("/date-requests")
def date_request_list() -> str:
    """What waits for an answer, and below it whatever else was asked."""
    product = chosen_product()
    return render_template(
        "planner/dates/list.html",
        product=product,
        waiting=waiting_date_requests(product, now(), asked_page("open")),
        found=other_date_requests(product, now(), asked_page()),
    )


@planner.get("/date-requests/<int:asked_id>")
def date_request(asked_id: int) -> str:
    """One question, and what its date would break."""
    row = _request(asked_id)
    form = AnswerDateForm(
        formdata=None,
        offered_at=form_value(row.asked_for, row.release.product.timezone),
        revision=seen_of(row.release, [row.tenant_id]),
    )
    return _page(row, form, row.asked_for)


@planner.post("/date-requests/<int:asked_id>/answer")
def answer_date_request(asked_id: int) -> str | Response | tuple[str, int]:
    """Say yes, no, or propose another date; what would break a promise comes back beside it."""
    require_may(May.PLAN)
    row = _request(asked_id)
    form = AnswerDateForm()
    if request.form.get("use"):
        # Laid into the form and not sent: it is another date than was asked for, which wants some words.
        form.offered_at.data = request.form["use"]
        form.answer.data = form.answer.data or Answer.OTHER.value
        return _page(row, form, _typed(row, form))
    try:
        _answer(row, form)
        flash(_("The answer is on its way to the customer."), "success")
        return redirect(url_for("planner.date_request", asked_id=asked_id))
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        if isinstance(refused, ChangedMeanwhile):
            form.revision.data = seen_of(_request(asked_id).release, [_request(asked_id).tenant_id])
    except BreaksSLA:
        pass
    row = _request(asked_id)
    return _page(row, form, _typed(row, form)), 422


def _answer(row: DateRequest, form: AnswerDateForm) -> None:
    typed = text(form, "answer")
    if typed not in {one.value for one in Answer}:
        raise Refused("answer", _("Choose one of the answers."))
    answer = Answer(typed)
    zone = row.release.product.zone
    at = None if answer is Answer.NO else checks.local_moment("offered_at", text(form, "offered_at"), zone)
    answer_request(row, answer, at, text(form, "words"), actor(), now(), seen=text(form, "revision") or None)


def _typed(row: DateRequest, form: AnswerDateForm) -> datetime | None:
    """The date in the form; None where that is no date."""
    try:
        return checks.local_moment("offered_at", text(form, "offered_at"), row.release.product.zone)
    except Refused:
        return None


def _page(row: DateRequest, form: AnswerDateForm, at: datetime | None) -> str:
    """The page, with what a date would break and what stands in its way."""
    verdict = judge_own_dates(row.release, row.kind, [row.tenant], at, now()) if at else None
    ahead = at is not None and at > now() and row.state is RequestState.OPEN
    read_in(form, "words", answered_in(row))
    return render_template(
        "planner/dates/page.html",
        asked=row,
        release=row.release,
        tenant=row.tenant,
        product=row.release.product,
        present=date_for(row.release, row.tenant, row.kind),
        verdict=verdict,
        clashes=in_the_way_of_some(row.release, row.kind, at, now()) if at and ahead else [],
        form=form,
    )


def _request(asked_id: int) -> DateRequest:
    row = db.session.get(DateRequest, asked_id)
    if row is None:
        abort(404)
    return row
