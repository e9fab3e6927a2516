"""What cannot be undone, or mails people, says what comes of it before it is done."""

import re

from flask import Flask
from sqlalchemy import select

from accounts.tokens import issue_token
from announcements.models import BulletinKind
from evidence.actors import Role
from outbox.holds import hold
from schedules.models import MaintenanceWindow, Release
from schedules.progress import start_due
from schedules.upkeep import keep_up_all
from storage import db
from tenants.models import Contact
from tests.bulletins import drafted
from tests.faces.pages import Page, Reader, words
from tests.outbox.rows import queue
from tests.planning import announce_all
from tests.webhooks.listening import endpoint
from tests.world import ADMIN, MANAGER, NOW, World, local, make_tenant


def folded_away(page: Page) -> dict[str, str]:
    """What is done only at a second press: where it is sent, and what the first press says."""
    found = re.findall(r'<details class="sure">(.*?)</details>', page.html, re.DOTALL)
    return {re.findall(r'action="([^"]*)"', one)[0]: words(one) for one in found}


def test_release_is_announced_at_the_second_press(manager: Reader, release: Release) -> None:
    said = folded_away(manager.get(f"/planner/releases/{release.id}"))
    assert said == {
        f"/planner/releases/{release.id}/announce/{kind}": (
            f"Announce {kind} now It would leave by itself when its time has come. Mails that have left cannot be "
            f"called back. Announce {kind} now: mails up to 3 contacts"
        )
        for kind in ("acceptance", "production")
    }


def test_maintenance_is_announced_and_ended_at_the_second_press(
    manager: Reader, operator: Reader, window: MaintenanceWindow, app: Flask
) -> None:
    page = f"/planner/maintenance/{window.id}"
    assert list(folded_away(manager.get(page))) == [f"{page}/announce"]
    start_due(local("2026-12-15T22:00"))
    said = folded_away(operator.get(page))
    assert said == {
        f"{page}/done": (
            "It is done The portal and the calendars say so at once. It cannot be taken back. It is done: "
            "mails up to 3 contacts"
        )
    }


def test_token_is_revoked_at_the_second_press(admin: Reader) -> None:
    row, _secret = issue_token("pipeline", Role.OPERATOR, ADMIN, NOW)
    assert folded_away(admin.get("/planner/tokens")) == {
        f"/planner/tokens/{row.id}/revoke": (
            "Revoke pipeline The program is refused from its next request on, for good. For another try it needs a new "
            "token. Yes, revoke it pipeline"
        )
    }


def test_contact_is_removed_at_the_second_press(manager: Reader, planned: World) -> None:
    said = folded_away(manager.get("/planner/tenants/zorggroep-de-brug"))
    removed = {path: words for path, words in said.items() if path.endswith("/remove")}
    assert len(removed) == 2
    assert {"gets no notice any more and loses the portal" in words for words in removed.values()} == {True}
    (last,) = db.session.scalars(select(Contact.id).where(Contact.tenant_id == planned.peelrand.id))
    path = f"/planner/tenants/ziekenhuis-peelrand/contacts/{last}/remove"
    said = folded_away(manager.get("/planner/tenants/ziekenhuis-peelrand"))
    assert "Nobody else is left here: this tenant can then be told of nothing." in said[path]
    assert "/planner/tenants/ziekenhuis-peelrand/calendar" in said


def test_webhook_loses_its_secret_and_itself_at_the_second_press(manager: Reader, planned: World) -> None:
    path = f"/planner/webhooks/{endpoint().id}"
    assert sorted(folded_away(manager.get(path))) == [f"{path}/remove", f"{path}/secret"]


def test_outbox_is_released_at_the_second_press(manager: Reader, planned: World) -> None:
    queue(2)
    hold("moving house", MANAGER, NOW)
    assert folded_away(manager.get("/planner/outbox")) == {
        "/planner/outbox/release": ("Release the outbox 2 mails leave, and cannot be called back. Yes, let them leave")
    }


def test_draft_is_dropped_at_the_second_press(planner: Reader, planned: World) -> None:
    path = f"/planner/bulletins/{drafted(planned.product, BulletinKind.NEWSLETTER).id}"
    assert list(folded_away(planner.get(path))) == [f"{path}/drop"]


def test_only_those_are_counted_who_can_still_be_mailed(
    planned: World, manager: Reader, release: Release, window: MaintenanceWindow
) -> None:
    announce_all()
    # Two join after everybody was told: at one of them there is nobody to mail.
    make_tenant(planned.product, "stil", contacts=0, now=NOW)
    keep_up_all(NOW)
    pages = [f"/planner/releases/{release.id}", f"/planner/maintenance/{window.id}"]
    for page in pages:
        assert folded_away(manager.get(page)) == {}
    make_tenant(planned.product, "late", contacts=2, now=NOW)
    keep_up_all(NOW)
    for page in pages:
        said = folded_away(manager.get(page))
        assert [one.rpartition(": ")[2] for one in said.values()] == ["mails up to 2 contacts"] * len(said)
        assert said
