"""Maintenance as programs plan and read it."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import ConfigDict, Field

from entrypoints.api.release_shapes import Strictest
from entrypoints.api.shapes import Line, LocalMoment, Paging, Shape, WaiverAnswer, WaiverOf, Words
from schedules.models import Impact
from schedules.states import WindowState
from tenants.models import EnvironmentKind

WINDOW: dict[str, Any] = {
    "reference": "M-2027-001",
    "starts_at": "2027-01-23T21:00",
    "ends_at": "2027-01-24T02:00",
    "environments": ["production"],
    "impact": "OUTAGE",
    "reason": {"nl": "Nieuwe databaseserver", "en": "New database server"},
}
# Databases limit the number of names in one statement.
Slugs = Annotated[list[Annotated[str, Field(max_length=80)]], Field(max_length=1000)]


class NewMaintenance(Shape):
    """Maintenance as it is asked for."""

    model_config = ConfigDict(json_schema_extra={"examples": [WINDOW]})

    reference: Line
    starts_at: LocalMoment
    ends_at: LocalMoment
    environments: Annotated[list[EnvironmentKind], Field(min_length=1, max_length=10)]
    tenants: Slugs | None = None
    """Only these; all of the product's where it is left out or empty."""
    impact: Impact
    """What customers notice, in the words of MAINTNOTE."""
    reason: Words
    """What is done."""
    waiver: WaiverOf | None = None
    """Why it is announced later than aimed at, or falls within service hours."""
    long_is_meant: bool = False
    """Maintenance of more than 48 hours is refused unless this says that it is no slip of the pen."""


class MaintenanceChange(Shape):
    """Another time; what is left out stays as it is."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"starts_at": "2027-01-30T21:00", "ends_at": "2027-01-31T02:00"}]}
    )

    starts_at: LocalMoment | None = None
    ends_at: LocalMoment | None = None
    waiver: WaiverOf | None = None
    long_is_meant: bool = False
    """As in planning: needed where it lasts more than 48 hours from now on."""


class MaintenanceQuery(Paging):
    state: WindowState | None = None


class MaintenanceAnswer(Shape):
    """A maintenance window as it is planned, and how it goes."""

    id: int
    product: str
    reference: str
    state: WindowState
    starts_at: datetime
    ends_at: datetime
    expected_until: datetime | None
    """Where it takes longer than announced, the end that is expected now."""
    started_at: datetime | None
    done_at: datetime | None
    environments: list[EnvironmentKind]
    tenants: list[str] | None
    """None: all of the product's."""
    impact: Impact
    reason: Words
    announce_by: datetime | None
    """The last moment to announce it by the SLA; none where nobody is told."""
    strictest: Strictest | None
    given_at: datetime | None
    """When the last tenant had been given notice; none while a tenant has not."""
    waivers: list[WaiverAnswer]
    planned_by: str
    created_at: datetime
    cancelled_at: datetime | None
    revision: int
