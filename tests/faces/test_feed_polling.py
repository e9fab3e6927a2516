"""Calendars as clients poll them: what they have, they are not sent again."""

import gzip
import re

import pytest
from flask import Flask

from schedules.models import MaintenanceWindow, Release
from tests.faces.calendars import LATER
from tests.faces.pages import Reader, everything
from tests.planning import ACCEPTANCE, announce_all, moved
from tests.world import World


@pytest.mark.parametrize("part", ["people", "maintnote"])
def test_reader_who_has_it_gets_304(
    anybody: Reader, feed: str, maintnote: str, release: Release, window: MaintenanceWindow, part: str
) -> None:
    path = feed if part == "people" else maintnote
    announce_all()
    page = anybody.get(path)
    etag = page.headers["ETag"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag)
    for header, value, status in (
        ("If-None-Match", etag, 304),
        ("If-None-Match", f'"nonsense", {etag}', 304),
        # A proxy that compressed it made the tag weak.
        ("If-None-Match", f"W/{etag}", 304),
        ("If-None-Match", "*", 304),
        ("If-None-Match", '"nonsense"', 200),
        ("If-None-Match", "nonsense", 200),
        ("If-Modified-Since", "Mon, 23 Nov 2026 09:00:00 GMT", 304),
        ("If-Modified-Since", "Mon, 23 Nov 2026 10:00:00 GMT", 304),
        ("If-Modified-Since", "Mon, 23 Nov 2026 08:59:59 GMT", 200),
        ("If-Modified-Since", "nonsense", 200),
        ("If-Modified-Since", "", 200),
        ("If-Modified-Since", "Mon, 99 Nov 9999 99:99:99 GMT", 200),
    ):
        answer = anybody.get(path, headers={header: value})
        assert (answer.status, answer.headers["ETag"]) == (status, etag), (header, value)
        assert answer.body == (b"" if status == 304 else page.body)
        assert answer.headers["Cache-Control"] == "private, max-age=0, must-revalidate"
    # A tag counts for more than a date (RFC 9110, 13.2.2).
    both = {"If-None-Match": '"nonsense"', "If-Modified-Since": "Mon, 23 Nov 2026 10:00:00 GMT"}
    assert anybody.get(path, headers=both).status == 200


def test_reader_gets_the_new_calendar_once_something_was_told(anybody: Reader, feed: str, release: Release) -> None:
    announce_all()
    etag = anybody.get(feed).headers["ETag"]
    moved(release, ACCEPTANCE, "2027-02-15T06:00", now=LATER)
    assert anybody.get(feed, headers={"If-None-Match": etag}).status == 304
    announce_all(LATER)
    for headers in ({"If-None-Match": etag}, {"If-Modified-Since": "Mon, 23 Nov 2026 09:00:00 GMT"}):
        assert anybody.get(feed, headers=headers).status == 200


def test_calendar_is_compressed_for_who_takes_that(anybody: Reader, feed: str, release: Release) -> None:
    announce_all()
    plain = anybody.get(feed)
    assert "Content-Encoding" not in plain.headers
    for accepted in ("gzip", "gzip, deflate, br", "deflate, gzip;q=0.5", "*"):
        page = anybody.get(feed, headers={"Accept-Encoding": accepted})
        assert page.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(page.body) == plain.body
        assert page.headers["ETag"] != plain.headers["ETag"]
        assert "Accept-Encoding" in page.headers["Vary"]
        tagged = {"Accept-Encoding": accepted, "If-None-Match": page.headers["ETag"]}
        assert anybody.get(feed, headers=tagged).status == 304
        assert anybody.get(feed, headers={"Accept-Encoding": accepted}).body == page.body
    for accepted in ("", "identity", "deflate, br", "gzip;q=0", "x-nonsense"):
        assert anybody.get(feed, headers={"Accept-Encoding": accepted}).body == plain.body


def test_calendar_asks_nothing_of_its_reader(anybody: Reader, feed: str, maintnote: str) -> None:
    for path in (feed, maintnote):
        asking: list[dict[str, str]] = [{}, {"Accept": "text/html"}, {"Accept": "application/json"}, {"User-Agent": ""}]
        for headers in asking:
            page = anybody.get(path, headers=headers)
            assert page.status == 200
            assert page.headers["Content-Type"] == "text/calendar; charset=utf-8"
            # The address is a secret, which no link in the calendar may carry elsewhere.
            assert page.headers["Referrer-Policy"] == "no-referrer"
            assert "Set-Cookie" not in page.headers


def test_pollers_are_never_limited(anybody: Reader, feed: str) -> None:
    assert {anybody.get(feed).status for _poll in range(150)} == {200}


def test_head_is_answered(anybody: Reader, feed: str) -> None:
    answer = anybody.client.head(feed)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["ETag"] == anybody.get(feed).headers["ETag"]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_unknown_address_is_not_found(anybody: Reader, feed: str, maintnote: str) -> None:
    token = feed.removeprefix("/feeds/").removesuffix(".ics")
    for wrong in (
        *("none", "%00", "💥", "x" * 5000, "..%2f..%2fetc", "'; DROP TABLE feed_token; --", token[:-1], f"{token}x"),
        *(token.swapcase(), f"{token}%00", "1"),
    ):
        assert anybody.get(f"/feeds/{wrong}.ics").status == 404, wrong
        assert anybody.get(f"/feeds/{wrong}/maintenance.ics").status == 404, wrong
    for path in (f"/feeds/{token}", "/feeds/", "/feeds/.ics", f"{feed}/x", maintnote.replace("ics", "xml")):
        assert anybody.get(path).status == 404, path


def test_database_gives_no_address_away(app: Flask, planned: World, feed: str) -> None:
    token = feed.removeprefix("/feeds/").removesuffix(".ics")
    assert len(token) == 43
    assert token not in str(everything())
