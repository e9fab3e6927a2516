"""Long lists are leafed through, with filters in the address."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert

from announcements.models import BulletinKind
from outbox.models import Letter, MessageState, OutboxMessage
from schedules.maintenance import cancel_maintenance
from schedules.release_cancelling import cancel_release
from storage import db
from tests.bulletins import announced, drafted
from tests.faces.pages import Page, Reader, words
from tests.faces.planning_forms import HUGE
from tests.planning import planned_release, planned_window
from tests.world import MANAGER, NOW, World, both_databases, local

RELEASES, WINDOWS, BULLETINS = "/planner/releases", "/planner/maintenance", "/planner/bulletins"


def names(page: Page) -> list[str]:
    """What stands at the head of each row."""
    body = page.html.partition("<tbody>")[2].partition("</tbody>")[0]
    heads = re.findall(r'<th scope="row"[^>]*>.*?<a[^>]*>(.*?)</a>', body, re.DOTALL)
    return [words(one) for one in heads]


@both_databases
def test_releases_are_found_by_year_state_and_words(planner: Reader, planned: World) -> None:
    planned_release(planned.product)
    planned_release(planned.product, "2028.1", "2028-01-10T06:00", "2028-02-07T06:00")
    cancel_release(planned_release(planned.product, "2027.2", "2027-04-12T06:00", "2027-05-10T06:00"), MANAGER, NOW)
    assert names(planner.get(RELEASES)) == ["2028.1", "2027.2", "2027.1"]
    for query, found in (
        ("year=2028", ["2028.1"]),
        ("state=cancelled", ["2027.2"]),
        ("state=planned&year=2027", ["2027.1"]),
        ("words=FAST%202028", ["2028.1"]),
        ("words=nowhere", []),
        ("year=nonsense&state=nonsense", ["2028.1", "2027.2", "2027.1"]),
    ):
        page = planner.get(f"{RELEASES}?{query}")
        assert names(page) == found, query
        assert ("No release is like that." in page.main) is (not found)
    page = planner.get(f"{RELEASES}?year=2028&state=planned")
    assert '<option value="2028" selected>' in re.sub(r"\s+", " ", page.html)
    assert 'href="/planner/releases?product=inconto">Show all again' in page.html


@both_databases
def test_maintenance_is_leafed_through(planner: Reader, planned: World) -> None:
    for number in range(52):
        starts = local("2026-12-15T22:00") + timedelta(days=number)
        ends = starts + timedelta(hours=1)
        window = planned_window(
            planned.product, f"{starts:%Y-%m-%dT%H:%M}", f"{ends:%Y-%m-%dT%H:%M}", reference=f"M-{number:02d}"
        )
    cancel_maintenance(window, MANAGER, NOW)
    first, second = planner.get(WINDOWS), planner.get(f"{WINDOWS}?page=2")
    assert (len(names(first)), names(second)) == (50, ["M-01", "M-00"])
    assert ("1–50 of 52" in first.main, "51–52 of 52" in second.main) == (True, True)
    assert 'rel="next"' in first.html
    assert 'rel="prev"' not in first.html
    assert names(planner.get(f"{WINDOWS}?page={HUGE}")) == names(second)
    assert names(planner.get(f"{WINDOWS}?page=-3")) == names(first)
    assert names(planner.get(f"{WINDOWS}?state=cancelled")) == ["M-51"]
    assert len(names(planner.get(f"{WINDOWS}?year=2026"))) == 17
    assert names(planner.get(f"{WINDOWS}?words=m-07")) == ["M-07"]


def test_announcements_are_found_by_kind_and_state(manager: Reader, planned: World) -> None:
    announced(planned.product, subject_en="Signing in fails")
    drafted(planned.product, BulletinKind.NEWSLETTER, subject_en="News of autumn")
    for query, found in (
        ("kind=urgent", ["Signing in fails"]),
        ("state=draft", ["News of autumn"]),
        ("year=2026", ["Signing in fails"]),
        ("words=autumn", ["News of autumn"]),
        ("kind=terms", []),
    ):
        assert names(manager.get(f"{BULLETINS}?{query}")) == found, query


def test_outbox_shows_mails_by_state_and_tenant(planner: Reader, planned: World) -> None:
    letter = Letter(language="en", subject="[Inconto] \ue000version\ue001 comes", plain="", html="", created_at=NOW)
    db.session.add(letter)
    db.session.flush()
    states = [MessageState.SENT, MessageState.QUEUED, MessageState.FAILED]
    rows = [
        {
            "letter_id": letter.id,
            "tenant_id": tenant.id,
            "address": f"to-{state.value}@{tenant.slug}.example",
            "name": "Somebody",
            "fields": {"version": "2027.1"},
            "message_id": f"<{state.value}-{tenant.id}@x>",
            "state": state,
            "created_at": NOW,
            "next_attempt_at": NOW,
            "reply": "550 no" if state is MessageState.FAILED else "",
        }
        for tenant in (planned.brug, planned.peelrand)
        for state in states
    ]
    db.session.execute(insert(OutboxMessage), rows)
    db.session.commit()

    def addresses(query: str) -> list[str]:
        return re.findall(r"to-[a-z]+@[a-z]+", planner.get(f"/planner/outbox?{query}").main)

    assert len(addresses("")) == 6
    assert addresses("state=waiting&words=brug") == ["to-queued@zorggroep"]
    assert addresses("state=failed") == ["to-failed@ziekenhuis", "to-failed@zorggroep"]
    assert addresses("words=contact1@ziekenhuis") == [
        "to-failed@ziekenhuis",
        "to-queued@ziekenhuis",
        "to-sent@ziekenhuis",
    ]
    assert addresses("words=nobody") == addresses("state=returned") == []
    page = planner.get("/planner/outbox?state=failed").main
    assert "[Inconto] 2027.1 comes" in page
    assert "550 no" in page


@pytest.mark.parametrize(
    "path", [RELEASES, WINDOWS, BULLETINS, "/planner/outbox", "/planner/without-contact", "/planner/needs"]
)
def test_lists_take_any_nonsense(app: Flask, planner: Reader, path: str) -> None:
    for query in (
        "page=nonsense",
        f"page={HUGE}",
        "year=99999999999",
        "state=%25",
        "words=%25%5F%5C",
        f"words={'x' * 300}",
    ):
        assert planner.get(f"{path}?{query}").status == 200, query
    assert planner.get(f"{path}?words=%00").status == 404


def test_empty_lists_say_what_to_do(planner: Reader, planned: World) -> None:
    assert "Plan the first one" in planner.get(RELEASES).main
    assert "announced by itself, a week ahead" in planner.get(WINDOWS).main
    assert "Nothing has been mailed yet." in planner.get("/planner/outbox").main
    assert "Every tenant has a contact." in planner.get("/planner/without-contact").main
