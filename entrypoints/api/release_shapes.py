"""Releases as programs plan and read them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from entrypoints.api.shapes import BreachAnswer, Line, LocalMoment, Paging, Shape, WaiverAnswer, WaiverOf, Words
from schedules.clashes import ClashKind
from schedules.states import ReleaseState
from sla.periods import YEARS
from sla.terms import Change

PLAN: dict[str, Any] = {
    "version": "2027.1",
    "title": {"nl": "Sneller zoeken", "en": "Faster search"},
    "acceptance_at": "2027-01-18T06:00",
    "production_at": "2027-02-22T06:00",
}


class NewRelease(Shape):
    """A release as it is asked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [PLAN]})

    version: Line
    title: Words
    acceptance_at: LocalMoment
    production_at: LocalMoment
    waiver: WaiverOf | None = None
    """Of a manager, where the plan breaks a promise that may be let pass."""


class ReleaseChange(Shape):
    """What changes of a release; what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"production_at": "2027-03-01T06:00"}]})

    title: Words | None = None
    acceptance_at: LocalMoment | None = None
    production_at: LocalMoment | None = None
    waiver: WaiverOf | None = None


class ReleaseQuery(Paging):
    year: Annotated[int, Field(ge=YEARS[0], le=YEARS[-1])] | None = None
    """Those whose production date lies in this year."""
    state: ReleaseState | None = None


class Slot(Shape):
    """One of the four of a year."""

    year: int
    number: int


class Strictest(Shape):
    """The first deadline by any tenant's agreement; the SLA's own, with no tenants, where none is stricter."""

    announce_by: datetime
    tenants: list[str]


class Step(Shape):
    """The update of one environment."""

    planned_at: datetime
    announce_by: datetime
    """The last moment to announce it by the SLA."""
    strictest: Strictest
    given_at: datetime | None
    """When the last tenant had been given notice; none while a tenant has not."""


class NotesWritten(Shape):
    """How far the release notes are in each language."""

    nl: Literal["draft", "published"] | None
    en: Literal["draft", "published"] | None


class ReleaseAnswer(Shape):
    """A release as it is planned."""

    id: int
    product: str
    version: str
    title: Words
    state: ReleaseState
    slot: Slot | None
    """None once it is cancelled."""
    acceptance: Step
    production: Step
    notes: NotesWritten
    waivers: list[WaiverAnswer]
    planned_by: str
    created_at: datetime
    cancelled_at: datetime | None
    revision: int


class Earliest(Shape):
    """The first dates at the same clock times, not before those asked for, that keep every promise."""

    acceptance_at: datetime
    production_at: datetime


class Mailed(Shape):
    """Whom it would be mailed to."""

    tenants: int
    contacts: int
    without_contact: int
    """Tenants that have nobody to tell."""


class LosingSupport(Shape):
    """Tenants that would drop out of full support (SLA 4.2), by the version they run in production."""

    version: str | None
    tenants: list[str]


class ClashAnswer(Shape):
    """Something that stands in the way of a date without breaking a promise; it refuses nothing."""

    kind: ClashKind
    change: Change
    """Of which of its dates."""
    message: str
    """For people, in the language that Accept-Language asks for."""
    at: datetime
    release: int | None
    """The other release that it meets, if any."""
    maintenance: int | None


class ReleaseCheck(Shape):
    """What a plan would do. Nothing is written."""

    keeps_promises: bool
    slot: Slot | None
    """The one it would take; none where the year is full."""
    breaches: list[BreachAnswer]
    clashes: list[ClashAnswer]
    earliest: Earliest
    mailed: Mailed
    losing_support: list[LosingSupport]
