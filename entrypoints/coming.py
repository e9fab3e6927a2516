"""What comes without anybody's doing: updates, maintenance, and the notices that leave by themselves."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import url_for
from flask_babel import gettext as _

from entrypoints.needs.duties import mails_of, named, until_when
from entrypoints.needs.need import AHEAD, Asking
from entrypoints.presenting import language
from schedules.models import MaintenanceWindow, Release
from schedules.queries import DutyGroup, releases_ahead, windows
from tenants.models import EnvironmentKind
from tenants.wording import environment_in_words, tenants_in_words

# More than these nobody reads at a glance; the lists have them all.
MOST = 20
# What has not left by then has nobody to go to, or no worker runs.
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
    found = [one for release in releases_ahead(asking.product, asking.now, until) for one in _updates(release)]
    found += [_maintenance(one) for one in windows(asking.product, ahead_of=asking.now, until=until)]
    by_hand = {id(one.duty) for one in asking.to_approve}
    zone = asking.product.timezone
    found += [_notice(duty, zone, asking.now) for duty in asking.near if id(duty) not in by_hand]
    within = [one for one in found if one.sign not in _UPDATES or asking.now < one.at <= until]
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


def _notice(duty: DutyGroup, zone: str, now: datetime) -> Coming:
    if duty.announce_at <= now - LEAVES_WITHIN:
        leaves = _(
            "Leaves as soon as there is somebody to tell at %(tenants)s.", tenants=tenants_in_words(duty.tenants)
        )
    elif duty.announce_at <= now:
        leaves = _("Leaves now, as far as there is anybody to tell.")
    else:
        leaves = _("Leaves by itself, to %(tenants)s.", tenants=tenants_in_words(duty.tenants))
    at = max(duty.announce_at, now)
    return Coming(at, "planned", "", named(duty), mails_of(duty), f"{leaves} {until_when(duty, zone)}")
