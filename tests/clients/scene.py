"""A customer of the running product whose calendar has all that calendars stumble over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from announcements.services import announce_by_hand, announce_due
from app import create_app
from outbox.mime import render
from schedules.maintenance import cancel_maintenance, move_maintenance
from schedules.models import MaintenanceWindow, Release
from schedules.release_cancelling import cancel_release
from sla.terms import Change
from storage import db
from tenants.feed_tokens import current
from tenants.models import Product
from tests import world
from tests.conftest import settings_for
from tests.planning import messages, moved, planned_release, planned_window
from tests.served import Served
from tests.world import MANAGER, PLANNER, local

# Far enough ahead that no deadline comes near while the tests run.
YEAR = datetime.now(UTC).year + 2
# Of a release and its two dates: in winter, in summer, moved to what stands last, cancelled.
WINTER = (f"{YEAR}-01-17T06:00", f"{YEAR}-02-07T06:00")
SUMMER = (f"{YEAR}-06-06T06:00", f"{YEAR}-07-04T06:00")
BEFORE = (f"{YEAR}-09-05T06:00", f"{YEAR}-10-03T06:00")
MOVED = (f"{YEAR}-09-12T06:00", f"{YEAR}-10-31T23:30")
OFF = (f"{YEAR}-11-07T06:00", f"{YEAR}-12-05T06:00")


def last_sunday(month: int) -> date:
    """The day on which the clocks change."""
    last = date(YEAR, month, 31)
    return last - timedelta(days=last.isoweekday() % 7)


SPRING, AUTUMN = last_sunday(3), last_sunday(10)
# Of maintenance: start and end; the night in which an hour is missing, and the one in which an hour comes twice.
SHORT_NIGHT = (f"{SPRING}T01:30", f"{SPRING}T03:30")
LONG_NIGHT = (f"{AUTUMN - timedelta(days=1)}T22:00", f"{AUTUMN}T04:00")
UPKEEP_BEFORE = (f"{YEAR}-05-02T21:00", f"{YEAR}-05-02T23:00")
UPKEEP_MOVED = (f"{YEAR}-05-09T21:00", f"{YEAR}-05-09T23:45")
UPKEEP_OFF = (f"{YEAR}-08-01T21:00", f"{YEAR}-08-02T02:00")
UPDATE_LASTS = timedelta(hours=1)


@dataclass(frozen=True)
class Scene:
    """Where the customer's calendars are, and the mails about what is in them."""

    people: str
    maintnote: str
    mails: Sequence[bytes]


def play(served: Served, folder: Path) -> Scene:
    """Plan, announce, move and cancel in the database of a running product, as its planners would."""
    settings = settings_for(f"sqlite:///{folder / 'announcements.db'}", folder)
    app = create_app(settings.model_copy(update={"BASE_URL": served.base_url}))
    with app.app_context():
        product = world.make_product("klok", "Klok")
        tenant = world.make_tenant(product, "klok-en-zomer", contacts=2, now=datetime.now(UTC))
        _play(product)
        token = current(app.config["FEED_KEY"], tenant.id)
        mails = [render(one.letter, one, datetime.now(UTC)) for one in messages(tenant) if one.letter.calendar]
        db.session.remove()
        db.engine.dispose()
    return Scene(f"{served.base_url}/feeds/{token}.ics", f"{served.base_url}/feeds/{token}/maintenance.ics", mails)


def _play(product: Product) -> None:
    now = datetime.now(UTC)
    versions = {name: f"{YEAR}.{number}" for number, name in enumerate(("winter", "summer", "moved", "off"), 1)}
    releases = {
        name: planned_release(product, versions[name], *dates, now=now)
        for name, dates in (("winter", WINTER), ("summer", SUMMER), ("moved", BEFORE), ("off", OFF))
    }
    windows = {
        name: planned_window(product, *times, reference=name, now=now)
        for name, times in (
            ("M-short-night", SHORT_NIGHT),
            ("M-long-night", LONG_NIGHT),
            ("M-moved", UPKEEP_BEFORE),
            ("M-off", UPKEEP_OFF),
        )
    }
    for release in releases.values():
        _announce(release, Change.ACCEPTANCE, Change.PRODUCTION)
    for window in windows.values():
        _announce(window, Change.MAINTENANCE)
    now = datetime.now(UTC)
    moved(releases["moved"], *MOVED, now=now)
    cancel_release(releases["off"], MANAGER, now)
    starts, ends = (local(moment) for moment in UPKEEP_MOVED)
    move_maintenance(windows["M-moved"], starts, ends, PLANNER, now, revision=windows["M-moved"].revision)
    cancel_maintenance(windows["M-off"], MANAGER, now)
    announce_due(datetime.now(UTC))


def _announce(change: Release | MaintenanceWindow, *kinds: Change) -> None:
    for kind in kinds:
        announce_by_hand(change, kind, MANAGER, datetime.now(UTC))
    announce_due(datetime.now(UTC))
