"""What the answer to a customer's question for another date would mean, as its form asks while somebody types."""

from collections.abc import Mapping
from typing import Any

from flask import abort, render_template, request

from announcements.date_answers import Answer, check_says_what_it_does, readers_of_answer
from entrypoints.guards import require_may
from entrypoints.plan_reading import Wrong
from entrypoints.planner.blueprint import planner
from entrypoints.planner.own_date_answers import objections, own_date_means
from entrypoints.planner.taken_back import Leaving
from evidence.actors import May
from schedules.rollouts import date_for
from schedules.wave_models import DateRequest
from storage import Refused, db
from storage.database import only_reads


@planner.post("/date-requests/<int:asked_id>/means")
@only_reads
def date_request_answer(asked_id: int) -> str:
    """What the answer that is being filled in would mean: a part of its page."""
    require_may(May.PLAN)
    row = date_request_or_404(asked_id)
    values, wrong = date_request_means(row, request.form)
    said = {"offered_at": [*wrong.fields.get("offered_at", []), *values["problems"]]}
    return render_template("planner/dates/_answer.html", live=True, wrong=said, **values)


def date_request_means(row: DateRequest, typed: Mapping[str, str]) -> tuple[dict[str, Any], Wrong]:
    """What the part of the page shows of the date in the form, and what is wrong in it."""
    values, wrong = own_date_means(row.release, row.kind, [row.tenant], typed, "offered_at")
    chosen = typed.get("answer", "")
    answer = Answer(chosen) if chosen in {one.value for one in Answer} else None
    if answer is Answer.NO:
        # The date stands there and means nothing.
        wrong = Wrong()
    try:
        if answer is not None:
            check_says_what_it_does(row, answer, values["at"])
    except Refused as refused:
        wrong.add(refused)
    return values | {
        "asked": row,
        "release": row.release,
        "tenant": row.tenant,
        "product": row.release.product,
        "present": date_for(row.release, row.tenant, row.kind),
        "answer": answer,
        "readers": readers_of_answer(row),
        # A proposal leaves the date as it is.
        "leaving": Leaving.of_some(row.release, row.kind, [row.tenant_id] if answer is Answer.YES else []),
        "problems": [] if answer is Answer.NO else objections(values["outlook"].verdict, row.release.product),
    }, wrong


def date_request_or_404(asked_id: int) -> DateRequest:
    """The question of this number."""
    row = db.session.get(DateRequest, asked_id)
    if row is None:
        abort(404)
    return row
