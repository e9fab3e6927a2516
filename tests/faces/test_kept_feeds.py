"""Feeds kept as bytes: made anew by a change, which shows at the next poll, never a mixture, whoever writes."""

import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import time_machine
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, text, update

from accounts.models import User
from schedules.entries import Publisher
from schedules.maintenance import cancel_maintenance, move_maintenance
from schedules.maintnote import maintnote_calendar
from schedules.models import MaintenanceTenant, MaintenanceWindow, Release
from schedules.notices import Notice
from schedules.people_calendar import people_calendar
from schedules.progress import extend_maintenance, finish_maintenance, start_maintenance
from schedules.release_cancelling import cancel_release
from schedules.release_words import retitle_release
from schedules.running import report_version
from storage import Base, Refused, Revision, db
from storage.snapshots import read_one_moment
from tenants.feed_models import KeptFeed
from tenants.models import EnvironmentKind, Installation, Product, Tenant
from tenants.products import ProductFacts, change_product
from tenants.services import TenantFacts, change_tenant
from tests.faces.calendars import events, path_of
from tests.faces.pages import Reader
from tests.planning import (
    ACCEPTANCE,
    announce_all,
    counted_queries,
    moved,
    pass_of_the_clock,
    planned_release,
    planned_window,
)
from tests.world import ADMIN, MANAGER, NOW, OPERATOR, PLANNER, World, both_databases


def revision() -> int:
    db.session.rollback()
    return db.session.scalar(select(Revision.number)) or 0


# What raises the revision


@both_databases
def test_whatever_calendars_show_raises_the_revision(app: Flask, planned: World) -> None:
    release, window = planned_release(planned.product), planned_window(planned.product)
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.4", NOW, OPERATOR, NOW)
    notice = db.session.scalars(select(Notice)).first()
    assert notice is not None

    def rename() -> None:
        planned.product.name = "Another"

    writes: list[Callable[[], object]] = [
        rename,
        lambda: db.session.execute(update(Tenant).values(locale="en")),
        lambda: db.session.execute(update(Notice), [{"id": notice.id, "announced_at": NOW}]),
        lambda: db.session.execute(update(Installation).values(version="2026.5")),
        lambda: db.session.execute(update(Base.metadata.tables["release"]).values(edits=2)),
        lambda: db.session.execute(
            insert(MaintenanceTenant), [{"maintenance_id": window.id, "tenant_id": planned.brug.id}]
        ),
        lambda: db.session.execute(delete(Notice).where(Notice.release_id == release.id)),
    ]
    for write in writes:
        before = revision()
        write()
        assert revision_inside() == before
        db.session.commit()
        assert revision() == before + 1, write


def revision_inside() -> int:
    return db.session.scalar(select(Revision.number)) or 0


def test_savepoint_that_is_given_up_does_not_hide_what_was_written_before_it(app: Flask, planned: World) -> None:
    before = revision()
    planned.product.name = "Another"
    db.session.flush()
    with suppress(ValueError), db.session.begin_nested():
        raise ValueError
    db.session.commit()
    assert revision() == before + 1


def test_what_calendars_do_not_show_leaves_the_revision(app: Flask, planned: World) -> None:
    planned_release(planned.product)
    before = revision()
    db.session.execute(update(User).values(failed_sign_ins=1))
    db.session.commit()
    planned.brug.locale = str(planned.brug.locale)
    db.session.commit()
    planned.product.name = "never"
    db.session.rollback()
    db.session.commit()
    assert revision() == before


@both_databases
def test_clock_that_finds_nothing_to_do_leaves_the_revision(app: Flask, planned: World) -> None:
    planned_release(planned.product)
    planned_window(planned.product)
    announce_all()
    pass_of_the_clock(NOW)
    before = revision()
    pass_of_the_clock(NOW + timedelta(minutes=1))
    assert revision() == before


# Kept


def test_feed_is_made_once_a_day(anybody: Reader, feed: str) -> None:
    first = anybody.get(feed)
    with counted_queries() as statements:
        assert [anybody.get(feed).body for _poll in range(3)] == [first.body] * 3
    assert statements == []
    # The clock changes calendars as well: what is long over leaves them.
    with time_machine.travel(NOW + timedelta(days=1), tick=False), counted_queries() as statements:
        assert [anybody.get(feed).body for _poll in range(3)] == [first.body] * 3
    assert len([one for one in statements if one.startswith("INSERT INTO kept_feed")]) == 1


def test_kept_bytes_hold_no_secret(anybody: Reader, feed: str) -> None:
    anybody.get(feed)
    row = db.session.scalars(select(KeptFeed)).one()
    assert feed.split("/")[2].removesuffix(".ics") not in json.dumps([row.path, row.made_of, row.plain.decode()])


def test_another_address_of_ours_makes_it_anew(app: Flask, anybody: Reader, feed: str) -> None:
    assert b"http://localhost/portal" in anybody.get(feed).body
    app.config["BASE_URL"] = "https://announcements.example"
    assert b"URL:https://announcements.example/portal" in anybody.get(feed).body


def test_reader_does_not_wait_for_whoever_writes(app: Flask, anybody: Reader, planned: World, feed: str) -> None:
    db.session.rollback()
    connection = db.engine.raw_connection()
    connection.cursor().execute("BEGIN IMMEDIATE")
    try:
        assert anybody.get(feed).status == 200
    finally:
        connection.cursor().execute("ROLLBACK")
        connection.close()
    assert db.session.scalars(select(KeptFeed.path)).all() == []
    assert anybody.get(feed).status == 200
    assert len(db.session.scalars(select(KeptFeed.path)).all()) == 1


# At the next poll, whatever was done


def verbs(product: Product, release: Release, window: MaintenanceWindow, tenant: Tenant) -> list[Callable[[], object]]:
    later = window.ends_at + timedelta(hours=2)
    return [
        announce_all,
        lambda: moved(release, ACCEPTANCE, "2027-02-15T06:00"),
        lambda: moved(release, ACCEPTANCE, "2027-02-22T06:00"),
        lambda: retitle_release(release, f"Titel {release.edits}", "Title", PLANNER, NOW),
        lambda: cancel_release(release, MANAGER, NOW),
        lambda: move_maintenance(
            window, window.starts_at + timedelta(days=1), later, PLANNER, NOW, revision=window.revision
        ),
        lambda: start_maintenance(window, OPERATOR, window.starts_at),
        lambda: extend_maintenance(window, later, "", "", OPERATOR, window.starts_at),
        lambda: finish_maintenance(window, OPERATOR, window.starts_at),
        lambda: cancel_maintenance(window, MANAGER, NOW),
        lambda: report_version(tenant, EnvironmentKind.PRODUCTION, "2026.4", NOW, OPERATOR, NOW),
        lambda: change_product(product, ProductFacts(f"Inconto {product.edits}"), ADMIN, NOW),
        lambda: change_tenant(tenant, TenantFacts(tenant.slug, "De Brug", locale="en"), MANAGER),
    ]


@given(steps=st.lists(st.integers(0, 12), min_size=1, max_size=6))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_change_shows_at_the_next_poll(app: Flask, planned: World, steps: list[int]) -> None:
    tenant, product = planned.brug, planned.product
    number = len(db.session.scalars(select(MaintenanceWindow.id)).all())
    release = db.session.scalars(select(Release).where(Release.cancelled_at.is_(None))).first()
    release = release or planned_release(product)
    window = planned_window(product, reference=f"M-{number}")
    reader, path = Reader(app), path_of(app, tenant.id)
    for step in steps:
        try:
            verbs(product, release, window, tenant)[step]()
        except Refused:
            db.session.rollback()
        for rest, made in ((".ics", people_calendar), ("/maintenance.ics", maintnote_calendar)):
            body = reader.get(path.replace(".ics", rest)).body
            with app.test_request_context():
                assert body == made(tenant, NOW.date(), Publisher.present(), tenant.locale).body, step


# While somebody writes


@both_databases
def test_polls_show_each_change_whole_and_at_once(app: Flask, planned: World, feed: str) -> None:
    """A writer gives release and window the same number in one transaction, and says once it is committed."""
    planned_release(planned.product)
    planned_window(planned.product)
    announce_all()
    done, committed, seen = Event(), [0], []

    def write() -> None:
        with app.app_context():
            for number in range(1, 16):
                words = {"edits": number, "edited_at": NOW + timedelta(seconds=number)}
                db.session.execute(update(Release).values(title_nl=f"stand {number}", **words))
                db.session.execute(update(MaintenanceWindow).values(reason_nl=f"stand {number}", **words))
                db.session.commit()
                committed[0] = number
            db.session.remove()
        done.set()

    writer = Thread(target=write)
    db.session.rollback()
    writer.start()
    reader = Reader(app)
    while True:
        ended, least = done.is_set(), committed[0]
        found = [numbers(event) for event in events(reader.get(feed))]
        assert len(found) == 3
        assert len(set(found)) == 1, found
        assert found[0][0] >= least
        seen.append(found[0][0])
        if ended:
            break
    writer.join()
    assert seen == sorted(seen)
    assert seen[-1] == 15


def numbers(event: Any) -> tuple[int, int]:
    """The number in an event's words, and its SEQUENCE."""
    words = f"{event['SUMMARY']} {event['DESCRIPTION']}"
    return int(words.rpartition("stand ")[2].split()[0]) if "stand" in words else 0, int(event["SEQUENCE"])


@both_databases
def test_change_between_two_reads_is_not_half_seen(app: Flask, planned: World) -> None:
    release = planned_release(planned.product)
    db.session.commit()
    read_one_moment()
    before = db.session.scalar(select(Revision.number))
    with app.app_context(), db.engine.connect() as other:
        other.execute(text("UPDATE release SET title_nl = 'Anders'"))
        other.execute(text("UPDATE revision SET number = number + 1"))
        other.commit()
    title = db.session.scalar(select(Release.title_nl).where(Release.id == release.id))
    assert (title, db.session.scalar(select(Revision.number))) == ("Sneller zoeken", before)
    db.session.rollback()
    title = db.session.scalar(select(Release.title_nl).where(Release.id == release.id))
    assert (title, db.session.scalar(select(Revision.number))) == ("Anders", (before or 0) + 1)
