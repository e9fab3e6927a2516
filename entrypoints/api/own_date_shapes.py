"""Dates of tenants' own, and waves of them, as programs give and read them."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from entrypoints.api.shapes import Line, LocalMoment, Shape

Update = Literal["acceptance", "production"]
Slugs = Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=10_000)]
WAVE: dict[str, Any] = {
    "name": "Hospitals",
    "kind": "production",
    "planned_at": "2027-03-01T06:00",
    "reason": "They change their own systems in February.",
    "tenants": ["ziekenhuis-peelrand"],
}


class WaveNamed(Shape):
    id: int
    name: str


class NewOwnDate(Shape):
    """A date for one tenant alone."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"planned_at": "2027-03-01T06:00", "reason": "Year-end closing"}]}
    )

    planned_at: LocalMoment
    reason: Line


class OwnDateAnswer(Shape):
    """When a tenant gets an update."""

    tenant: str
    kind: Update
    planned_at: datetime
    own: bool
    """False where it goes along with everybody; the rest is empty then."""
    reason: str
    set_by: str
    set_at: datetime | None
    chosen_by_tenant: bool
    wave: WaveNamed | None
    cancelled_at: datetime | None
    """When the update was called off for this tenant alone."""


class NewWave(Shape):
    """One date for several tenants, all or none."""

    model_config = ConfigDict(json_schema_extra={"examples": [WAVE]})

    name: Line
    kind: Update
    planned_at: LocalMoment
    reason: Line
    tenants: Slugs
    """Their names in addresses."""


class WaveChange(Shape):
    """Another date for those who still go along with a wave."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"planned_at": "2027-03-08T06:00"}]})

    planned_at: LocalMoment
    leave_out: Slugs | None = None
    """These keep the date that they have, and leave the wave."""


class WaveEnd(Shape):
    """Let those who still go along with a wave go along with everybody again."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"leave_out": ["ziekenhuis-peelrand"]}]})

    leave_out: Slugs | None = None
    """These keep the date that they have."""


class WaveAnswer(Shape):
    """Tenants that were given one date together."""

    id: int
    release: int
    name: str
    kind: Update
    planned_at: datetime
    reason: str
    tenants: int
    """How many were put into it."""
    going: int
    """How many still go along."""
    set_by: str
    set_at: datetime
    moved_by: str
    moved_at: datetime | None
    dropped_by: str
    dropped_at: datetime | None
    revision: int
