"""The Atom feed as readers of news poll and read it: what it tells, and names that stay."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from announcements.models import BulletinKind
from release_notes.services import save_notes
from schedules.maintenance import cancel_maintenance, move_maintenance, schedule_maintenance
from schedules.models import Impact, MaintenanceWindow, Release
from schedules.progress import extend_maintenance, finish_maintenance, start_maintenance
from schedules.reasons import Reason
from schedules.release_cancelling import cancel_release
from schedules.release_words import retitle_release
from storage import db
from tests.bulletins import announced, drafted
from tests.faces.calendars import LATER
from tests.faces.news import entries, parsed, path_of, updated, written_notes
from tests.faces.pages import Reader
from tests.planning import announce_all, planned_window, window_plan
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local, make_tenant


@pytest.fixture
def feed(app: Flask, planned: World) -> str:
    """The path of De Brug's news."""
    return path_of(app, planned.brug)


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
