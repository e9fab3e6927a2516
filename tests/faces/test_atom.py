"""The Atom feed as readers of news poll and read it: what it tells, names that stay, RFC 4287."""

import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from xml.etree import ElementTree

import feedparser
import pytest
import time_machine
from flask import Flask

from announcements.models import BulletinKind
from release_notes.services import publish_notes, save_notes
from schedules.maintenance import cancel_maintenance, move_maintenance, schedule_maintenance
from schedules.models import Impact, MaintenanceWindow, Release
from schedules.progress import extend_maintenance, finish_maintenance, start_maintenance
from schedules.reasons import Reason
from schedules.release_cancelling import cancel_release
from schedules.release_words import retitle_release
from storage import db
from tenants.feed_tokens import current
from tenants.models import Tenant
from tests.bulletins import announced, drafted
from tests.faces.calendars import LATER
from tests.faces.pages import Reader
from tests.planning import announce_all, planned_window, window_plan
from tests.world import LONG_AGO, MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local, make_tenant

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def feed(app: Flask, planned: World) -> str:
    """The path of De Brug's news."""
    return path_of(app, planned.brug)


def path_of(app: Flask, tenant: Tenant) -> str:
    return f"/feeds/{current(app.config['FEED_KEY'], tenant.id)}.atom"


def written_notes(release: Release, dutch: str = "Wat *verandert*", english: str = "", now: datetime = NOW) -> None:
    save_notes(release, "nl", dutch, MANAGER, now)
    save_notes(release, "en", english or dutch, MANAGER, now)
    publish_notes(release, MANAGER, now)


def parsed(anybody: Reader, path: str) -> Any:
    page = anybody.get(path)
    assert page.status == 200
    found = feedparser.parse(page.body, sanitize_html=False)
    assert not found.bozo, found.get("bozo_exception")
    return found


def entries(anybody: Reader, path: str) -> list[Any]:
    return list(parsed(anybody, path).entries)


def updated(entry: Any) -> datetime:
    return datetime.fromisoformat(entry.updated)


# What it tells


def test_news_holds_notes_maintenance_and_announcements_the_latest_change_first(
    anybody: Reader, feed: str, planned: World, release: Release, window: MaintenanceWindow
) -> None:
    announce_all()
    written_notes(release, now=NOW + timedelta(hours=1))
    announced(planned.product, subject_nl="Storing", markdown_nl="Wij **werken** eraan.", now=NOW + timedelta(hours=2))
    found = parsed(anybody, feed)
    assert (found.feed.title, found.feed.language) == ("Inconto: nieuws voor Zorggroep De Brug", "nl")
    assert found.feed.author == "Inconto"
    assert [(one.title, one.tags[0].term, updated(one), one.link) for one in found.entries] == [
        ("Storing", "urgent", NOW + timedelta(hours=2), "http://localhost/portal/zorggroep-de-brug/announcements/1"),
        (
            "Releasenotes van 2027.1: Sneller zoeken",
            "release-notes",
            NOW + timedelta(hours=1),
            "http://localhost/portal/zorggroep-de-brug/releases/2027.1",
        ),
        (
            "Inconto: onderhoud, Nieuwe databaseserver",
            "maintenance",
            NOW,
            "http://localhost/portal/zorggroep-de-brug/maintenance",
        ),
    ]
    urgent, notes, maintenance = (one.content[0].value for one in found.entries)
    assert urgent == "<p>Wij <strong>werken</strong> eraan.</p>"
    assert notes == "<p>Wat <em>verandert</em></p>"
    assert maintenance == (
        "<p>Nieuwe databaseserver</p>"
        "<p>Begint: di 15 december 2026, 22:00, tijd in Amsterdam (UTC+1)</p>"
        "<p>Eindigt: wo 16 december 2026, 02:00, tijd in Amsterdam (UTC+1)</p>"
        "<p>Wat je merkt: niet beschikbaar (productie)</p>"
    )


def test_news_reads_in_the_language_of_the_tenant(anybody: Reader, feed: str, planned: World, release: Release) -> None:
    planned.brug.locale = "en"
    db.session.commit()
    written_notes(release, english="What *changes*")
    found = parsed(anybody, feed)
    assert (found.feed.title, found.feed.language) == ("Inconto: news for Zorggroep De Brug", "en")
    assert found.entries[0].title == "Release notes of 2027.1: Faster search"
    assert found.entries[0].content[0].value == "<p>What <em>changes</em></p>"


@pytest.mark.parametrize(
    ("language", "reason"), [("nl", "De reden: De schijf is vol"), ("en", "The reason: The disk is full")]
)
def test_why_it_came_late_is_in_the_language_of_the_tenant(
    anybody: Reader, feed: str, planned: World, language: str, reason: str
) -> None:
    planned.brug.locale = language
    db.session.commit()
    plan = window_plan("2026-11-25T22:00", "2026-11-26T02:00")
    why = Reason("De schijf is vol", "The disk is full")
    schedule_maintenance(planned.product, replace(plan, exception_reason=why), PLANNER, NOW)
    announce_all()
    (entry,) = entries(anybody, feed)
    assert [line for line in re.findall(r"<p>(.*?)</p>", entry.content[0].value) if line.endswith(reason)] != []
    assert ("schijf" in entry.content[0].value) is (language == "nl")


def test_news_tells_nothing_before_it_was_told(
    anybody: Reader, feed: str, planned: World, release: Release, window: MaintenanceWindow
) -> None:
    for language in ("nl", "en"):
        save_notes(release, language, "Nog niet", MANAGER, NOW)
    drafted(planned.product)
    assert entries(anybody, feed) == []


def test_news_holds_nothing_of_another_tenant(app: Flask, anybody: Reader, planned: World) -> None:
    planned_window(planned.product, tenants=("zorggroep-de-brug",))
    planned_window(planned.product, reference="M-2", tenants=("zorggroep-de-brug",), impact=Impact.NO_IMPACT)
    announced(planned.product, tenants=("zorggroep-de-brug",))
    announce_all()
    assert len(entries(anybody, path_of(app, planned.brug))) == 3
    assert entries(anybody, path_of(app, planned.peelrand)) == []


def test_news_leaves_out_what_was_over_when_the_tenant_joined(app: Flask, anybody: Reader, planned: World) -> None:
    planned_window(planned.product, impact=Impact.NO_IMPACT)
    joined = local("2026-12-20T09:00")
    late = make_tenant(planned.product, "joined-late", now=joined)
    with time_machine.travel(joined, tick=False):
        assert entries(anybody, path_of(app, late)) == []
        assert len(entries(anybody, path_of(app, planned.brug))) == 1


def test_changed_terms_say_which_and_from_when(anybody: Reader, feed: str, planned: World) -> None:
    announced(planned.product, BulletinKind.TERMS, document="Voorwaarden <2027>")
    (entry,) = entries(anybody, feed)
    assert entry.content[0].value.startswith("<p>Document: Voorwaarden &lt;2027&gt;</p><p>Gaat in op: "), entry.content[
        0
    ].value


def test_notes_of_a_release_that_is_off_are_news_no_more(anybody: Reader, feed: str, release: Release) -> None:
    written_notes(release)
    cancel_release(release, MANAGER, LATER)
    assert entries(anybody, feed) == []


def test_news_of_more_than_a_year_ago_is_gone(anybody: Reader, feed: str, planned: World, release: Release) -> None:
    written_notes(release)
    announced(planned.product)
    planned_window(planned.product)
    announce_all()
    with time_machine.travel(NOW + timedelta(days=399), tick=False):
        assert len(entries(anybody, feed)) == 3
    with time_machine.travel(NOW + timedelta(days=401 + 30), tick=False):
        assert entries(anybody, feed) == []


# Identity and change


@both_databases
def test_correction_of_notes_is_the_same_entry_changed(anybody: Reader, feed: str, release: Release) -> None:
    written_notes(release)
    (before,) = entries(anybody, feed)
    written_notes(release, "Verbeterd", now=LATER)
    (after,) = entries(anybody, feed)
    assert after.id == before.id
    assert (updated(before), updated(after)) == (NOW, LATER)
    assert after.content[0].value == "<p>Verbeterd</p>"
    retitle_release(release, "Beter zoeken", "Better search", PLANNER, LATER + timedelta(days=1))
    (retitled,) = entries(anybody, feed)
    assert (retitled.id, updated(retitled)) == (before.id, LATER + timedelta(days=1))


@pytest.mark.parametrize("impact", [Impact.OUTAGE, Impact.NO_IMPACT])
def test_maintenance_is_one_entry_through_all_that_becomes_of_it(
    anybody: Reader, feed: str, planned: World, impact: Impact
) -> None:
    window = planned_window(planned.product, impact=impact)
    announce_all()
    move_maintenance(window, local("2026-12-16T22:00"), local("2026-12-17T02:00"), PLANNER, LATER, revision=1)
    announce_all(LATER)
    found = entries(anybody, feed)
    starts, ends = window.starts_at, window.ends_at
    start_maintenance(window, OPERATOR, starts)
    found += entries(anybody, feed)
    extend_maintenance(window, ends + timedelta(hours=2), "", "", OPERATOR, ends)
    found += entries(anybody, feed)
    finish_maintenance(window, OPERATOR, ends + timedelta(hours=1))
    found += entries(anybody, feed)
    assert len({one.id for one in found}) == 1
    assert [updated(one) for one in found] == [LATER, starts, ends, ends + timedelta(hours=1)]
    assert [one.content[0].value.rpartition("<p>")[2] for one in found][1:] == ["bezig</p>", "bezig</p>", "klaar</p>"]
    assert "Begint: wo 16 december 2026, 22:00" in found[0].content[0].value
    assert "Eindigt: do 17 december 2026, 04:00" in found[2].content[0].value


@pytest.mark.parametrize("impact", [Impact.OUTAGE, Impact.NO_IMPACT])
def test_maintenance_that_is_off_stays_with_the_word(
    anybody: Reader, feed: str, planned: World, impact: Impact
) -> None:
    window = planned_window(planned.product, impact=impact)
    announce_all()
    (before,) = entries(anybody, feed)
    cancel_maintenance(window, MANAGER, LATER)
    announce_all(LATER)
    (after,) = entries(anybody, feed)
    assert (after.id, after.title) == (before.id, f"GAAT NIET DOOR: {before.title}")
    assert updated(after) == LATER


def test_names_outlive_the_host_and_differ_by_tenant(
    app: Flask, anybody: Reader, feed: str, planned: World, release: Release
) -> None:
    written_notes(release)
    first = parsed(anybody, feed)
    app.config["BASE_URL"] = "https://elsewhere.example"
    second = parsed(anybody, feed)
    assert second.feed.link == "https://elsewhere.example/portal/zorggroep-de-brug"
    other = parsed(anybody, path_of(app, planned.peelrand))
    names = [[one.feed.id, *(entry.id for entry in one.entries)] for one in (first, second, other)]
    assert names[0] == names[1]
    assert len({*names[0], *names[2]}) == 4
    for name in names[0]:
        assert re.fullmatch(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", name)


def test_unchanged_news_gives_the_same_bytes(anybody: Reader, feed: str, release: Release) -> None:
    written_notes(release)
    first = anybody.get(feed)
    with time_machine.travel(LATER, tick=False):
        second = anybody.get(feed)
    assert (first.body, first.headers["ETag"]) == (second.body, second.headers["ETag"])


# RFC 4287 and HTTP

ODD = ["a&b <c> \"d\" 'e' ]]>", "🚀 العربية", "Zwart\x0bwit\x1b\ufffe", "<script>alert(1)</script>"]


@pytest.mark.parametrize("odd", ODD)
def test_feed_is_as_rfc_4287_wants_it(
    anybody: Reader, feed: str, planned: World, release: Release, window: MaintenanceWindow, odd: str
) -> None:
    planned.product.name = planned.brug.name = window.reason_nl = release.title_nl = odd
    db.session.commit()
    announce_all()
    written_notes(release, f"# {odd}\n\n- [link](/portal)\n- `{odd}`")
    bulletin = announced(planned.product)
    bulletin.subject_nl = odd
    db.session.commit()
    root = ElementTree.fromstring(anybody.get(feed).body)  # noqa: S314 - our own
    assert root.tag == f"{ATOM}feed"
    found = root.findall(f"{ATOM}entry")
    assert len(found) == 3
    for element in (root, *found):
        for name in ("id", "title", "updated"):
            (child,) = element.findall(f"{ATOM}{name}")
            assert child.text
        (moment,) = element.findall(f"{ATOM}updated")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", moment.text or "")
        (link,) = element.findall(f"{ATOM}link")
        assert link.attrib["rel"] == "alternate"
        assert link.attrib["href"].startswith("http://localhost/portal/zorggroep-de-brug")
    for entry in found:
        (content,) = entry.findall(f"{ATOM}content")
        assert content.attrib == {"type": "html"}
        assert "<script" not in (content.text or "")
    assert root.findtext(f"{ATOM}author/{ATOM}name") == re.sub("[\x0b\x1b\ufffe]", "\ufffd", odd)
    assert len({entry.findtext(f"{ATOM}id") for entry in found} | {root.findtext(f"{ATOM}id")}) == 4


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("<img src=x onerror=alert(1)>tekst", "tekst"),
        ("[klik](javascript:alert(1))", "klik"),
        ("![foto](https://elsewhere.example/pixel.png)", "https://elsewhere.example/pixel.png"),
    ],
)
def test_words_of_people_are_made_safe_as_on_the_portal(
    anybody: Reader, feed: str, contact: Reader, release: Release, markdown: str, shown: str
) -> None:
    written_notes(release, markdown)
    (entry,) = entries(anybody, feed)
    html = entry.content[0].value
    assert shown in html
    assert not re.search("<img|javascript:|onerror", html)
    assert html in contact.get("/portal/zorggroep-de-brug/releases/2027.1").html


def test_links_within_a_text_lead_where_the_portal_leads_them(anybody: Reader, feed: str, release: Release) -> None:
    written_notes(release, "[zie](../maintenance)")
    (entry,) = entries(anybody, feed)
    assert 'href="http://localhost/portal/zorggroep-de-brug/maintenance"' in entry.content[0].value


def test_feed_does_not_say_its_own_secret(anybody: Reader, feed: str, release: Release) -> None:
    written_notes(release)
    token = feed.removeprefix("/feeds/").removesuffix(".atom")
    page = anybody.get(feed)
    assert token.encode() not in page.body
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_reader_of_news_gets_304_until_something_was_told(anybody: Reader, feed: str, release: Release) -> None:
    written_notes(release)
    page = anybody.get(feed)
    assert page.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert page.headers["Last-Modified"] == "Mon, 23 Nov 2026 09:00:00 GMT"
    known = [{"If-None-Match": page.headers["ETag"]}, {"If-Modified-Since": page.headers["Last-Modified"]}]
    assert [anybody.get(feed, headers=one).status for one in known] == [304, 304]
    written_notes(release, "Verbeterd", now=LATER)
    assert [anybody.get(feed, headers=one).status for one in known] == [200, 200]
    assert anybody.get(feed, headers={"Accept-Encoding": "gzip"}).headers["Content-Encoding"] == "gzip"


def test_unknown_address_has_no_news(anybody: Reader, feed: str) -> None:
    assert anybody.get(feed.replace(".atom", "x.atom")).status == 404


def test_feed_without_news_changed_when_the_tenant_joined(anybody: Reader, feed: str) -> None:
    found = parsed(anybody, feed)
    assert (found.entries, found.feed.updated) == ([], LONG_AGO.isoformat())
