"""Calendars as a client reads them."""

from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from icalendar import Calendar

from schedules.models import MaintenanceWindow
from tenants.feed_tokens import FeedOwner, current, renew
from tests.faces.pages import Page
from tests.world import NOW

LATER = NOW + timedelta(days=3)


def path_of(app: Flask, owner_id: int, kind: FeedOwner = FeedOwner.TENANT, rest: str = ".ics") -> str:
    key = app.config["FEED_KEY"]
    if kind is not FeedOwner.TENANT and current(key, owner_id, kind) is None:
        renew(key, owner_id, NOW, kind)
    return f"/feeds/{current(key, owner_id, kind)}{rest}"


def lines(page: Page) -> list[str]:
    """The lines of a calendar, unfolded."""
    return page.body.decode().replace("\r\n ", "").split("\r\n")


def events(page: Page) -> list[Any]:
    assert page.status == 200, page.body
    return list(Calendar.from_ical(page.body).walk("VEVENT"))


def text(event: Any, name: str) -> str:
    return str(event[name])


def identity(event: Any) -> tuple[str, int, datetime]:
    assert event["LAST-MODIFIED"].dt == event["DTSTAMP"].dt
    return text(event, "UID"), int(event["SEQUENCE"]), event["DTSTAMP"].dt


def under_way(window: MaintenanceWindow) -> dict[str, datetime]:
    """It starts, takes two hours longer, and is done; the moments of each."""
    starts, ends = window.starts_at, window.ends_at
    return {"start": starts, "longer": ends - timedelta(minutes=5), "done": ends + timedelta(hours=1)}


def version(page: Page) -> tuple[int, datetime, datetime]:
    (event,) = events(page)
    return event["SEQUENCE"], event["DTSTAMP"].dt, event["DTEND"].dt
