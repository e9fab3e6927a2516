"""Whether it came in time, as the customer reads it: by its own terms, also of what was moved, called off or missed."""

import csv
import json
from datetime import datetime, timedelta
from io import StringIO

import pytest
import time_machine
from flask import Flask

from announcements.settling import watch_deadlines
from evidence.actors import Role
from schedules.missed import waive_missed
from schedules.models import Release
from schedules.queries import release_named
from schedules.reasons import Reason
from schedules.release_cancelling import cancel_release
from sla.terms import Change
from storage import db
from tenants.services import TenantFacts, change_tenant
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.faces.told import HOME, SENT, TOLD, main_of, signs_of, told_of_a_release
from tests.planning import (
    ACCEPTANCE_DEADLINE,
    PRODUCTION,
    PRODUCTION_DEADLINE,
    moved,
    pass_of_the_clock,
    planned_release,
    planned_window,
    the_notice,
    told_and_given,
)
from tests.world import MANAGER, World, local, make_tenant, make_user


def missed(planned: World) -> Release:
    """Notices that left nobody: their deadlines passed with no worker there."""
    release = planned_release(planned.product)
    watch_deadlines(PRODUCTION_DEADLINE + timedelta(minutes=1))
    db.session.expire_all()
    return release


def production_of(app: Flask, at: datetime) -> tuple[str, int, int]:
    """What a customer reads of 2027.1 in production: the page, and how many rows of the two files."""
    with time_machine.travel(at, tick=False):
        reader = Reader(app, CONTACT)
        page, as_json, as_csv = (reader.get(f"{TOLD}{one}") for one in ("", ".json", ".csv"))
    rows = list(csv.DictReader(StringIO(as_csv.body.decode("utf-8-sig"))))
    found = [row for row in json.loads(as_json.body)["notices"] if row["kind"] == "production"]
    return (
        page.main.partition("Notice of 2027.1 in production")[2].partition("Notice of")[0],
        len(found),
        len([row for row in rows if row["Kind"] == "production"]),
    )


def test_missed_notice_is_no_secret_once_the_change_has_come(app: Flask, planned: World) -> None:
    missed(planned)
    its_time = local(PRODUCTION)
    assert production_of(app, its_time - timedelta(minutes=1)) == ("", 0, 0)
    page, *numbers = production_of(app, its_time)
    assert page.startswith(
        " Takes place Mon 8 February 2027, 06:00, Amsterdam time (UTC+1) We promised to tell you 1 month ahead "
        "(SLA 3.3), so by Fri 8 January 2027, 06:00 We told you not told"
    )
    assert numbers == [1, 1]


def test_missed_notice_of_what_did_not_take_place_then_is_no_breach(app: Flask, planned: World) -> None:
    release = missed(planned)
    later = PRODUCTION_DEADLINE + timedelta(hours=1)
    moved(release, production="2027-03-15T06:00", by=MANAGER, now=later)
    assert production_of(app, local(PRODUCTION)) == ("", 0, 0)
    cancel_release(release, MANAGER, later)
    assert production_of(app, local("2027-04-01T06:00"))[1:] == (0, 0)


def test_let_pass_is_not_told_in_time(app: Flask, planned: World) -> None:
    release, late = planned_release(planned.product), ACCEPTANCE_DEADLINE + timedelta(days=2)
    pass_of_the_clock(late)
    waive_missed(
        release, Change.ACCEPTANCE, Reason("De mailserver was stuk.", "The mail server was broken."), MANAGER, late
    )
    told_and_given(late)
    with time_machine.travel(late + timedelta(hours=1), tick=False):
        page = Reader(app, CONTACT).get(TOLD)
        in_dutch = Reader(app, CONTACT, language="nl").get(TOLD)
    assert "The reason it came later The mail server was broken." in page.main
    assert "De mailserver was stuk." in in_dutch.main
    assert "The mail server" not in in_dutch.main
    assert signs_of(page.html) == ["complete: told in time, to every contact", "missed: told later than promised"]


@pytest.mark.parametrize("late", [timedelta(days=2), timedelta(days=6, hours=23, minutes=30)], ids=["days", "ahead"])
def test_maintenance_told_after_the_aim_is_not_told_in_time(app: Flask, planned: World, late: timedelta) -> None:
    """No worker ran for days, and nobody decided that it came later: the SLA only aims at a week."""
    window = planned_window(planned.product)
    told_at = the_notice(window, Change.MAINTENANCE, planned.brug).deadline_at + late
    told_and_given(told_at)
    with time_machine.travel(told_at, tick=False):
        reader = Reader(app, CONTACT)
        assert signs_of(reader.get(f"{TOLD}?year=2026").html) == ["due: told later than we aim to"]
        portal = reader.get(f"{HOME}/maintenance").main
    assert "You should have heard of this by Tue 8 December 2026, 22:00. We are sorry." in portal


def test_who_joined_late_was_told_at_once(app: Flask, planned: World) -> None:
    planned_release(planned.product)
    joined_at = ACCEPTANCE_DEADLINE + timedelta(days=1)
    make_tenant(planned.product, "nieuwkomer", now=joined_at)
    make_user("contact1@nieuwkomer.example", Role.CONTACT)
    told_and_given(joined_at)
    with time_machine.travel(joined_at, tick=False):
        page = Reader(app, "contact1@nieuwkomer.example").get("/portal/nieuwkomer/told")
        sheet = Reader(app, "contact1@nieuwkomer.example").get("/portal/nieuwkomer/told.csv").body.decode("utf-8-sig")
    kept = ["told in time, to every contact", "told at once when our agreement with you began"]
    assert signs_of(page.html) == [f"complete: {words}" for words in kept]
    assert [row["How it was kept"] for row in csv.DictReader(StringIO(sheet))] == kept


def test_new_date_stands_beside_the_old_one(app: Flask, planned: World) -> None:
    told_of_a_release(planned)
    release = release_named(planned.product, "2027.1")
    assert release is not None
    moved(release, "2027-01-18T06:00", "2027-02-15T06:00", by=MANAGER, now=SENT)
    pass_of_the_clock(SENT)
    main = main_of(app)
    assert "New date of 2027.1 in production Takes place Mon 15 February 2027, 06:00" in main
    assert (
        "(before: Mon 8 February 2027, 06:00) In time was before the old date came: Mon 8 February 2027, 06:00" in main
    )
    assert "so by Mon 8 February" not in main


def test_date_that_came_forward_needed_its_whole_period(app: Flask, planned: World) -> None:
    told_of_a_release(planned)
    release = release_named(planned.product, "2027.1")
    assert release is not None
    moved(release, "2027-01-18T06:00", "2027-02-07T06:00", by=MANAGER, now=SENT)
    pass_of_the_clock(SENT)
    main = main_of(app)
    assert "(before: Mon 8 February 2027, 06:00) We promised to tell you 1 month ahead (SLA 3.3), so by" in main
    assert "In time was" not in main


def test_cancellation_had_to_come_before_the_date(app: Flask, planned: World) -> None:
    told_of_a_release(planned)
    release = release_named(planned.product, "2027.1")
    assert release is not None
    cancel_release(release, MANAGER, SENT)
    pass_of_the_clock(SENT)
    cancelled = main_of(app).partition("Cancellation of 2027.1 in acceptance")[2]
    assert " In time was before the date came that is off: Mon 18 January 2027, 06:00 " in cancelled
    assert "We promised" not in cancelled.partition("Notice of")[0]
    with time_machine.travel(SENT + timedelta(hours=1), tick=False):
        page = Reader(app, MANAGER.name).get("/planner/tenants/zorggroep-de-brug").main
    assert "before the date that the tenant knew" in page


@pytest.mark.parametrize(
    ("agreed", "words"),
    [
        ("", "We aim to tell you 1 week ahead (SLA 3.3), so by"),
        ("P2W", "We promised to tell you 2 weeks ahead (the signed agreement), so by"),
    ],
)
def test_week_ahead_of_maintenance_is_an_aim_unless_an_agreement_promises_it(
    app: Flask, planned: World, agreed: str, words: str
) -> None:
    facts = TenantFacts(planned.brug.slug, planned.brug.name, maintenance_notice=agreed)
    change_tenant(planned.brug, facts, MANAGER)
    planned_window(planned.product, tenants=("zorggroep-de-brug",))
    pass_of_the_clock(local("2026-12-05T06:00"))
    main = main_of(app, f"{TOLD}?year=2026")
    assert words in main
    assert main.count("to tell you") == 1
