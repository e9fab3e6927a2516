"""Secret addresses as the world meets them: turned over, gone, masked in logs, good for feeds alone."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from time import monotonic, sleep
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
import structlog
import time_machine
from flask import Flask
from sqlalchemy import delete, event, select, update

from accounts.models import User
from entrypoints import logs
from entrypoints.commands.serve import gunicorn_arguments
from entrypoints.settings import Settings
from evidence.actors import Role
from storage import db
from tenants.contacts import remove_contact
from tenants.feed_models import KeptFeed
from tenants.feed_tokens import GRACE, FeedOwner, renew
from tenants.models import Tenant
from tests.faces.calendars import path_of
from tests.faces.pages import Reader, everything
from tests.served import PROJECT, free_port
from tests.world import MANAGER, NOW, PLANNER, World, both_databases

MASKED = "/feeds/***.ics"


@both_databases
def test_replaced_address_answers_until_its_grace_is_over(
    app: Flask, anybody: Reader, planned: World, feed: str
) -> None:
    renew(app.config["FEED_KEY"], planned.brug.id, NOW)
    new = path_of(app, planned.brug.id)
    assert anybody.get(feed).body == anybody.get(new).body
    last = NOW + GRACE - timedelta(seconds=1)
    for moment, statuses in ((last, (200, 200)), (NOW + GRACE, (410, 200)), (NOW + 40 * GRACE, (410, 200))):
        with time_machine.travel(moment, tick=False):
            assert (anybody.get(feed).status, anybody.get(new).status) == statuses, moment


@both_databases
def test_contacts_address_goes_with_the_contact(app: Flask, anybody: Reader, planned: World) -> None:
    contact = planned.brug.contacts[1]
    path = path_of(app, contact.id, FeedOwner.CONTACT)
    assert anybody.get(path).status == 200
    remove_contact(contact, MANAGER)
    assert (anybody.get(path).status, anybody.get(path_of(app, planned.brug.id)).status) == (410, 200)


@both_databases
def test_tenants_address_and_bytes_go_with_the_tenant(app: Flask, anybody: Reader, planned: World, feed: str) -> None:
    assert anybody.get(feed).status == 200
    assert db.session.scalars(select(KeptFeed.tenant_id)).all() == [planned.brug.id]
    db.session.execute(delete(Tenant).where(Tenant.id == planned.brug.id))
    db.session.commit()
    assert anybody.get(feed).status == 410
    assert db.session.scalars(select(KeptFeed.path)).all() == []


@pytest.mark.parametrize("change", [{"active": False}, {"role": Role.CONTACT}, {"role": Role.VIEWER}])
def test_planners_address_dies_with_the_account(
    app: Flask, anybody: Reader, planned: World, change: dict[str, Any]
) -> None:
    user = db.session.scalars(select(User).where(User.email == PLANNER.name)).one()
    path = path_of(app, user.id, FeedOwner.USER, "/plans/inconto.ics")
    assert anybody.get(path).status == 200
    db.session.execute(update(User).where(User.id == user.id).values(**change))
    db.session.commit()
    assert anybody.get(path).status == 410


def test_feeds_respect_the_networks_of_the_tenant(app: Flask, anybody: Reader, planned: World, feed: str) -> None:
    own = path_of(app, planned.brug.contacts[0].id, FeedOwner.CONTACT)
    planned.brug.ip_allowlist = "192.0.2.0/24"
    db.session.commit()
    app.config["SETTINGS"] = app.config["SETTINGS"].model_copy(update={"TRUSTED_PROXIES": "10.0.0.0/8"})
    for path in (feed, own):
        tag = anybody.get(path, address="192.0.2.7").headers["ETag"]
        for peer, forwarded, status in (
            ("192.0.2.7", "", 200),
            ("198.51.100.7", "", 403),
            ("10.0.0.1", "192.0.2.7", 200),
            ("10.0.0.1", "192.0.2.7, 198.51.100.7", 403),
            ("198.51.100.7", "192.0.2.7", 403),
            ("nonsense", "", 403),
        ):
            headers = {"X-Forwarded-For": forwarded} if forwarded else {}
            assert anybody.get(path, address=peer, headers=headers).status == status, (peer, forwarded)
            # Who has the bytes already is let in no further.
            again = anybody.get(path, address=peer, headers=headers | {"If-None-Match": tag})
            assert again.status == (304 if status == 200 else 403)


def test_secret_opens_nothing_but_feeds(app: Flask, anybody: Reader, planned: World, feed: str) -> None:
    token = feed.split("/")[2].removesuffix(".ics")
    for path in (
        f"/{token}",
        f"/unsubscribe/{token}",
        f"/welcome/{token}",
        f"/portal/{token}",
        f"/login?token={token}",
    ):
        page = anybody.get(path)
        assert page.status in {200, 302, 404, 410}, path
        assert b"Zorggroep" not in page.body
    assert anybody.get("/portal/", headers={"Authorization": f"Bearer {token}"}).status == 302


def test_feeds_are_read_and_nothing_else(anybody: Reader, feed: str) -> None:
    before = everything()
    page = anybody.post(feed)
    assert (page.status, page.headers["Allow"]) == (405, "GET, HEAD")
    assert everything() == before


def test_every_answer_with_words_is_safe_to_show(anybody: Reader, feed: str) -> None:
    for path in (feed, f"{feed}x", "/feeds/none.ics"):
        headers = anybody.get(path).headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"


@pytest.mark.parametrize("known", [False, True])
def test_poll_of_what_is_kept_is_one_statement(app: Flask, anybody: Reader, feed: str, known: bool) -> None:
    tag = anybody.get(feed).headers["ETag"]
    server: Any = app.wsgi_app
    statements: list[str] = []
    # The thread keeps its connection: another one is needed, to be listened to.
    db.engine.dispose()
    event.listen(
        server.lookups.engine, "checkout", lambda connection, *_: connection.set_trace_callback(statements.append)
    )
    page = anybody.get(feed, headers={"If-None-Match": tag} if known else {})
    assert (page.status, len(statements)) == (304 if known else 200, 1)


def test_database_that_is_away_is_not_the_readers_fault(app: Flask, anybody: Reader, feed: str) -> None:
    anybody.get(feed)
    path = Path(db.engine.url.database or "")
    server: Any = app.wsgi_app
    db.session.remove()
    db.engine.dispose()
    path.rename(f"{path}.away")
    path.mkdir()
    page = anybody.get(feed)
    assert (page.status, page.headers["Retry-After"]) == (503, "300")
    path.rmdir()
    Path(f"{path}.away").rename(path)
    assert anybody.get(feed).status == 200
    assert server.lookups.engine.pool.checkedout() == 1


# Pages


@both_databases
def test_contacts_give_what_they_share_new_addresses(
    app: Flask, planned: World, contact: Reader, stranger: Reader
) -> None:
    home = "/portal/zorggroep-de-brug"
    other, first = planned.brug.contacts[1].id, path_of(app, planned.brug.id)
    news = first.replace(".ics", ".atom")
    page = contact.get(f"{home}/contacts/{other}/remove")
    assert "may know the addresses of your calendar and news" in page.main
    assert f'href="{home}/calendar#shared"' in page.html
    assert (
        stranger.post(f"{home}/calendar/shared").status == stranger.post(f"{home}/calendar/shared/stop").status == 404
    )
    assert contact.post(f"{home}/calendar/shared").location == f"{home}/calendar#shared"
    second = path_of(app, planned.brug.id)
    page = contact.get(f"{home}/calendar")
    assert (first in page.html, second in page.html) == (False, True)
    assert "The addresses before still answer, until Mon 7 December 2026" in page.main
    assert [contact.get(path).status for path in (first, news, second)] == [200, 200, 200]
    contact.post(f"{home}/calendar/shared/stop")
    assert [contact.get(path).status for path in (first, news, second)] == [410, 410, 200]


def test_contact_makes_and_replaces_an_address_of_its_own(app: Flask, planned: World, contact: Reader) -> None:
    home = "/portal/zorggroep-de-brug"
    number = planned.brug.contacts[0].id
    assert contact.post(f"{home}/calendar").location == f"{home}/calendar#own"
    first = path_of(app, number, FeedOwner.CONTACT)
    assert f"http://localhost{first}" in contact.get(f"{home}/calendar").html
    assert contact.post("/portal/ziekenhuis-peelrand/calendar").status == 404
    contact.post(f"{home}/calendar")
    assert "still answers, until Mon 7 December 2026" in contact.get(f"{home}/calendar").main
    assert (contact.get(first).status, contact.post(f"{home}/calendar/stop").status) == (200, 302)
    assert contact.get(first).status == 410


def test_planner_makes_and_replaces_an_address_of_its_own(app: Flask, planner: Reader, planned: World) -> None:
    page = planner.get("/planner/calendar")
    assert "Give me an address of my own" in page.main
    assert "/feeds/" not in page.html
    assert planner.post("/planner/calendar/renew").location == "/planner/calendar"
    found = re.findall(r"http://localhost(/feeds/[^\"<\s]+)", planner.get("/planner/calendar").html)
    assert [path.split("/", 3)[3] for path in found] == ["plans/inconto.ics"]
    assert planner.get(found[0]).status == 200
    planner.post("/planner/calendar/renew")
    assert planner.get(found[0]).status == 200
    planner.post("/planner/calendar/stop")
    assert planner.get(found[0]).status == 410


def test_administrator_switches_the_public_calendar_on(admin: Reader, anybody: Reader, planned: World) -> None:
    form = {"name": "Inconto", "timezone": "Europe/Amsterdam", "test_period": "P2W", "announce_ahead": "P7D"}
    saved = admin.post("/planner/products/inconto", form | {"update_minutes": "60", "public_calendar": "y"})
    assert saved.status == 302, saved.main
    (address, _dutch) = re.findall(r"http://localhost(/feeds/products/[^\"\s]+)", admin.get("/planner/calendar").html)
    assert (address, anybody.get(address).status) == ("/feeds/products/inconto/nl.ics", 200)


# Logs


def test_our_own_log_holds_no_secret(capfd: pytest.CaptureFixture[str], feed: str) -> None:
    token = feed.split("/")[2].removesuffix(".ics")
    logs.set_up()
    try:
        raise ValueError(f"https://example.com{feed}")
    except ValueError:
        structlog.get_logger().exception("asked", path=feed, more=f"next=%2Ffeeds%2F{token}.ics")
    written = capfd.readouterr().err
    assert (token in written, MASKED in written) == (False, True)


@pytest.mark.parametrize("server", ["gunicorn", "flask run"])
def test_servers_log_no_secret(app: Flask, settings: Settings, feed: str, tmp_path: Path, server: str) -> None:
    db.session.remove()
    port, log = free_port(), tmp_path / "requests.log"
    command = {
        "gunicorn": ["gunicorn", "--access-logfile", "-", *gunicorn_arguments("127.0.0.1", port, "app:create_app()")],
        "flask run": ["flask", "--app", "app", "run", "--port", str(port)],
    }[server]
    with running(command, settings, log):
        until, status = monotonic() + 60, 0
        while not status and monotonic() < until:
            try:
                with urlopen(f"http://127.0.0.1:{port}{feed}") as answer:
                    status = answer.status
            except HTTPError as error:
                status = error.code
            except URLError:
                sleep(0.2)
    written = log.read_text()
    assert status == 200, written
    assert f"GET {MASKED} HTTP/1.1" in written
    assert feed.split("/")[2].removesuffix(".ics") not in written


@contextmanager
def running(command: list[str], settings: Settings, log: Path) -> Iterator[None]:
    environment = os.environ | {
        "DATABASE_URL": settings.database_url(),
        "DATA_DIR": str(settings.DATA_DIR),
        "SECRET_KEY": settings.SECRET_KEY or "",
        "BASE_URL": "http://localhost",
    }
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command], cwd=PROJECT, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            process.terminate()
            process.wait(30)
