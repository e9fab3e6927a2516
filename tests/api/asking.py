"""What programs send in tests, and an address of every kind."""

from typing import Any

from entrypoints.api.calls import CALLS, Call
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice
from tests.planning import ACCEPTANCE, PRODUCTION
from tests.world import World

RELEASES = "/products/inconto/releases"
MAINTENANCE = "/products/inconto/maintenance"
PLAN: dict[str, Any] = {
    "version": "2027.1",
    "title": {"nl": "Sneller zoeken", "en": "Faster search"},
    "acceptance_at": ACCEPTANCE,
    "production_at": PRODUCTION,
}
EARLY = PLAN | {"acceptance_at": "2026-12-01T06:00", "production_at": "2026-12-10T06:00"}
WINDOW: dict[str, Any] = {
    "reference": "M-1",
    "starts_at": "2026-12-05T21:00",
    "ends_at": "2026-12-06T02:00",
    "environments": ["acceptance", "production"],
    "impact": "DEGRADED",
    "reason": {"nl": "Nieuwe databaseserver", "en": "New database server"},
}
URGENT: dict[str, Any] = {
    "kind": "urgent",
    "product": "inconto",
    "subject": {"nl": "Inloggen lukt niet", "en": "Signing in fails"},
    "markdown": {"nl": "Wij werken **eraan**.", "en": "We are **on it**."},
}
TERMS = URGENT | {"kind": "terms", "document": "Voorwaarden 2027", "effective_on": "2027-01-01"}
TOLD: dict[str, Any] = {"channel": "telephone", "contact": "Mw. De Wit", "at": "2026-11-23T10:00", "by": "Anna"}


def address_of(one: Call, planned: World, release: Release, window: MaintenanceWindow, notice: Notice) -> str:
    """The address of a call about things of Zorggroep De Brug."""
    values = {
        "<product>": "inconto",
        "<int:release_id>": str(release.id),
        "<int:window_id>": str(window.id),
        "<int:notice_id>": str(notice.id),
        "<int:announcement_id>": "1",
        "<int:wave_id>": "1",
        "<int:asked_id>": "1",
        "<int:contact_id>": str(planned.brug.contacts[0].id),
        "<slug>": planned.brug.slug,
        "<any(nl, en):language>": "nl",
        "<any(acceptance, production):environment>": "production",
    }
    path = one.path
    for name, value in values.items():
        path = path.replace(name, value)
    assert "<" not in path
    return path


def every_call() -> list[Call]:
    return list(CALLS.values())
