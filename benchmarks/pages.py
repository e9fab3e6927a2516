"""Every page at 60 and at 10,000 tenants: the server's time, its weight and its queries, which must not grow."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from benchmarks.plans import plan_something
from benchmarks.results import say, seconds
from benchmarks.vendor import vendor
from entrypoints.web_server import keep_what_lasts
from storage import db
from tenants.feed_tokens import current

REPEATS = 9
BUDGETS = {60: 0.15, 10_000: 0.4}
# Over the wire, with style and scripts, for a reader who has nothing yet.
MOST_BYTES = 100_000
FILES = re.compile(rb'(?:href|src)="(/static/[^"]+\.(?:css|js)[^"]*)"')


def main() -> None:
    queries: dict[int, dict[str, int]] = {}
    for tenants, budget in BUDGETS.items():
        with vendor(tenants) as app:
            plan_something()
            queries[tenants] = measure(app, tenants, budget)
    few, many = (sum(queries[tenants].values()) for tenants in BUDGETS)
    say("queries of all pages at 10,000 tenants", many, "queries", "the same at 60", few, 1)


def measure(app: Flask, tenants: int, budget: float) -> dict[str, int]:
    token = current(app.config["FEED_KEY"], 1)
    db.session.remove()
    planner, portal = signed_in(app, "manager@vendor.example"), signed_in(app, "contact1@tenant-1.example")
    pages: dict[str, tuple[FlaskClient, str]] = {
        "today": (planner, "/planner/"),
        "the year": (planner, "/planner/year"),
        "the year as a list": (planner, "/planner/year?view=list"),
        "freezes and holidays": (planner, "/planner/freezes"),
        "releases": (planner, "/planner/releases"),
        "release": (planner, "/planner/releases/1"),
        "plan a release": (planner, "/planner/releases/new"),
        "what will be sent": (planner, "/planner/releases/2/mails/production/planned"),
        "what will be sent, as a mail": (planner, "/planner/releases/2/mails/production/planned/html"),
        "propose a year": (planner, "/planner/releases/year?year=2091"),
        "move a release": (planner, "/planner/releases/1/move"),
        "cancel a release": (planner, "/planner/releases/1/cancel"),
        "notes": (planner, "/planner/releases/1/notes/nl"),
        "publish": (planner, "/planner/releases/1/notes/publish"),
        "maintenance": (planner, "/planner/maintenance"),
        "maintenance window": (planner, "/planner/maintenance/1"),
        "plan maintenance": (planner, "/planner/maintenance/new"),
        "tenants": (planner, "/planner/tenants"),
        "tenants filtered": (planner, "/planner/tenants?words=Tenant+1&version=2026.2"),
        "tenant": (planner, "/planner/tenants/tenant-1"),
        "change a tenant": (planner, "/planner/tenants/tenant-1/edit"),
        "tenants by version": (planner, "/planner/versions"),
        "tenants that must update first": (planner, "/planner/versions?status=update_first&sort=version"),
        "announcements": (planner, "/planner/bulletins"),
        "announcement to everybody": (planner, "/planner/bulletins/1"),
        "wave": (planner, "/planner/waves/1"),
        "move a wave": (planner, "/planner/waves/1/move"),
        "a date of its own": (planner, "/planner/releases/2/tenants/tenant-1/production"),
        "tenants without a contact": (planner, "/planner/without-contact"),
        "imports": (planner, "/planner/import"),
        "roll-out": (planner, "/planner/releases/2/rollout"),
        "dates asked for": (planner, "/planner/date-requests"),
        "everything that needs a person": (planner, "/planner/needs"),
        "search": (planner, "/planner/search?q=tenant&list=1"),
        "first steps": (planner, "/planner/first-steps"),
        "alarms": (planner, "/planner/alarms"),
        "outbox": (planner, "/planner/outbox"),
        "portal": (portal, "/portal/tenant-1"),
        "portal notes": (portal, "/portal/tenant-1/releases"),
        "portal notes searched": (portal, "/portal/tenant-1/releases?words=verbeterd"),
        "portal what changed": (portal, "/portal/tenant-1/changes"),
        "portal subscriptions": (portal, "/portal/tenant-1/subscriptions"),
        "portal maintenance": (portal, "/portal/tenant-1/maintenance"),
        "portal versions": (portal, "/portal/tenant-1/versions"),
        "portal contacts": (portal, "/portal/tenant-1/contacts"),
        "portal what was told": (portal, "/portal/tenant-1/told"),
        "portal search": (portal, "/portal/tenant-1/search?q=2026"),
        "evidence": (planner, "/planner/tenants/tenant-1/evidence"),
        "portal announcements": (portal, "/portal/tenant-1/announcements"),
        "requests for an account": (planner, "/planner/requests"),
        "calendar": (portal, f"/feeds/{token}.ics"),
    }
    # As the web server does before its first request.
    keep_what_lasts()
    counted, heaviest = {}, 0
    for name, (client, path) in pages.items():
        with counting() as number:
            ask(client, path)
        counted[name] = number()
        taken = seconds(lambda client=client, path=path: ask(client, path), REPEATS)  # type: ignore[misc]
        say(f"page: {name}, {tenants} tenants", taken, "s", f"budget of {budget} s", budget, 1)
        heaviest = max(heaviest, weight(client, path))
    say(f"the heaviest page, {tenants} tenants", heaviest, "bytes", "budget of 100,000 bytes", MOST_BYTES, 1)
    return counted


def ask(client: FlaskClient, path: str) -> None:
    # As in a server, a request has a context of its own; who is signed in is kept in it.
    with client.application.app_context():
        answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}")


def weight(client: FlaskClient, path: str) -> int:
    with client.application.app_context():
        page = client.get(path).get_data()
        files = [
            client.get(file.decode(), headers={"Accept-Encoding": "br, gzip"}) for file in set(FILES.findall(page))
        ]
        return len(page) + sum(len(file.get_data()) for file in files)


def signed_in(app: Flask, email: str) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        client.post("/login", data={"email": email, "password": "benchmark password"})
    return client


@contextmanager
def counting() -> Iterator[Callable[[], int]]:
    """Count the statements that reach the database."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield lambda: len(seen)
    event.remove(db.engine, "before_cursor_execute", note)


if __name__ == "__main__":
    main()
