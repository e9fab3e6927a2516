"""What comes without anybody's doing: updates, maintenance, and the notices that leave by themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for
from flask_babel import gettext as _

from entrypoints.needs.duties import mails_of, named, until_when
from entrypoints.needs.need import AHEAD, Asking
from entrypoints.needs.people import DutyPeople
from entrypoints.presenting import language
from schedules.duty_groups import DutyGroup
from schedules.models import MaintenanceWindow, Release
from schedules.queries import releases_ahead, windows
from tenants.models import EnvironmentKind
from tenants.wording import environment_in_words, tenants_in_words

# More than these nobody reads at a glance; the lists have them all.
MOST = 20
# What has not left by then is late: no worker runs, or the mail server refuses us.
LEAVES_WITHIN = timedelta(minutes=5)
_UPDATES = frozenset(kind.value for kind in EnvironmentKind)


@dataclass(frozen=True)
class Coming:
    """Something that comes at a moment.

    ``sign`` is its shape and colour, ``kind`` the word beside it, where
    ``what`` does not say it.
    """

    at: datetime
    sign: str
    kind: str
    what: str
    page: str
    more: str = ""
    window: MaintenanceWindow | None = None


def coming(asking: Asking) -> list[Coming]:
    """What comes within the time ahead, the first one first; three queries."""
    until = asking.now + AHEAD
    found: list[Coming | None] = [
        one for release in releases_ahead(asking.product, asking.now, until) for one in _updates(release)
    ]
    found += [_maintenance(one) for one in windows(asking.product, ahead_of=asking.now, until=until)]
    by_hand = {id(one.duty) for one in asking.to_approve}
    zone = asking.product.timezone
    found += [
        _notice(duty, _to_tell(duty, asking), zone, asking.now) for duty in asking.near if id(duty) not in by_hand
    ]
    within = [one for one in found if one is not None and (one.sign not in _UPDATES or asking.now < one.at <= until)]
    return sorted(within, key=lambda one: one.at)


def _updates(release: Release) -> list[Coming]:
    what = f"{release.version} {release.title(language())}".strip()
    page = url_for("planner.release_page", release_id=release.id)
    return [
        Coming(release.planned_at(kind), kind.value, environment_in_words(kind).capitalize(), what, page)
        for kind in EnvironmentKind
    ]


def _maintenance(window: MaintenanceWindow) -> Coming:
    what = f"{window.reference} {window.reason(language())}".strip()
    page = url_for("planner.maintenance_page", window_id=window.id)
    return Coming(window.starts_at, "maintenance", _("Maintenance"), what, page, window=window)


def _to_tell(duty: DutyGroup, asking: Asking) -> int:
    """At how many of its tenants there is somebody to tell."""
    return duty.tenants - asking.people_of_near.get(duty, DutyPeople()).without_contact


def _notice(duty: DutyGroup, tenants: int, zone: str, now: datetime) -> Coming | None:
    """A notice that leaves by itself; None where nobody is there to be told, which is what needs a person."""
    if not tenants:
        return None
    if duty.announce_at <= now - LEAVES_WITHIN:
        leaves = _("Should have left to %(tenants)s by now.", tenants=tenants_in_words(tenants))
    elif duty.announce_at <= now:
        leaves = _("Leaves now, to %(tenants)s.", tenants=tenants_in_words(tenants))
    else:
        leaves = _("Leaves by itself, to %(tenants)s.", tenants=tenants_in_words(tenants))
    return Coming(duty.announce_at, "planned", "", named(duty), mails_of(duty), f"{leaves} {until_when(duty, zone)}")
