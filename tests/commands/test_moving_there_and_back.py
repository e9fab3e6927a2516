"""The demonstration with all that may happen, moved to PostgreSQL and back: nobody outside sees a difference."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import func, select

from accounts.models import User
from accounts.request_pace import FROM_ONE_PLACE, too_often
from announcements.settling import settle, watch_deadlines
from demo.loading import load, loaded
from demo.people import let_in
from entrypoints.moving.layout import LEFT_OUT
from entrypoints.tick import tick
from evidence.actors import Role
from evidence.chain import head
from outbox.addresses import return_path
from outbox.bounces import take
from outbox.holds import present_hold
from outbox.models import MessageState, OutboxMessage
from schedules.date_requests import ask_for_date
from schedules.freezes import FreezeFacts, add_freeze
from schedules.maintenance import cancel_maintenance
from schedules.missed import waive_missed
from schedules.models import Release
from schedules.notices import Channel, Notice, NoticeState
from schedules.reasons import Reason
from schedules.release_cancelling import cancel_release
from schedules.telling import record_told
from schedules.waves import give_wave
from sla.terms import Change
from storage import db
from tenants import feed_tokens
from tenants.models import Contact, Product, Tenant
from tests.commands.conftest import NewPlace, everything
from tests.commands.places import Place
from tests.faces.pages import Reader
from tests.outbox.rows import use
from tests.outbox.written_reports import report
from tests.planning import (
    messages,
    moved,
    notices,
    pass_of_the_clock,
    planned_release,
    planned_window,
    send,
    told_and_given,
)
from tests.requests import waiting_request
from tests.smtp_server import SMTPServer
from tests.world import MANAGER, NOW, OPERATOR, make_tenant, make_user

HOUR = timedelta(hours=1)
READER = "functioneel.beheer@ziekenhuis-peelrand.example"
SLUG = "ziekenhuis-peelrand"
SECRET = re.compile(rb'name="csrf_token" value="[^"]*"')
Clock = time_machine.Traveller


def eventful(clock: Clock) -> None:
    """The demonstration, and everything that may happen to a notice."""
    load(NOW)
    let_in(NOW)
    make_user("boss@vendor.example", Role.MANAGER)
    product = loaded()
    assert product is not None
    told_and_given(NOW)
    release = planned_release(product, "2027.3", "2027-09-06T06:00", "2027-10-04T06:00")
    moved(release, "2027-09-13T06:00", "2027-10-11T06:00")
    gone = planned_window(product, "2026-12-18T22:00", "2026-12-19T02:00", reference="M-gone")
    planned_window(
        product, "2027-01-05T22:00", "2027-01-06T02:00", reference="M-stays", tenants=(SLUG, "scholengroep-de-brug")
    )
    told_and_given(NOW)
    cancel_maintenance(gone, MANAGER, NOW + HOUR)
    cancel_release(planned_release(product, "2027.4", "2027-11-08T06:00", "2027-12-06T06:00"), MANAGER, NOW)
    told_and_given(NOW + HOUR)
    sent = messages(None, MessageState.SENT)[-1]
    assert take(report(return_path(sent), sent.address, sent.message_id), NOW + HOUR).words
    first = db.session.scalars(select(Release).where(Release.version == "2027.1")).one()
    late = notices(first)[0].deadline_at + timedelta(minutes=1)
    watch_deadlines(late)
    waive_missed(
        first, Change.ACCEPTANCE, Reason("De mailserver\nwas stuk.", "The mail server\nwas broken."), MANAGER, late
    )
    clock.move_to(late)
    pass_of_the_clock(late)
    notice = db.session.scalars(select(Notice).where(Notice.state == NoticeState.ANNOUNCED).limit(1)).one()
    record_told(notice, Channel.TELEPHONE, 'Mevrouw \'T \u2028 de "Vries"', late, OPERATOR, late)
    send(None, late, most=5)
    settle(late)
    closing = FreezeFacts("2027-12-20", "2028-01-03", "Jaarafsluiting", 'The "end" of\u2028 the year')
    add_freeze(product, closing, MANAGER, late)
    tenants = db.session.scalars(
        select(Tenant).where(Tenant.product_id == product.id).order_by(Tenant.id).limit(5)
    ).all()
    later = release.production_at + timedelta(days=14)
    give_wave(
        release, Change.PRODUCTION, [one.id for one in tenants], later, "Zorg, onderwijs", "'t Kan niet", MANAGER, late
    )
    asking = db.session.scalars(select(Contact).where(Contact.email == READER)).one()
    ask_for_date(release, asking, Change.PRODUCTION, later + timedelta(days=7), "Jaarwisseling", late)
    waiting_request(notice.tenant)
    too_often("place", "192.0.2.1", FROM_ONE_PLACE, late)
    last = make_tenant(product, "last", contacts=0)
    db.session.delete(last)
    db.session.commit()


def feeds(place: Place) -> dict[str, bytes]:
    """Every tenant's calendars, by their addresses, asked for from where the tenant allows it."""
    key = place.app.config["FEED_KEY"]
    rows = db.session.execute(select(Tenant.id, Tenant.ip_allowlist).order_by(Tenant.id)).all()
    asked = {
        f"/feeds/{feed_tokens.current(key, tenant_id)}{ending}": allowed.partition("/")[0] or "127.0.0.1"
        for tenant_id, allowed in rows
        for ending in (".ics", "/maintenance.ics")
    }
    anybody = Reader(place.app)
    found = {path: anybody.get(path, address=address) for path, address in asked.items()}
    assert {page.status for page in found.values()} == {200}
    return {path: page.body for path, page in found.items()}


def pages(place: Place) -> dict[str, bytes]:
    """Every page that a tenant's contact comes to, and what the vendor sees of this tenant; without forms' secrets."""
    user = db.session.scalars(select(User).where(User.email == READER)).one()
    user.password = db.session.scalars(select(User.password).where(User.email == "boss@vendor.example")).one()
    db.session.commit()
    found: dict[str, bytes] = {}
    for email, start in ((READER, "/portal/"), ("boss@vendor.example", f"/planner/tenants/{SLUG}")):
        reader, ahead = Reader(place.app, email), [start]
        while ahead:
            path = ahead.pop()
            if path not in found:
                page = reader.get(path)
                found[path] = SECRET.sub(b"", page.body)
                ahead += re.findall(rf'href="((?:/portal/{SLUG}|/planner/tenants/{SLUG})[^"#]*)"', page.html)
    return found


@pytest.fixture
def moved_there_and_back(new_place: NewPlace, tmp_path: Path, clock: Clock) -> list[Place]:
    """Three installations with the same in them: SQLite, PostgreSQL, and SQLite again."""
    places = [new_place(engine) for engine in ("sqlite", "postgresql", "sqlite")]
    with places[0].at_home():
        eventful(clock)
    for number, form in enumerate(("csv", "json")):
        folder = tmp_path / form
        with places[number].at_home() as here:
            assert here.run("export", "everything", folder, "--format", form).exit_code == 0
        with places[number + 1].at_home() as there:
            done = there.run("import", "everything", folder)
            assert (done.exit_code, done.stderr) == (0, "")
    return places


def test_feeds_and_pages_are_the_same_byte_for_byte(moved_there_and_back: list[Place]) -> None:
    seen_feeds, seen_pages = [], []
    for place in moved_there_and_back:
        with place.at_home():
            seen_feeds.append(feeds(place))
            seen_pages.append(pages(place))

    assert len(seen_feeds[0]) == 120
    assert len(seen_pages[0]) > 15
    assert seen_feeds[1:] == seen_feeds[:1] * 2
    assert seen_pages[1:] == seen_pages[:1] * 2


def test_rows_evidence_and_schema_are_the_same(moved_there_and_back: list[Place]) -> None:
    rows, heads, said = [], [], []
    for place in moved_there_and_back:
        with place.at_home() as here:
            found = everything()
            rows.append({table: found[table] for table in found if table not in {"outbox_hold", *LEFT_OUT}})
            heads.append(head())
            db.session.rollback()
            said.append([here.run("evidence", "verify").exit_code, here.run("db", "check").exit_code])

    states = {NoticeState.MISSED, NoticeState.WAIVED, NoticeState.CANCELLED, NoticeState.TAKEN_OVER}
    with moved_there_and_back[0].at_home():
        assert states <= set(db.session.scalars(select(Notice.state)))
        assert db.session.scalar(select(func.count()).where(OutboxMessage.bounced_at.is_not(None))) == 1
    # PostgreSQL and SQLite say a few values in other words; the two SQLites agree to the letter.
    assert rows[2] == rows[0]
    assert {table: len(found) for table, found in rows[1].items()} == {
        table: len(found) for table, found in rows[0].items()
    }
    assert heads == [heads[0]] * 3
    assert said == [[0, 0]] * 3


def test_numbers_go_on_after_the_last_that_was_given(moved_there_and_back: list[Place]) -> None:
    given = []
    for place in moved_there_and_back:
        with place.at_home():
            product = db.session.scalars(select(Product)).one()
            highest = db.session.scalar(select(func.max(Tenant.id)))
            tenant = make_tenant(product, "newcomer")
            window = planned_window(product, "2027-06-01T22:00", "2027-06-02T02:00", reference="M-new")
            user = make_user("new@vendor.example", Role.VIEWER)
            given.append((highest, tenant.id, tenant.contacts[0].id, window.id, user.id))

    # The tenant that was removed had the 61st number: its calendar address must not become another's.
    assert given[0][:2] == (60, 62)
    assert given[1:] == given[:1] * 2


def test_worker_goes_on_after_the_release_and_mails_nothing_twice(
    moved_there_and_back: list[Place], clock: Clock
) -> None:
    clock.shift(timedelta(minutes=1))
    place = moved_there_and_back[2]
    with place.at_home() as here, SMTPServer() as server:
        use(place.app, server)
        sent = select(OutboxMessage.message_id).where(OutboxMessage.sent_at.is_not(None))
        sent_before = {one.strip("<>") for one in db.session.scalars(sent)}
        present = present_hold()
        assert present is not None
        assert (present.held_by, present.why) == ("command line", "everything was brought in from another database")
        db.session.rollback()
        held = tick("worker")
        taken_while_held = len(server.taken)
        released = here.run("outbox", "release")
        counts = tick("worker")
        taken = [one.mail["Message-ID"].strip("<>") for one in server.taken]
        tenants_wait_for = [one for one in messages(None, MessageState.QUEUED) if one.tenant_id is not None]

    assert (held["held"], "sent" in held, taken_while_held) == (1, False, 0)
    assert released.exit_code == 0
    assert counts["sent"] == len(taken) == len(set(taken)) > 0
    assert sent_before & set(taken) == set()
    assert tenants_wait_for == []
