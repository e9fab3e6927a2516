"""What a contact sees: dates as they were told, its own environments, notes in its language, its calendar."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from evidence.actors import Role
from schedules.models import Release, Waiver
from schedules.release_cancelling import cancel_release
from schedules.running import report_version
from storage import db
from tenants.feed_tokens import current
from tenants.models import EnvironmentKind
from tests.faces.conftest import CONTACT
from tests.faces.pages import Page, Reader, words
from tests.planning import ACCEPTANCE, announce_all, moved, planned_release
from tests.world import MANAGER, NOW, OPERATOR, World, local, make_tenant, make_user

HOME = "/portal/zorggroep-de-brug"
THEIRS = "/portal/ziekenhuis-peelrand"


def test_contact_sees_nothing_before_it_is_told(contact: Reader, release: Release) -> None:
    for path in (HOME, f"{HOME}/releases", f"{HOME}/maintenance"):
        page = contact.get(path)
        assert page.status == 200
        assert "2027" not in page.main
    assert contact.get(f"{HOME}/releases/2027.1").status == 404


def test_contact_sees_the_dates_that_were_told(contact: Reader, release: Release) -> None:
    announce_all()
    home = contact.get(HOME).main
    assert "Mon 18 January 2027, 06:00, Amsterdam time (UTC+1) In 56 days" in home
    assert "Mon 8 February 2027, 06:00, Amsterdam time (UTC+1) In 77 days" in home
    assert "Next: 2027.1 Faster search" in home
    page = contact.get(f"{HOME}/releases/2027.1").main
    start = "All release notes 2027.1 Faster search Acceptance Mon 18 January 2027, 06:00, Amsterdam time (UTC+1)"
    assert page.startswith(start)


def test_contact_sees_the_old_date_until_the_move_is_told(contact: Reader, release: Release) -> None:
    announce_all()
    moved(release, ACCEPTANCE, "2027-02-15T06:00")
    for path in (HOME, f"{HOME}/releases/2027.1"):
        page = contact.get(path).main
        assert "Mon 8 February 2027" in page
        assert "15 February" not in page
    announce_all()
    for path in (HOME, f"{HOME}/releases/2027.1"):
        page = contact.get(path).main
        assert "Mon 15 February 2027" in page
        assert "8 February" not in page


def test_contact_sees_a_release_until_its_end_is_told(contact: Reader, release: Release) -> None:
    announce_all()
    cancel_release(release, MANAGER, NOW)
    assert "Mon 8 February 2027" in contact.get(HOME).main
    announce_all()
    home = contact.get(HOME)
    assert "Next: 2027.1" not in home.main
    ahead, upkeep = home.main.split(" Maintenance ahead ")
    production, acceptance = ahead.split(" Acceptance unknown ")
    assert "Off: 2027.1 Mon 8 February 2027, 06:00 No update has been announced." in production
    assert "Off: 2027.1 Mon 18 January 2027, 06:00 No update has been announced." in acceptance
    assert "No maintenance has been announced." in upkeep
    page = contact.get(f"{HOME}/releases/2027.1")
    assert page.html.count("<s>") == 2
    assert "Mon 8 February 2027, 06:00 off" in page.main


def test_contact_reads_dates_in_its_own_zone_too(app: Flask, planned: World, release: Release) -> None:
    planned.brug.timezone = "America/Curacao"
    db.session.commit()
    announce_all()
    page = Reader(app, CONTACT, language="nl").get(HOME).main
    assert "ma 18 januari 2027, 06:00" in page
    assert "(UTC+1)" in page
    assert "ma 18 januari 2027, 01:00" in page
    assert "(UTC-4)" in page


def test_contact_reads_why_it_was_told_late(contact: Reader, stranger: Reader, planned: World) -> None:
    reason = "De minister <b>vraagt</b> het & snel"
    planned_release(planned.product, "2027.1", "2026-12-01T06:00", "2026-12-10T06:00", by=MANAGER, reason=reason)
    announce_all()
    for path in (HOME, f"{HOME}/releases/2027.1"):
        page = contact.get(path)
        assert page.main.count(reason) == 2
        assert "<b>vraagt" not in page.html
    assert stranger.get(THEIRS).main.count(reason) == 2
    assert [one.reason("nl") for one in db.session.scalars(select(Waiver))] == [reason] * 3


RUNS = [
    ("2026.4", "full support, the last version"),
    ("2026.4.2", "full support, the last version"),
    ("2026.3", "full support, the version before the last"),
    ("2026.2", "update first"),
    ("2027.1", "full support, ahead of production"),
    ("0.9", "unknown version"),
    ("eigen bouw", "unknown version"),
]


@pytest.fixture
def history(planned: World) -> None:
    for version, acceptance, production in (
        ("2026.2", "2026-04-06T06:00", "2026-05-11T06:00"),
        ("2026.3", "2026-07-06T06:00", "2026-08-10T06:00"),
        ("2026.4", "2026-10-05T06:00", "2026-11-09T06:00"),
    ):
        planned_release(planned.product, version, acceptance, production, now=local("2026-02-01T06:00"))
    planned_release(planned.product)


@pytest.mark.parametrize(("version", "support"), RUNS)
def test_contact_sees_what_it_runs_and_its_support(
    contact: Reader, planned: World, history: None, version: str, support: str
) -> None:
    report_version(planned.brug, EnvironmentKind.PRODUCTION, version, local("2026-11-20T06:00"), OPERATOR, NOW)
    page = contact.get(HOME).main
    assert f"Production {version} since Fri 20 November 2026 {support}" in page
    assert ("(SLA 4.2)." in page) == (support == "update first")
    assert "Acceptance unknown" in page


def test_contact_never_sees_what_others_run(stranger: Reader, planned: World, history: None) -> None:
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.3.77", NOW, OPERATOR, NOW)
    assert "2026.3.77" not in stranger.get(THEIRS).html


ADDRESSES = [
    f"{HOME}/releases/nonsense",
    f"{HOME}/releases/%00",
    f"{HOME}/releases/..%2f..",
    f"{HOME}/releases/{'x' * 5000}",
    f"{HOME}/releases/2027.1/x",
    f"{HOME}/nonsense",
    f"{HOME}%00",
    "/portal/%F0%9F%92%A5",
    f"/portal/{'x' * 5000}",
]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_nonsense_in_an_address_finds_nothing(contact: Reader, release: Release) -> None:
    assert {path: contact.get(path).status for path in ADDRESSES} == dict.fromkeys(ADDRESSES, 404)


def addresses(page: Page) -> dict[str, str]:
    """The fields with an address to copy."""
    return dict(re.findall(r'<input id="(\w+)" value="([^"]+)" readonly>', page.html))


def test_contact_finds_the_addresses_of_its_feeds(
    app: Flask, anybody: Reader, contact: Reader, stranger: Reader, planned: World
) -> None:
    token = current(app.config["FEED_KEY"], planned.brug.id)
    page = contact.get(f"{HOME}/calendar")
    assert addresses(page) == {
        "people": f"http://localhost/feeds/{token}.ics",
        "news": f"http://localhost/feeds/{token}.atom",
        "maintnote": f"http://localhost/feeds/{token}/maintenance.ics",
    }
    assert {anybody.get(path).status for path in addresses(page).values()} == {200}
    for shown in (page, contact.get(HOME)):
        assert f'href="webcal://localhost/feeds/{token}.ics"' in shown.html
    assert token is not None
    for path in (THEIRS, f"{THEIRS}/calendar"):
        assert token not in stranger.get(path).html


def test_addresses_of_the_feeds_are_lost_with_their_key(app: Flask, contact: Reader) -> None:
    app.config["FEED_KEY"] = "another key"
    for path in (HOME, f"{HOME}/calendar"):
        page = contact.get(path)
        assert page.status == 200
        assert "/feeds/" not in page.html
        assert "Ask the help desk." in page.main


def test_who_limits_addresses_learns_that_calendars_on_the_web_are_shut_out(contact: Reader, planned: World) -> None:
    warning = "Your organisation lets people in from certain addresses only."
    assert warning not in contact.get(f"{HOME}/calendar").main
    planned.brug.ip_allowlist = "127.0.0.0/8"
    db.session.commit()
    assert warning in contact.get(f"{HOME}/calendar").main


def test_help_desk_stands_below_every_page(app: Flask, contact: Reader, planned: World) -> None:
    planned.product.help_desk_hours_nl, planned.product.help_desk_hours_en = "ma-vr 8.30-17.00", "Mon-Fri 8:30-17:00"
    db.session.commit()
    for path in (HOME, f"{HOME}/releases", f"{HOME}/maintenance"):
        foot = contact.get(path).html.partition("<footer")[2]
        assert 'href="mailto:servicedesk@inconto.example"' in foot
        assert 'href="tel:+31-85-018-5725">+31 85 018 5725</a>' in foot
        assert "servicedesk@inconto.example · +31 85 018 5725 · reachable Mon-Fri 8:30-17:00" in words(foot)
    foot = Reader(app, CONTACT, language="nl").get(HOME).html.partition("<footer")[2]
    assert "+31 85 018 5725 · bereikbaar ma-vr 8.30-17.00" in words(foot)


def test_tenant_without_anything_has_a_page(app: Flask, planned: World) -> None:
    make_tenant(planned.product, "leeg", contacts=1)
    make_user("contact1@leeg.example", Role.CONTACT)
    reader = Reader(app, "contact1@leeg.example")
    assert [reader.get(f"/portal/leeg{path}").status for path in ("", "/releases", "/maintenance")] == [200] * 3


def test_home_tells_every_update_that_was_announced(contact: Reader, planned: World, release: Release) -> None:
    planned_release(planned.product, "2027.2", "2027-03-15T06:00", "2027-04-12T06:00")
    assert "2027.2" not in contact.get(HOME).main
    announce_all()
    home = contact.get(HOME)
    # The next one in full, below it a later one in a line, with the page on which another date is asked for.
    first, later = "Mon 8 February 2027, 06:00", "2027.2 Mon 12 April 2027, 06:00, Amsterdam time (UTC+2) in 140 days"
    assert home.main.index(first) < home.main.index("After that") < home.main.index(later)
    for version in ("2027.1", "2027.2"):
        assert f'href="{HOME}/releases/{version}/date"' in home.html
