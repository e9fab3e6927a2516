"""Something stands at every address that is tried."""

from datetime import timedelta

import pytest

from announcements.models import BulletinKind
from schedules.date_requests import ask_for_date
from schedules.freezes import FreezeFacts, add_freeze
from schedules.waves import give_wave
from sla.terms import Change
from tests.bulletins import announced, calls, drafted
from tests.faces.access.places import Somewhere
from tests.planning import planned_release, planned_window, the_notice
from tests.requests import waiting_request
from tests.webhooks.listening import endpoint
from tests.world import MANAGER, NOW, World
from webhooks.queries import delivery_page
from webhooks.services import Scope, send_test


@pytest.fixture
def somewhere(planned: World) -> Somewhere:
    release = planned_release(planned.product)
    window = planned_window(planned.product)
    notice = the_notice(release, Change.ACCEPTANCE, planned.brug)
    draft, urgent = drafted(planned.product, BulletinKind.NEWSLETTER), announced(planned.product)
    hook = endpoint(scope=Scope(tenant=planned.brug), url="https://192.0.3.1/brug")
    send_test(hook, MANAGER, NOW)
    add_freeze(planned.product, FreezeFacts(str(NOW.date()), str(NOW.date()), "Druk", "Busy"), MANAGER, NOW)
    asked = waiting_request(planned.brug)
    later = release.production_at + timedelta(days=21)
    wave = give_wave(release, Change.PRODUCTION, [planned.peelrand.id], later, "Zorg", "why", MANAGER, NOW)
    other_date = ask_for_date(release, planned.brug.contacts[0], Change.PRODUCTION, later, "why", NOW)
    numbers = (notice.id, draft.id, calls(urgent)[0].id, hook.id, delivery_page(hook, 1).rows[0].id, asked.id)
    return Somewhere(release.id, window.id, planned.brug.contacts[0].id, *numbers, wave.id, other_date.id)
