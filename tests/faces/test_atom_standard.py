"""News as RFC 4287 and HTTP want it."""

import re
from xml.etree import ElementTree

import pytest
from flask import Flask

from schedules.models import MaintenanceWindow, Release
from storage import db
from tests.bulletins import announced
from tests.faces.calendars import LATER
from tests.faces.news import entries, parsed, path_of, written_notes
from tests.faces.pages import Reader
from tests.planning import announce_all
from tests.world import LONG_AGO, World

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def feed(app: Flask, planned: World) -> str:
    """The path of De Brug's news."""
    return path_of(app, planned.brug)


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
