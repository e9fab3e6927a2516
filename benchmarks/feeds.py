"""Polls of a feed of 40 events, against a bare Flask route and nginx with the same bytes, at 10 and 10,000 tenants."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.request import Request, urlopen

from flask import Flask
from sqlalchemy import event, insert

from benchmarks.pages import ask, counting
from benchmarks.results import say, say_at_least, say_beside
from benchmarks.servers import gunicorn, nginx, requests_a_second
from benchmarks.vendor import LONG_AGO, only_product, vendor
from schedules.models import Impact, MaintenanceWindow
from schedules.notices import Notice, NoticeState
from sla.terms import Change
from storage import db
from tenants.feed_tokens import current

EVENTS = 40
ROUNDS = 15
FEW, MANY = 10, 10_000


def main() -> None:
    with ExitStack() as stack:
        queries, feeds = {}, {}
        for tenants in (FEW, MANY):
            path, queries[tenants], address = stack.enter_context(product(tenants))
            feeds[tenants] = f"{address}{path}"
        body, tag = fetched(feeds[FEW])
        file = Path(stack.enter_context(TemporaryDirectory()), "feed.ics")
        file.write_bytes(body)
        bare = stack.enter_context(gunicorn("benchmarks.bare:create_app()", {"BARE_FILE": str(file)}))
        plain = stack.enter_context(nginx(file))
        _many_body, many_tag = fetched(feeds[MANY])
        asked: dict[str, Callable[[], float]] = {
            # Those that are compared stand beside each other.
            "nginx": lambda: requests_a_second(plain),
            "bare": lambda: requests_a_second(f"{bare}/feed.ics"),
            "200": lambda: requests_a_second(feeds[FEW]),
            "200 of many": lambda: requests_a_second(feeds[MANY]),
            "304 of many": lambda: requests_a_second(feeds[MANY], {"If-None-Match": many_tag}),
            "304": lambda: requests_a_second(feeds[FEW], {"If-None-Match": tag}),
        }
        rounds = [{name: ask_it() for name, ask_it in asked.items()} for _round in range(ROUNDS)]
    unit, route, name = "requests/s", "a bare Flask route with the same bytes", f"feed of {EVENTS} events"
    for status, goal in (("200", 0.9), ("304", 1)):
        value, reference = middle(rounds, status, "bare")
        say_at_least(f"{name}, {status}", value, unit, route, reference, goal)
    value, reference = middle(rounds, "200", "nginx")
    say_beside(f"{name}, 200", value, unit, "nginx with the same file", reference)
    for status in ("200", "304"):
        value, reference = middle(rounds, f"{status} of many", status)
        say_at_least(f"feed at {MANY} tenants, {status}", value, unit, f"the same at {FEW}", reference, 0.9)
    say(f"queries of a poll at {MANY} tenants", queries[MANY], "queries", f"the same at {FEW}", queries[FEW], 1)


def middle(rounds: list[dict[str, float]], name: str, reference: str) -> tuple[float, float]:
    """The rates of the round in the middle, by how the one compares with the other.

    They were measured within seconds of each other, so that what else the machine did hit both alike.
    """
    ordered = sorted(rounds, key=lambda rates: rates[name] / rates[reference])
    rates = ordered[len(ordered) // 2]
    return rates[name], rates[reference]


@contextmanager
def product(tenants: int) -> Iterator[tuple[str, int, str]]:
    """Serve a vendor with so many tenants. Yields a feed's path, the queries of its poll, and the server's address."""
    with vendor(tenants) as app:
        tell_of_maintenance()
        path = f"/feeds/{current(app.config['FEED_KEY'], 1)}.ics"
        queries = polled(app, path)
        settings = app.config["SETTINGS"]
        environment = {
            "DATA_DIR": str(settings.DATA_DIR),
            "SECRET_KEY": settings.SECRET_KEY,
            "BASE_URL": settings.BASE_URL,
            "DATABASE_URL": settings.database_url(),
        }
        with gunicorn("app:create_app()", environment) as address:
            yield path, queries, address


def tell_of_maintenance() -> None:
    """The first tenant was told of maintenance every week."""
    product_id, now = only_product().id, datetime.now(UTC).replace(microsecond=0)
    starts = [now + timedelta(weeks=number) for number in range(EVENTS)]
    windows = [
        {
            "id": number,
            "product_id": product_id,
            "reference": f"M-{number}",
            "starts_at": at,
            "ends_at": at + timedelta(hours=3),
            "acceptance": False,
            "production": True,
            "impact": Impact.OUTAGE,
            "reason_nl": "Nieuwe databaseserver",
            "planned_by": "bench",
            "created_at": LONG_AGO,
            "changed_at": LONG_AGO,
        }
        for number, at in enumerate(starts, start=1)
    ]
    notices = [
        {
            "tenant_id": 1,
            "maintenance_id": window["id"],
            "kind": Change.MAINTENANCE,
            "planned_at": window["starts_at"],
            "ends_at": window["ends_at"],
            "period": "P1W",
            "clause": "SLA 3.3",
            **dict.fromkeys(("deadline_at", "lapses_at", "announce_at"), window["starts_at"]),
            "state": NoticeState.ANNOUNCED,
            "announced_at": now,
            "created_at": LONG_AGO,
        }
        for window in windows
    ]
    db.session.execute(insert(MaintenanceWindow), windows)
    db.session.execute(insert(Notice), notices)
    db.session.commit()


def polled(app: Flask, path: str) -> int:
    """The number of queries of a poll, once the feed has been made."""
    client = app.test_client()
    statements: list[str] = []
    db.session.remove()
    ask(client, path)
    # Polls go past the sessions, whose statements are counted as well; each thread keeps a connection for them.
    server: Any = app.wsgi_app
    db.engine.dispose()
    event.listen(
        server.lookups.engine, "checkout", lambda connection, *_: connection.set_trace_callback(statements.append)
    )
    with counting() as number:
        ask(client, path)
    return len(statements) + number()


def fetched(url: str) -> tuple[bytes, str]:
    with urlopen(Request(url)) as answer:  # noqa: S310 - our own address
        return answer.read(), answer.headers["ETag"]


if __name__ == "__main__":
    main()
