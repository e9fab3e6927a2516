"""The shapes that several calls share. The text below a field is its documentation."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from schedules.reasons import NO_REASON, Reason
from sla.breaches import Breach, Rule

LOCAL_MOMENT = (
    "A date and time in ISO 8601. With an offset it is that moment; without one it is the clock of the product's time "
    "zone, where a time that the clock skips is refused and one that comes twice is the first."
)
LocalMoment = Annotated[str, Field(max_length=40, description=LOCAL_MOMENT, examples=["2027-01-18T06:00"])]
Line = Annotated[str, Field(max_length=2000)]
Markdown = Annotated[str, Field(max_length=1024 * 1024)]


class Shape(BaseModel):
    """What is sent or answered: nothing more than is documented, and of the documented kind."""

    model_config = ConfigDict(extra="forbid", strict=True, use_attribute_docstrings=True)


class Words(Shape):
    """A line in both languages."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"nl": "Sneller zoeken", "en": "Faster search"}]})

    nl: Line
    en: Line


class Texts(Shape):
    """Markdown in both languages."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"nl": "Wat **nieuw** is", "en": "What is **new**"}]})

    nl: Markdown
    en: Markdown


def _in_both(reason: Any) -> Any:
    return {"nl": reason, "en": reason} if isinstance(reason, str) else reason


class WaiverOf(Shape):
    """Let what would be broken pass; it stays on record, and customers read it where a notice comes late."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": {"nl": "Dringend", "en": "Urgent"}}]})

    reason: Annotated[Words, BeforeValidator(_in_both, json_schema_input_type=Words | Line)]
    """In both languages. One text alone stands for both, so that half of the customers read it in another language."""


def reason_of(waiver: WaiverOf | None) -> Reason:
    """Why something is to pass; none where nothing is."""
    return Reason(nl=waiver.reason.nl, en=waiver.reason.en) if waiver is not None else NO_REASON


class WaiverAnswer(Shape):
    """A promise that somebody let pass."""

    rule: str
    clause: str
    given: str
    required: str
    reason: str
    """In Dutch; in both languages it is in ``reason_words``."""
    reason_words: Words
    waived_by: str
    waived_at: datetime
    tenant: str | None
    """The tenant for which alone it was let pass, if any."""


class BreachAnswer(Shape):
    """A promise that a plan would break, with all that is needed to mend it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "rule": "production_notice",
                    "clause": "SLA 3.3",
                    "message": "Production on 10 Dec 2026, 06:00 is too soon: it must be announced one month ahead "
                    "(SLA 3.3).",
                    "given": "2026-12-10T05:00:00+00:00",
                    "required": "P1M",
                    "earliest": "2026-12-23T09:15:00Z",
                }
            ]
        }
    )

    rule: Rule
    clause: str
    """The contract's, empty for a rule of the product's own."""
    message: str
    """For people, in the language that Accept-Language asks for."""
    given: str
    required: str
    earliest: datetime | None
    """The first moment that would do."""

    @classmethod
    def of(cls, breach: Breach, message: str) -> "BreachAnswer":
        return cls(
            rule=breach.rule,
            clause=breach.clause,
            message=message,
            given=breach.given,
            required=breach.required,
            earliest=breach.earliest,
        )


class FieldProblem(Shape):
    field: str
    """Where it is, with dots between: ``title.nl``."""
    message: str


class Problem(Shape):
    """Why something is refused, and what to do (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "https://announcements.example.com/api/v1/#status-422",
                    "title": "This cannot be used",
                    "status": 422,
                    "detail": "This moment has passed. Choose a later one.",
                    "errors": [{"field": "production_at", "message": "This moment has passed. Choose a later one."}],
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem] | None = None
    breaches: list[BreachAnswer] | None = None


class Paging(BaseModel):
    """Which part of a list; what comes after the last page is empty."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    page: int = Field(default=1, ge=1, le=1_000_000)
    per_page: int = Field(default=50, ge=1, le=200)


Item = TypeVar("Item", bound=BaseModel)
Row = TypeVar("Row")


class Page(Shape, Generic[Item]):
    """A part of a list."""

    items: list[Item]
    page: int
    per_page: int
    total: int
    """How many there are on all pages."""

    @classmethod
    def of(cls, items: list[Item], total: int, query: Paging) -> "Page[Item]":
        return cls(items=items, page=query.page, per_page=query.per_page, total=total)

    @classmethod
    def part_of(cls, rows: Sequence[Row], query: Paging, answer: Callable[[Row], Item]) -> "Page[Item]":
        """A part of rows that were read whole, each as ``answer`` says it."""
        start = (query.page - 1) * query.per_page
        return cls.of([answer(row) for row in rows[start : start + query.per_page]], len(rows), query)
