"""Pages of the dates that customers ask for, and the answer."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from announcements.date_answers import (
    Answer,
    answer_request,
    answered_in,
    check_says_what_it_does,
    same_minute,
    words_of_answer,
)
from entrypoints.filters import asked_page
from entrypoints.forms import put_error, read_in, text
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.blueprint import planner
from entrypoints.planner.date_request_answers import date_request_means, date_request_or_404
from entrypoints.planner.own_date_answers import is_unread
from entrypoints.planner.taken_back import Leaving
from entrypoints.presenting import form_value
from entrypoints.rollout_forms import AnswerDateForm
from evidence.actors import May
from schedules.date_request_queries import other_date_requests, waiting_date_requests
from schedules.date_requests import check_open
from schedules.errors import BreaksSLA, ChangedMeanwhile
from schedules.own_dates_seen import seen_of
from schedules.rollouts import check_own_date
from schedules.wave_models import DateRequest
from storage import AllAtOnce, Refused, db
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
    """One question, and what its date would mean."""
    row = date_request_or_404(asked_id)
    form = AnswerDateForm(
        formdata=None,
        offered_at=form_value(row.asked_for, row.release.product.timezone),
        revision=seen_of(row.release, [row.tenant_id]),
    )
    return _page(row, form)


@planner.post("/date-requests/<int:asked_id>/answer")
def answer_date_request(asked_id: int) -> str | Response | tuple[str, int]:
    """Say yes, no, or propose another date; what would break a promise comes back beside it."""
    require_may(May.PLAN)
    row = date_request_or_404(asked_id)
    form = AnswerDateForm()
    try:
        # Before what else may be wrong: nothing of it needs mending in a form that is not there any more.
        check_open(row)
        if request.form.get("lay"):
            # Laid into the form and not sent: the answer goes with it, and another date than was asked for wants words.
            form.offered_at.data = request.form["lay"]
            form.answer.data = _answer_that_gives(row, text(form, "offered_at")).value
            return _page(row, form)
        leaving = _answered(row, form)
        if leaving is None:
            return _page(row, form, unread=True)
        flash(_("The answer is on its way to the customer."), "success")
        leaving.say()
        return redirect(url_for("planner.date_request", asked_id=asked_id))
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        if isinstance(refused, ChangedMeanwhile):
            row = date_request_or_404(asked_id)
            form.revision.data = seen_of(row.release, [row.tenant_id])
    except BreaksSLA:
        # The page says beside the date what is broken.
        pass
    return _page(date_request_or_404(asked_id), form), 422


def _answered(row: DateRequest, form: AnswerDateForm) -> Leaving | None:
    """Answer, and return what was about to leave; None where something stands in the way of the date that was not read
    beside this very date."""
    typed = text(form, "answer")
    if typed not in {one.value for one in Answer}:
        raise Refused("answer", _("Choose one of the answers."))
    answer = Answer(typed)
    words = text(form, "words")
    with AllAtOnce() as each:
        zone = row.release.product.zone
        at = None if answer is Answer.NO else each(checks.local_moment, "offered_at", text(form, "offered_at"), zone)
        each(words_of_answer, answer, words)
        check_says_what_it_does(row, answer, at)
    if at is not None:
        check_own_date(row.release, row.tenant, row.kind, at, now(), field="offered_at")
        if is_unread(row.release, row.kind, at):
            return None
    gets_it = [row.tenant_id] if answer is Answer.YES else []
    leaving = Leaving.of_some(row.release, row.kind, gets_it, at)
    answer_request(row, answer, at, words, actor(), now(), seen=text(form, "revision") or None)
    return leaving


def _answer_that_gives(row: DateRequest, typed: str) -> Answer:
    """Yes to the date that was asked for, a proposal of any other."""
    at = checks.local_moment("offered_at", typed, row.release.product.zone)
    return Answer.YES if same_minute(at, row.asked_for) else Answer.OTHER


def _page(row: DateRequest, form: AnswerDateForm, *, unread: bool = False) -> str:
    """The page, with what the date in the form would mean."""
    typed = {name: text(form, name) for name in ("answer", "offered_at")}
    values, _wrong = date_request_means(row, typed)
    read_in(form, "words", answered_in(row))
    return render_template("planner/dates/page.html", form=form, unread=unread, **values)
