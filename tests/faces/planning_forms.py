"""What the tests of planning type into forms, and where they look afterwards."""

from typing import Any

from sqlalchemy import func, select, update

from announcements.services import announce_due
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice
from storage import db
from tests.faces.pages import Form
from tests.planning import ACCEPTANCE, PRODUCTION
from tests.world import local

NEW = "/planner/releases/new"
RIGHT: Form = {
    "version": "2027.1",
    "title_nl": "Sneller zoeken",
    "title_en": "Faster search",
    "acceptance_at": ACCEPTANCE,
    "production_at": PRODUCTION,
    "step": "plan",
}
EARLY: Form = RIGHT | {"acceptance_at": "2026-12-01T06:00", "production_at": "2026-12-10T06:00"}
# The first days at six o'clock that are two weeks and a month ahead of 23 November, 10:00.
OFFERED = "2026-12-08T06:00|2026-12-24T06:00"

MAINTENANCE = "/planner/maintenance/new"
WINDOW: Form = {
    "reference": "M-2026-1",
    "starts_at": "2026-12-05T21:00",
    "ends_at": "2026-12-06T02:00",
    "environments": ["acceptance", "production"],
    "impact": "DEGRADED",
    "reason_nl": "Nieuwe databaseserver",
    "reason_en": "New database server",
    "step": "plan",
}
LONG = " ".join(["Donaudampfschifffahrt" * 15] * 30)


def the_release() -> Release:
    return db.session.scalars(select(Release).order_by(Release.id.desc()).limit(1)).one()


def the_window() -> MaintenanceWindow:
    return db.session.scalars(select(MaintenanceWindow)).one()


def count(kind: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def announced(release: Release, moment: str = "2026-11-23T10:00") -> None:
    """Everything about a release has been told."""
    db.session.execute(update(Notice).where(Notice.release_id == release.id).values(announce_at=local(moment)))
    db.session.commit()
    announce_due(local(moment))


MOMENTS = [
    "",
    "   ",
    "nonsense",
    "2026-02-30T06:00",
    "2027-02-29T06:00",
    "2027-13-01T06:00",
    "2027-01-18T24:01",
    "2027-01-18T25:00",
    "2027-01-18",
    "06:00",
    "18/01/2027 06:00",
    "0000-01-01T00:00",
    "0001-01-01T00:00",
    "1999-12-31T23:59",
    "9999-12-31T23:59",
    "2200-01-01T06:00",
    "99999-01-01T06:00",
    "-2027-01-18T06:00",
    "2027-01-18T06:00+99:00",
    "2027-01-18\0T06:00",
    "2027-01-18T06:00\0",
    "٢٠٢٧-01-18T06:00",
    "2027-01-18T06:00; DROP TABLE release",
    "<script>alert(1)</script>",
    "💥",
    "1e400",
    "NaN",
    # The clock goes forward over this half hour.
    "2027-03-28T02:30",
    # It has passed.
    "2026-11-23T09:59",
    "2020-01-01T06:00",
]

VERSIONS = [
    "",
    "  ",
    "2027",
    "2027.",
    ".1",
    "2027.1.2.3.4",
    "v2027.1",
    "2027.1-rc1",
    "-2027.1",
    "2027,1",
    "２０２７.１",
    "٢٠٢٧.١",
    "2027.1<script>",
    "2027.9999999",
    "2027.1\u202e",
    "2027.\0001",
    "x" * 300,
    "%s%n",
    "../../etc/passwd",
    "💥",
]

HUGE = "999999999999999999999"


def path_of(release: Release, verb: str = "") -> str:
    return f"/planner/releases/{release.id}{verb}"
