"""What each kind of feed shows: the end of full support, a product's public calendar, plans, a contact's own."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from accounts.models import User
from schedules.calling_off import call_off_own_date
from schedules.maintenance import cancel_maintenance
from schedules.models import Release
from schedules.release_cancelling import cancel_release
from schedules.rollouts import drop_own_date, give_own_date, own_date
from schedules.running import report_version
from sla.terms import Change
from storage import db
from tenants.feed_tokens import FeedOwner
from tenants.models import EnvironmentKind, Product, Tenant
from tenants.products import ProductFacts, change_product
from tests.faces.calendars import LATER, events, path_of
from tests.faces.pages import Page, Reader
from tests.planning import ACCEPTANCE, announce_all, moved, planned_release, planned_window
from tests.world import ADMIN, MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local

PUBLIC = "/feeds/products/inconto/{}.ics"


def shown(page: Page) -> list[tuple[Any, str]]:
    return [(event["DTSTART"].dt, str(event["SUMMARY"])) for event in events(page)]


def publish(product: Product, **facts: Any) -> None:
    change_product(product, ProductFacts("Inconto", public_calendar=True, **facts), ADMIN, NOW)


# The end of full support (SLA 4.2)


@pytest.fixture
def releases(planned: World) -> list[Release]:
    """2026.4 is in production, and De Brug runs it; two more are planned, of which nobody was told."""
    product = planned.product
    dates = [("2026.4", "2026-12-21", "2027-01-25"), ("2027.1", "2027-02-15", "2027-03-15")]
    rows = [
        planned_release(product, name, f"{acceptance}T06:00", f"{production}T06:00")
        for name, acceptance, production in [*dates, ("2027.2", "2027-05-17", "2027-06-14")]
    ]
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.4", NOW, OPERATOR, NOW)
    return rows


def support(page: Page) -> list[tuple[str, date, date, str, int]]:
    return [
        (str(one["UID"]), one["DTSTART"].dt, one["DTEND"].dt, str(one["STATUS"]), int(one["SEQUENCE"]))
        for one in events(page)
        if type(one["DTSTART"].dt) is date
    ]


def test_end_of_support_is_shown_once_its_date_was_told(
    app: Flask, anybody: Reader, planned: World, releases: list[Release]
) -> None:
    path = path_of(app, planned.brug.id)
    assert support(anybody.get(path)) == []
    announce_all()
    ((uid, *told),) = support(anybody.get(path))
    assert told == [date(2027, 6, 14), date(2027, 6, 15), "CONFIRMED", 0]
    summary = next(one for one in events(anybody.get(path)) if str(one["UID"]) == uid)["SUMMARY"]
    assert summary == "Inconto: volledige ondersteuning van 2026.4 eindigt"
    # Whose version is not known has no such day.
    assert support(anybody.get(path_of(app, planned.peelrand.id))) == []

    moved(releases[2], "2027-05-17T06:00", "2027-06-28T06:00", now=NOW)
    assert support(anybody.get(path))[0][1] == date(2027, 6, 14)
    announce_all()
    assert support(anybody.get(path)) == [(uid, date(2027, 6, 28), date(2027, 6, 29), "CONFIRMED", 1)]


def test_end_of_support_goes_with_the_version_and_with_the_release(
    app: Flask, anybody: Reader, planned: World, releases: list[Release]
) -> None:
    path = path_of(app, planned.brug.id)
    announce_all()
    ((uid, *_rest),) = support(anybody.get(path))
    cancel_release(releases[2], MANAGER, NOW)
    announce_all()
    assert support(anybody.get(path)) == [(uid, date(2027, 6, 14), date(2027, 6, 15), "CANCELLED", 1)]
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2027.1", LATER, OPERATOR, LATER)
    assert support(anybody.get(path)) == []


def test_own_date_of_a_tenant_says_nothing_of_support(
    app: Flask, anybody: Reader, planned: World, releases: list[Release]
) -> None:
    give_own_date(releases[2], planned.brug, Change.PRODUCTION, local("2027-07-12T06:00"), "Vakantie", MANAGER, NOW)
    announce_all()
    path = path_of(app, planned.brug.id)
    assert support(anybody.get(path)) == []
    publish(planned.product)
    # The others were told everybody's date, and now everybody may know it.
    assert [one[1] for one in support(anybody.get(path))] == [date(2027, 6, 14)]
    publish(planned.product)
    change_product(planned.product, ProductFacts("Inconto"), ADMIN, NOW)
    assert support(anybody.get(path)) == []
    # On the day after it has passed, it is no secret any more.
    with time_machine.travel(local("2027-06-14T20:00"), tick=False):
        assert support(anybody.get(path)) == []
    with time_machine.travel(local("2027-06-15T20:00"), tick=False):
        assert [one[1] for one in support(anybody.get(path))] == [date(2027, 6, 14)]


SUPPORT_ENDS = date(2027, 6, 14)


def test_own_date_keeps_what_was_told_of_everybodys(
    app: Flask, anybody: Reader, planned: World, releases: list[Release]
) -> None:
    """Told everybody's date and then given its own: support still ends on the day that it was told."""
    path, release, brug = path_of(app, planned.brug.id), releases[2], planned.brug
    announce_all()
    before = support(anybody.get(path))
    assert [one[1] for one in before] == [SUPPORT_ENDS]
    # Given, told; given another one, not told yet; told; everybody's again, not told yet; told.
    for number, own in enumerate(("2027-07-12T06:00", "2027-07-19T06:00", "")):
        at = NOW + timedelta(hours=number + 1)
        if own:
            give_own_date(release, brug, Change.PRODUCTION, local(own), "Vakantie", MANAGER, at)
        else:
            rollout = own_date(release, brug, Change.PRODUCTION)
            assert rollout is not None
            drop_own_date(rollout, MANAGER, at)
        assert [one[:4] for one in support(anybody.get(path))] == [one[:4] for one in before]
        announce_all(at + timedelta(minutes=1))
        assert [one[:4] for one in support(anybody.get(path))] == [one[:4] for one in before]


def test_own_date_alone_ends_no_support_when_another_follows(
    app: Flask, anybody: Reader, planned: World, releases: list[Release]
) -> None:
    """Between the change of a date of its own and its telling the old one is not taken for everybody's."""
    path = path_of(app, planned.brug.id)
    for number, own in enumerate(("2027-07-12T06:00", "2027-07-19T06:00")):
        at = NOW + timedelta(hours=number)
        give_own_date(releases[2], planned.brug, Change.PRODUCTION, local(own), "Vakantie", MANAGER, at)
        assert support(anybody.get(path)) == []
        announce_all(at + timedelta(minutes=1))
        assert support(anybody.get(path)) == []


def test_release_that_is_off_ends_no_support_of_who_had_an_own_date(
    app: Flask, anybody: Reader, planned: World, releases: list[Release]
) -> None:
    path = path_of(app, planned.brug.id)
    announce_all()
    ((uid, *_rest, sequence),) = support(anybody.get(path))
    give_own_date(releases[2], planned.brug, Change.PRODUCTION, local("2027-07-12T06:00"), "Rust", MANAGER, NOW)
    announce_all()
    cancel_release(releases[2], MANAGER, NOW + timedelta(hours=1))
    announce_all(NOW + timedelta(hours=2))
    ((last_uid, on, _until, status, last_sequence),) = support(anybody.get(path))
    assert (last_uid, on, status, last_sequence > sequence) == (uid, SUPPORT_ENDS, "CANCELLED", True)


def test_update_that_is_off_for_one_tenant_ends_its_support_all_the_same(
    app: Flask, anybody: Reader, planned: World, releases: list[Release]
) -> None:
    rollout = give_own_date(
        releases[2], planned.brug, Change.PRODUCTION, local("2027-07-12T06:00"), "Rust", MANAGER, NOW
    )
    announce_all()
    after = local("2027-06-15T09:00")
    call_off_own_date(rollout, MANAGER, after)
    announce_all(after + timedelta(minutes=1))
    with time_machine.travel(after + timedelta(hours=1), tick=False):
        assert [one[1:4:2] for one in support(anybody.get(path_of(app, planned.brug.id)))] == [
            (SUPPORT_ENDS, "CONFIRMED")
        ]


# A product's public calendar


def test_public_calendar_is_there_where_the_product_allows_it(anybody: Reader, planned: World) -> None:
    assert [anybody.get(PUBLIC.format(language)).status for language in ("nl", "en", "de")] == [404] * 3
    publish(planned.product)
    assert [anybody.get(PUBLIC.format(language)).status for language in ("nl", "en", "de")] == [200, 200, 404]
    assert shown(anybody.get(PUBLIC.format("en"))) == [(date(2025, 7, 1), "Inconto: the calendar begins")]
    change_product(planned.product, ProductFacts("Inconto"), ADMIN, NOW)
    assert anybody.get(PUBLIC.format("en")).status == 404
    assert anybody.get("/feeds/products/none/en.ics").status == 404


@both_databases
def test_public_calendar_shows_what_customers_were_told(anybody: Reader, planned: World) -> None:
    publish(planned.product)
    release = planned_release(planned.product)
    planned_window(planned.product)
    path = PUBLIC.format("en")
    assert b"2027.1" not in anybody.get(path).body
    announce_all()
    acceptance = (local("2027-01-18T06:00"), "Inconto: acceptance to 2027.1")
    assert shown(anybody.get(path)) == [acceptance, (local("2027-02-08T06:00"), "Inconto: production to 2027.1")]
    before = events(anybody.get(path))

    moved(release, ACCEPTANCE, "2027-02-15T06:00", now=LATER)
    assert events(anybody.get(path)) == before
    announce_all()
    after = events(anybody.get(path))
    assert [(str(one["UID"]), int(one["SEQUENCE"])) for one in after] == [
        (str(before[0]["UID"]), 0),
        (str(before[1]["UID"]), 1),
    ]
    assert after[1]["DTSTART"].dt == local("2027-02-15T06:00")
    assert b"brug" not in anybody.get(path).body.lower()


def test_public_calendar_holds_no_date_of_one_tenant(anybody: Reader, planned: World) -> None:
    publish(planned.product)
    release = planned_release(planned.product)
    announce_all()
    give_own_date(release, planned.brug, Change.PRODUCTION, local("2027-03-01T06:00"), "Vakantie", MANAGER, NOW)
    announce_all()
    assert [at for at, _summary in shown(anybody.get(PUBLIC.format("en")))] == [
        local("2027-01-18T06:00"),
        local("2027-02-08T06:00"),
    ]


# Plans


@pytest.fixture
def plans(app: Flask, planned: World) -> str:
    """The path of the planner's feed."""
    user_id = db.session.scalars(select(User.id).where(User.email == PLANNER.name)).one()
    return path_of(app, user_id, FeedOwner.USER, "/plans/inconto.ics")


@both_databases
def test_plans_show_drafts_and_by_when_to_tell(anybody: Reader, planned: World, plans: str) -> None:
    assert shown(anybody.get(plans)) == [(date(2025, 7, 1), "Inconto: the calendar begins")]
    release = planned_release(planned.product)
    window = planned_window(planned.product)
    found = shown(anybody.get(plans))
    assert found == [
        (local("2027-01-18T06:00"), "Inconto: acceptance to 2027.1"),
        (local("2027-02-08T06:00"), "Inconto: production to 2027.1"),
        (local("2026-12-15T22:00"), "Inconto: maintenance, New database server"),
        (local("2026-12-08T21:45"), "Inconto: tell of maintenance M-1"),
        (local("2027-01-04T05:45"), "Inconto: tell of 2027.1 in acceptance"),
        (local("2027-01-08T05:45"), "Inconto: tell of 2027.1 in production"),
    ]
    announce_all()
    assert shown(anybody.get(plans)) == found[:3]
    before = events(anybody.get(plans))
    moved(release, ACCEPTANCE, "2027-02-15T06:00", now=LATER)
    cancel_maintenance(window, MANAGER, LATER)
    after = events(anybody.get(plans))
    assert [str(one["UID"]) for one in after[:3]] == [str(one["UID"]) for one in before]
    assert [(int(one["SEQUENCE"]), one["DTSTAMP"].dt, str(one["STATUS"])) for one in after[:3]] == [
        (1, LATER, "CONFIRMED"),
        (1, LATER, "CONFIRMED"),
        (1, LATER, "CANCELLED"),
    ]
    assert after[1]["DTSTART"].dt == local("2027-02-15T06:00")


def test_plans_are_for_people_of_the_vendor_alone(app: Flask, anybody: Reader, planned: World, plans: str) -> None:
    assert anybody.get(path_of(app, planned.brug.id, rest="/plans/inconto.ics")).status == 404
    assert anybody.get(plans.replace("inconto", "none")).status == 404
    token = plans.split("/")[2]
    assert [anybody.get(f"/feeds/{token}{rest}").status for rest in (".ics", "/maintenance.ics")] == [404, 404]


# A contact's own


def test_contact_reads_the_same_in_its_own_language(app: Flask, anybody: Reader, planned: World) -> None:
    planned_release(planned.product)
    announce_all()
    english: Any = planned.brug.contacts[1]
    path = path_of(app, english.id, FeedOwner.CONTACT)
    theirs, own = events(anybody.get(path_of(app, planned.brug.id))), events(anybody.get(path))
    assert "Faster search" in str(own[0]["DESCRIPTION"])
    assert "Sneller zoeken" in str(theirs[0]["DESCRIPTION"])
    for one, other in zip(theirs, own, strict=True):
        for name in ("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "STATUS"):
            assert one[name] == other[name]
    assert anybody.get(path.replace(".ics", "/maintenance.ics")).status == 200


# What stands in every entry


@pytest.mark.parametrize("facts", [{"name": "Nieuw"}, {"timezone": "Europe/Lisbon"}, {"update_minutes": "90"}])
def test_what_changes_in_every_entry_is_counted_in_every_entry(
    app: Flask, anybody: Reader, planned: World, facts: dict[str, Any]
) -> None:
    planned_release(planned.product)
    planned_window(planned.product)
    announce_all()
    path = path_of(app, planned.brug.id)
    change_product(
        planned.product, ProductFacts("Inconto", help_desk_hours_nl="9-17", help_desk_hours_en="9-5"), ADMIN, LATER
    )
    assert {int(one["SEQUENCE"]) for one in events(anybody.get(path))} == {0}
    change_product(planned.product, ProductFacts(**({"name": "Inconto"} | facts)), ADMIN, LATER)
    for rest in ("", "/maintenance"):
        page = anybody.get(path.replace(".ics", f"{rest}.ics"))
        assert {(int(one["SEQUENCE"]), one["DTSTAMP"].dt) for one in events(page)} == {(1, LATER)}
        assert page.headers["Last-Modified"] == "Thu, 26 Nov 2026 09:00:00 GMT"


@pytest.mark.parametrize(("column", "value"), [("locale", "en"), ("timezone", "Asia/Tokyo"), ("name", "Een ander")])
def test_how_a_tenant_reads_is_no_other_event_but_other_bytes(
    app: Flask, anybody: Reader, planned: World, column: str, value: str
) -> None:
    tenant: Tenant = planned.brug
    planned_release(planned.product)
    announce_all()
    path = path_of(app, tenant.id)
    before = anybody.get(path)
    setattr(tenant, column, value)
    db.session.commit()
    after = anybody.get(path, headers={"If-Modified-Since": before.headers["Last-Modified"]})
    assert after.status == 200
    assert after.headers["ETag"] != before.headers["ETag"]
    assert after.headers["Last-Modified"] == "Mon, 23 Nov 2026 09:00:01 GMT"
    for old, new in zip(events(before), events(after), strict=True):
        assert [old[name] for name in ("UID", "SEQUENCE", "DTSTAMP")] == [
            new[name] for name in ("UID", "SEQUENCE", "DTSTAMP")
        ]
