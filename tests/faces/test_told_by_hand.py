"""What customers see of what was announced by hand, and the newsletter that they can do without."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from announcements.calls import record_call
from announcements.models import BulletinKind
from announcements.reach import close_reached
from storage import db
from tests.bulletins import announced, calls, drafted
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.planning import send
from tests.world import NOW, OPERATOR, World

HOME = "/portal/zorggroep-de-brug"


@pytest.mark.parametrize("kind", list(BulletinKind))
def test_portal_keeps_what_was_announced(contact: Reader, planned: World, kind: BulletinKind) -> None:
    bulletin = announced(planned.product, kind)
    drafted(planned.product, kind, subject_en="Not yet")
    listed = contact.get(f"{HOME}/announcements")
    assert "Signing in fails" in listed.main
    assert "Not yet" not in listed.main
    page = contact.get(f"{HOME}/announcements/{bulletin.id}")
    assert "We are <strong>on it</strong>." in page.html


def test_portal_is_for_those_it_went_to(contact: Reader, stranger: Reader, planned: World) -> None:
    bulletin = announced(planned.product, tenants=("zorggroep-de-brug",))
    draft = drafted(planned.product, BulletinKind.NEWSLETTER)
    own = "/portal/ziekenhuis-peelrand/announcements"
    assert contact.get(f"{HOME}/announcements/{bulletin.id}").status == 200
    for path in (f"{own}/{bulletin.id}", f"{own}/{draft.id}", f"{own}/999", f"{HOME}/announcements/{bulletin.id}"):
        assert stranger.get(path).status == 404
    assert "Signing in fails" not in stranger.get(own).html + stranger.get("/portal/ziekenhuis-peelrand").html


def test_urgent_matter_stands_on_top_until_a_day_after_it_closed(app: Flask, contact: Reader, planned: World) -> None:
    announced(planned.product)
    announced(planned.product, BulletinKind.NEWSLETTER, subject_en="News")
    assert contact.get(HOME).main.startswith("Zorggroep De Brug Urgent Signing in fails")
    assert "News" not in contact.get(HOME).main.partition("Acceptance")[0]
    send(None, NOW)
    close_reached(NOW)
    for hours, shown in ((23, True), (25, False)):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            page = Reader(app, CONTACT).get(HOME)
        on_top, below = page.main.split("Production", 1)
        assert ("Signing in fails" in on_top) == shown
        assert "Signing in fails" in below


def test_contact_stops_the_newsletter_and_gets_it_again(contact: Reader, stranger: Reader, planned: World) -> None:
    own = planned.brug.contacts[0]
    page = contact.follow(contact.post(f"{HOME}/newsletter", {"wanted": "no"}))
    assert "You get no newsletters since" in page.main
    db.session.refresh(own)
    assert own.unsubscribed_at == NOW
    assert stranger.post(f"{HOME}/newsletter", {"wanted": "yes"}).status == 404
    db.session.refresh(own)
    assert own.unsubscribed_at == NOW
    page = contact.follow(contact.post(f"{HOME}/newsletter", {"wanted": "yes"}))
    assert f"You get the newsletter at {CONTACT}." in page.main
    assert planned.brug.contacts[1].unsubscribed_at is None


def test_vendor_stops_and_starts_the_newsletter_of_a_contact(manager: Reader, planned: World) -> None:
    own = planned.brug.contacts[0]
    path = f"/planner/tenants/zorggroep-de-brug/contacts/{own.id}/newsletter"
    page = manager.follow(manager.post(path, {"wanted": "no"}))
    assert "wants no newsletter" in page.main
    page = manager.follow(manager.post(path, {"wanted": "yes"}))
    assert "wants no newsletter" not in page.main
    assert manager.post(path.replace("zorggroep-de-brug", "ziekenhuis-peelrand"), {}).status == 404


def test_evidence_of_a_tenant_shows_what_was_told_by_hand(manager: Reader, planned: World) -> None:
    bulletin = announced(planned.product)
    record_call(calls(bulletin, planned.peelrand)[0], "reached", "Weet het", OPERATOR, NOW)
    main = manager.get("/planner/tenants/ziekenhuis-peelrand/evidence").main
    assert "Announced by hand in 2026 Urgent Signing in fails" in main
    assert "reached: Weet het (operator@vendor.example" in main
    assert "Announced by hand" in manager.get("/planner/tenants/zorggroep-de-brug/evidence").main
