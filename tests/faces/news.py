"""The news of a tenant, as a reader of Atom gets it."""

from datetime import datetime
from typing import Any

import feedparser
from flask import Flask

from release_notes.services import publish_notes, save_notes
from schedules.models import Release
from tenants.feed_tokens import current
from tenants.models import Tenant
from tests.faces.pages import Reader
from tests.world import MANAGER, NOW


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
