"""Nothing that is written in the drawing of a year lies over anything else, by the boxes that Chromium draws."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from playwright.sync_api import Browser, Page, Route

from schedules.freezes import FreezeFacts, add_freeze
from schedules.judging import ReleasePlan
from schedules.reasons import Reason
from schedules.releases import schedule_release
from tenants.models import Product
from tests.browser import SIZES
from tests.faces.pages import Reader
from tests.planning import planned_window
from tests.world import MANAGER, World, local

pytestmark = pytest.mark.browser

NOW = local("2026-11-27T10:00")
# Of all that is written or drawn as a sign: what it says, and its box on the screen.
BOXES = """() => [...document.querySelectorAll('.year-drawing svg[role=group] text, .year-drawing svg[role=group] use')]
    .map(one => [one.textContent || one.getAttribute('href'), one.tagName, one.getBoundingClientRect()])
    .filter(([_words, _kind, box]) => box.width > 0)
    .map(([words, kind, box]) => [words.trim(), kind, box.left, box.top, box.right, box.bottom])"""


def planned(product: Product, version: str, acceptance: datetime, tested: int) -> None:
    production = acceptance + timedelta(days=tested)
    plan = ReleasePlan(
        version,
        acceptance,
        production,
        "Sneller zoeken in taken",
        "Faster search in tasks",
        Reason("Samen", "Together"),
    )
    schedule_release(product, plan, MANAGER, NOW)


def busy(product: Product, tested: int, apart: int, first: str = "2027-03-01T06:00") -> None:
    """Four releases, so many days to test each and from one to the next; maintenance weekly; a freeze."""
    product.test_period = f"P{tested}D"
    for number in range(4):
        planned(product, f"2027.{number + 1}", local(first) + timedelta(days=apart * number), tested)
    for week in range(48):
        starts = local("2027-01-09T21:00") + timedelta(weeks=week)
        ends = starts + timedelta(hours=4)
        planned_window(product, f"{starts:%Y-%m-%dT%H:%M}", f"{ends:%Y-%m-%dT%H:%M}", reference=f"M-{week}", now=NOW)
    for begins_on, ends_on in ((date(2027, 7, 12), date(2027, 8, 20)), (date(2027, 12, 18), date(2027, 12, 31))):
        days = FreezeFacts(begins_on, ends_on, "Vakantie", "Holidays")
        add_freeze(product, days, MANAGER, NOW)


@contextmanager
def drawn(
    app: Flask, chromium: Browser, year: int = 2027, language: str = "en", size: str = "desktop", **context: Any
) -> Iterator[Page]:
    """The page of a year in Chromium, which asks the application itself for all it needs."""
    with time_machine.travel(NOW, tick=False):
        reader = Reader(app, MANAGER.name, language=language)

    def answered(route: Route) -> None:
        asked = route.request.url.removeprefix("http://localhost")
        with time_machine.travel(NOW, tick=False), app.app_context():
            answer = reader.client.get(asked)
            route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.get_data())
            answer.close()

    page = chromium.new_context(viewport=SIZES[size], **context).new_page()  # type: ignore[arg-type]
    page.route("**/*", answered)
    page.goto(f"http://localhost/planner/year?year={year}")
    yield page
    page.context.close()


def overlaps(page: Page) -> list[tuple[str, str]]:
    """What lies over what, where one of the two is written."""
    boxes = page.evaluate(BOXES)
    found = []
    for number, (one, kind, left, top, right, bottom) in enumerate(boxes):
        for other, other_kind, *(other_left, other_top, other_right, other_bottom) in boxes[number + 1 :]:
            beside = right <= other_left + 1 or other_right <= left + 1
            apart = bottom <= other_top + 4 or other_bottom <= top + 4
            if "text" in {kind, other_kind} and not beside and not apart:
                found.append((one, other))
    return found


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    ("tested", "apart", "first"),
    [
        pytest.param(14, 77, "2027-03-01T06:00", id="two weeks to test"),
        pytest.param(14, 21, "2027-03-01T06:00", id="releases close together"),
        pytest.param(7, 60, "2027-03-01T06:00", id="a week to test"),
        pytest.param(2, 60, "2027-03-01T06:00", id="two days to test"),
        pytest.param(60, 75, "2027-03-01T06:00", id="two months to test"),
        pytest.param(14, 60, "2027-01-04T06:00", id="from the first day on"),
        pytest.param(20, 119, "2026-12-21T06:00", id="over both ends of the year"),
    ],
)
def test_nothing_written_lies_over_anything(
    app: Flask, planned: World, chromium: Browser, tested: int, apart: int, first: str, language: str
) -> None:
    busy(planned.product, tested, apart, first)
    with drawn(app, chromium, language=language) as page:
        assert overlaps(page) == []
