"""The demonstration loads once, on any day, with something due; and leaves an empty product."""

import json
from datetime import UTC, date, datetime

import pytest
import time_machine
from flask import Flask
from flask_security import verify_password
from sqlalchemy import func, insert, select, update

from accounts.models import User
from accounts.tokens import bearer_of
from announcements.bulletin_queries import open_urgent
from demo.loading import load, loaded
from evidence.chain import Kind
from evidence.models import Entry
from outbox.models import OutboxMessage
from schedules.duties import keep_up
from schedules.freeze_models import Freeze
from schedules.known_dates import told_date
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, NoticeState
from schedules.occasions import of_maintenance, of_release
from schedules.wave_models import DateRequest
from storage import db
from tenants.feed_models import FeedToken
from tenants.feed_tokens import hash_of
from tenants.models import Contact, Product, ServiceLevelAgreement, Tenant
from tests import world
from tests.commands.conftest import Run, everything
from tests.world import both_databases

# Days on which the data needs care: a skipped hour, five releases in a year, both sides of the week's border.
DAYS = [
    datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    datetime(2027, 3, 15, 9, 0, tzinfo=UTC),
    datetime(2030, 3, 20, 9, 0, tzinfo=UTC),
    datetime(2026, 12, 5, 19, 59, tzinfo=UTC),
    datetime(2026, 12, 5, 20, 0, tzinfo=UTC),
    datetime(2028, 2, 29, 12, 0, tzinfo=UTC),
]


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passwords without the tenth of a second that each costs on purpose."""
    monkeypatch.setattr("demo.people.hash_password", lambda words: f"hash of {words}")
    monkeypatch.setattr("demo.people.verify_password", lambda words, kept: kept == f"hash of {words}")


quick = pytest.mark.usefixtures("quick_passwords")


@pytest.mark.parametrize("day", DAYS, ids=str)
def test_something_is_due_on_the_day_it_is_loaded(app: Flask, clock: time_machine.Traveller, day: datetime) -> None:
    clock.move_to(day)
    assert load(day)
    product = loaded()
    assert product is not None

    for release in db.session.scalars(select(Release)):
        keep_up(product, of_release(release), day)
    for window in db.session.scalars(select(MaintenanceWindow)):
        keep_up(product, of_maintenance(window), day)

    due = db.session.execute(
        select(MaintenanceWindow.reference, func.count())
        .select_from(Notice)
        .join(MaintenanceWindow)
        .where(Notice.announce_at <= day, Notice.state == NoticeState.PLANNED)
        .group_by(MaintenanceWindow.reference)
    ).all()
    assert len(due) == 1
    assert due[0][0] == "M-2026-012"
    # A customer asks for another date than the one that it was told, and finds its page.
    question = db.session.scalars(select(DateRequest)).one()
    assert told_date(question.release, question.tenant, question.kind) == question.told_date
    assert question.instead_of > day
    # One tenant's own agreement has let its deadline pass in the second half of the week.
    assert due[0][1] in {58, 59, 60}
    ahead = db.session.scalars(
        select(Release.version).join(Notice).where(Notice.state == NoticeState.PLANNED).distinct()
    )
    assert set(ahead) == {"2027.1", "2027.2"}


@quick
@both_databases
def test_demo_prints_the_same_at_every_call(run: Run, app: Flask) -> None:
    first = run("demo", "--json")
    before = everything()

    assert run("demo", "--json").output == first.output
    assert everything() == before
    assert first.output.count("\n") == 1
    printed = json.loads(first.output)
    assert list(printed) == ["base_url", "users", "api_tokens", "feeds"]
    assert printed["base_url"] == "http://localhost"
    people = [(one["role"], one["tenant"]) for one in printed["users"]]
    assert [(one["role"], one["tenant"]) for one in printed["api_tokens"]] == people
    assert people == [
        ("viewer", None),
        ("planner", None),
        ("operator", None),
        ("manager", None),
        ("admin", None),
        ("contact", "ziekenhuis-peelrand"),
        ("contact", "scholengroep-de-brug"),
    ]
    assert len(printed["feeds"]) == 60


@quick
def test_tokens_of_the_demonstration_let_in_until_they_are_revoked(run: Run) -> None:
    printed = json.loads(run("demo", "--json").output)["api_tokens"]
    bearers = [bearer_of(one["token"]) for one in printed]
    assert [bearer and bearer.role.value for bearer in bearers] == [one["role"] for one in printed]

    assert run("tokens", "revoke", "demonstration manager").exit_code == 0

    assert json.loads(run("demo", "--json").output)["api_tokens"] == printed
    assert [bearer_of(one["token"]) is None for one in printed] == [one["role"] == "manager" for one in printed]


@quick
def test_tokens_that_somebody_made_stay_when_the_demonstration_goes(run: Run) -> None:
    run("demo")
    made = run("tokens", "create", "pipeline", "--role", "operator").output.strip()

    assert run("demo", "--remove").exit_code == 0

    assert bearer_of(made) is not None
    assert run("tokens", "list").output == "'pipeline': operator, never used\n"


def test_people_can_sign_in_and_calendars_are_found(run: Run) -> None:
    printed = json.loads(run("demo", "--json").output)

    for one in printed["users"]:
        user = db.session.scalars(select(User).where(User.email == one["email"])).one()
        assert user.role.value == one["role"]
        assert verify_password(one["password"], user.password or "")
        if one["tenant"]:
            contact = db.session.scalars(select(Contact).where(Contact.email == one["email"])).one()
            assert contact.tenant.slug == one["tenant"]
    feed = printed["feeds"][0]
    row = address(feed["url"])
    assert row is not None
    assert row.tenant_id == db.session.scalar(select(Tenant.id).where(Tenant.slug == feed["tenant"]))


def address(url: str) -> FeedToken | None:
    """The row of a calendar's address."""
    token = url.removeprefix("http://localhost/feeds/").removesuffix(".ics")
    return db.session.scalars(select(FeedToken).where(FeedToken.token_hash == hash_of(token))).one_or_none()


def test_another_key_makes_other_passwords_and_calendars_which_work(run: Run, app: Flask) -> None:
    first = json.loads(run("demo", "--json").output)
    app.config["SECRET_KEY"] = app.config["FEED_KEY"] = "quite another key for tests"

    second = json.loads(run("demo", "--json").output)

    assert first["users"][0]["password"] != second["users"][0]["password"]
    user = db.session.scalars(select(User).where(User.email == second["users"][0]["email"])).one()
    assert verify_password(second["users"][0]["password"], user.password or "")
    assert first["feeds"] != second["feeds"]
    old, new = address(first["feeds"][0]["url"]), address(second["feeds"][0]["url"])
    assert (old is not None and old.ends_at is not None, new is not None and new.ends_at is None) == (True, True)


@quick
@both_databases
def test_remove_leaves_an_empty_product(run: Run) -> None:
    world.make_user("me@vendor.example", world.ADMIN.role)
    before = everything()
    run("demo")
    product = loaded()
    assert product is not None
    for window in db.session.scalars(select(MaintenanceWindow)):
        keep_up(product, of_maintenance(window), world.NOW)
    db.session.commit()

    assert run("demo", "--remove").output == "The demonstration is gone.\n"
    # The chain cannot be cut; it holds no names. The number of what was changed never goes back. What was an address of
    # a calendar is never another's.
    assert db.session.scalars(select(FeedToken.tenant_id).distinct()).all() == [None]
    assert everything() | {"evidence_entry": [], "revision": [], "feed_token": []} == before
    assert run("demo", "--remove").output == "There is no demonstration.\n"
    assert run("demo").exit_code == 0


@quick
def test_remove_leaves_another_product(run: Run) -> None:
    run("demo")
    world.make_product("other", "Other")

    assert run("demo", "--remove").output == "The demonstration is gone.\n"

    assert db.session.scalars(select(Product.slug)).all() == ["other"]
    refused = run("demo")
    assert (refused.exit_code, "There is a product 'Other'" in refused.stderr) == (1, True)


@quick
@pytest.mark.parametrize("engine", ["postgresql"])
def test_remove_while_somebody_writes_in_it_is_refused(run: Run) -> None:
    run("demo")
    product = loaded()
    assert product is not None
    before = everything()
    with db.engine.connect() as other:
        other.execute(insert(ServiceLevelAgreement).values(product_id=product.id, effective_on=date(2027, 7, 1)))
        refused = run("demo", "--remove")
    words = "Something was written in the demonstration at the same moment. Nothing is removed; try it again."
    assert (refused.exit_code, refused.stderr) == (1, f"Error: demonstration: {words}\n")
    assert everything() == before


@quick
def test_demo_does_not_mix_with_real_data(run: Run) -> None:
    world.make_product("inconto", "Inconto")
    before = everything()

    assert run("demo").exit_code == 1
    assert run("demo", "--remove").output == "There is no demonstration.\n"
    assert everything() == before


def test_demo_half_loaded_is_not_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("demo.loading.notes.take_over", lambda *_given: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run("demo")
    db.session.rollback()

    assert db.session.scalar(select(func.count(Tenant.id))) == 0


@quick
def test_person_who_was_removed_comes_back(run: Run) -> None:
    assert run("demo").output.startswith("The demonstration is loaded.\nSign in at http://localhost as one of:\n")
    db.session.execute(update(User).where(User.email == "admin@inconto.example").values(email="gone@inconto.example"))
    db.session.commit()

    assert run("demo").output.startswith("The demonstration is there already.\n")
    assert db.session.scalar(select(func.count(User.id)).where(User.email == "admin@inconto.example")) == 1


@quick
def test_demo_mails_its_newsletter_to_those_who_can_sign_in_only(run: Run) -> None:
    run("demo")
    mailed = db.session.execute(select(OutboxMessage.address, OutboxMessage.urgent).order_by(OutboxMessage.id)).all()
    assert {address.partition("@")[2] for address, _urgent in mailed} == {
        "scholengroep-de-brug.example",
        "ziekenhuis-peelrand.example",
    }
    assert not any(urgent for _address, urgent in mailed)
    assert open_urgent() == []


@both_databases
def test_year_shows_a_freeze_at_its_end(app: Flask, clock: time_machine.Traveller) -> None:
    """Written by who planned the rest, and on the chain as any freeze is."""
    clock.move_to(DAYS[0])
    assert load(DAYS[0])
    (freeze,) = db.session.scalars(select(Freeze))
    assert (freeze.from_on, freeze.until_on) == (date(2026, 12, 20), date(2027, 1, 3))
    assert freeze.created_by == "demonstration"
    assert db.session.scalar(select(func.count()).where(Entry.kind == Kind.FREEZE_ADDED)) == 1
    planned = [
        moment for one in db.session.scalars(select(Release)) for moment in (one.acceptance_at, one.production_at)
    ]
    assert not any(freeze.from_on <= moment.date() <= freeze.until_on for moment in planned)
