"""Pages of the dates that customers ask for, and the answer."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcements.date_answers import Answer, answer_request
from entrypoints.filters import asked_page
from entrypoints.forms import put_error, text
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.blueprint import planner
from entrypoints.presenting import form_value
from entrypoints.rollout_forms import AnswerDateForm
from evidence.actors import May
from schedules.date_request_queries import date_requests, waiting_date_requests
from schedules.errors import BreaksSLA
from schedules.own_date_judging import OwnDateVerdict, judge_own_dates
from schedules.rollouts import date_for
from schedules.wave_models import DateRequest
from storage import Refused, db
from tenants import checks


@planner.get("/date-requests")
def date_request_list() -> str:
    """What waits for an answer, and all that was ever asked."""
    product = chosen_product()
    return render_template(
        "planner/dates/list.html",
        product=product,
        waiting=waiting_date_requests(product, now(), asked_page("open")),
        found=date_requests(product, asked_page()),
    )


@planner.get("/date-requests/<int:asked_id>")
def date_request(asked_id: int) -> str:
    """One question, and what its date would break."""
    row = _request(asked_id)
    form = AnswerDateForm(formdata=None, offered_at=form_value(row.asked_for, row.release.product.timezone))
    return _page(row, form, _verdict(row, None))


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
        return _page(row, form, _verdict(row, form))
    try:
        _answer(row, form)
        flash(_("The answer is on its way to the customer."), "success")
        return redirect(url_for("planner.date_request", asked_id=asked_id))
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
    except BreaksSLA:
        pass
    return _page(_request(asked_id), form, _verdict(_request(asked_id), form)), 422


def _answer(row: DateRequest, form: AnswerDateForm) -> None:
    typed = text(form, "answer")
    if typed not in {one.value for one in Answer}:
        raise Refused("answer", _("Choose one of the answers."))
    answer = Answer(typed)
    zone = row.release.product.zone
    at = None if answer is Answer.NO else checks.local_moment("offered_at", text(form, "offered_at"), zone)
    answer_request(row, answer, at, text(form, "words"), actor(), now())


def _verdict(row: DateRequest, form: AnswerDateForm | None) -> OwnDateVerdict | None:
    """What the date asked for, or the one typed, breaks; None where that is no date."""
    at = row.asked_for
    if form is not None:
        try:
            at = checks.local_moment("offered_at", text(form, "offered_at"), row.release.product.zone)
        except Refused:
            return None
    return judge_own_dates(row.release, row.kind, [row.tenant], at, now())


def _page(row: DateRequest, form: AnswerDateForm, verdict: OwnDateVerdict | None) -> str:
    return render_template(
        "planner/dates/page.html",
        asked=row,
        release=row.release,
        tenant=row.tenant,
        product=row.release.product,
        present=date_for(row.release, row.tenant, row.kind),
        verdict=verdict,
        form=form,
    )


def _request(asked_id: int) -> DateRequest:
    row = db.session.get(DateRequest, asked_id)
    if row is None:
        abort(404)
    return row
