"""Dates that customers ask for: list, read, answer (SLA 3.3)."""

from datetime import datetime

from pydantic import ConfigDict

from announcements.date_answers import Answer as Said
from announcements.date_answers import answer_request, words_of_answer
from entrypoints.api.calls import Answer, call
from entrypoints.api.found import the_date_request, the_product
from entrypoints.api.guard import caller
from entrypoints.api.own_date_shapes import Update
from entrypoints.api.shapes import Line, LocalMoment, Page, Paging, Shape
from entrypoints.guards import now
from evidence.actors import May
from schedules.date_request_queries import date_requests_asked
from schedules.wave_models import DateRequest, RequestState
from sla.terms import Change
from storage import AllAtOnce
from storage.paging import page_of
from tenants import checks


class DateRequestQuery(Paging):
    state: RequestState | None = None


class DateRequestAnswer(Shape):
    """A customer's question for another date of an update, and what was answered."""

    id: int
    tenant: str
    release: int
    version: str
    kind: Update
    state: RequestState
    asked_for: datetime
    told_date: datetime | None
    """The date that the customer had been told when it asked."""
    instead_of: datetime
    """The date that stood then, be it announced or not."""
    reason: str
    asked_by: str
    asked_at: datetime
    answer: str
    """What the customer read with the answer."""
    offered_at: datetime | None
    """The date that was given, or proposed instead."""
    answered_by: str
    answered_at: datetime | None
    settled_by: str
    settled_at: datetime | None


class NewDateAnswer(Shape):
    """Yes, no, or another date instead."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"answer": "no", "words": "Nobody works then."}]})

    answer: Said
    offered_at: LocalMoment | None = None
    """The date that is proposed. A yes gives the one that was asked for, so that it may be left out then."""
    words: Line = ""
    """What the customer reads with it; needed for a no, and beside a proposal."""


@call("GET", "/products/<product>/date-requests", may=May.LOOK, query=DateRequestQuery, answer=Page[DateRequestAnswer])
def list_date_requests(product: str, query: DateRequestQuery) -> Answer:
    """Dates that customers of a product asked for, the latest first."""
    found = page_of(date_requests_asked(the_product(product), query.state), query.page, query.per_page)
    return Answer(Page[DateRequestAnswer].of([_answer(one) for one in found.rows], found.total, query))


@call("GET", "/date-requests/<int:asked_id>", may=May.LOOK, answer=DateRequestAnswer)
def get_date_request(asked_id: int) -> Answer:
    """A date that a customer asked for."""
    return Answer(_answer(the_date_request(asked_id)))


@call(
    "POST",
    "/date-requests/<int:asked_id>/answer",
    may=May.PLAN,
    body=NewDateAnswer,
    answer=DateRequestAnswer,
    conflicts=True,
)
def answer_date_request(asked_id: int, body: NewDateAnswer) -> Answer:
    """Give the date, refuse it, or propose another; whoever asked is mailed.

    Yes gives the date that was asked for and takes no other: that is a proposal. A date that breaks a promise is 422
    with its breaches. One that was answered, taken back or closed is 409.
    """
    row = the_date_request(asked_id)
    at = None
    with AllAtOnce() as each:
        if body.offered_at is not None:
            at = each(checks.local_moment, "offered_at", body.offered_at, row.release.product.zone)
        elif body.answer is Said.YES:
            at = row.asked_for
        each(words_of_answer, body.answer, body.words)
    answer_request(row, body.answer, at, body.words, caller(), now())
    return Answer(_answer(row))


def _answer(row: DateRequest) -> DateRequestAnswer:
    return DateRequestAnswer(
        id=row.id,
        tenant=row.tenant.slug,
        release=row.release_id,
        version=row.release.version,
        kind="acceptance" if row.kind is Change.ACCEPTANCE else "production",
        state=row.state,
        asked_for=row.asked_for,
        told_date=row.told_date,
        instead_of=row.instead_of,
        reason=row.reason,
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        answer=row.answer,
        offered_at=row.offered_at,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
        settled_by=row.settled_by,
        settled_at=row.settled_at,
    )
