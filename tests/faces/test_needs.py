"""What needs a person: each kind gives its rows, the nearest deadline first, and many are folded."""

import re
from datetime import timedelta

from flask import Flask, current_app
from flask_babel import force_locale

from announcements.models import BulletinKind
from announcements.settling import watch_deadlines
from entrypoints.needs import Asking, Need, folded, to_do, went_wrong
from entrypoints.planner.today import headline
from evidence.actors import Actor
from outbox.delivery import beat
from outbox.report_models import MailboxReading
from release_notes.services import publish_notes, save_notes
from schedules.missed import waive_missed
from schedules.models import Release
from schedules.progress import start_due
from schedules.reasons import Reason
from schedules.upkeep import keep_up_all
from sla.terms import Change
from storage import db
from tenants.services import TenantFacts, change_tenant
from tests.approving import asks_for_approval
from tests.bulletins import announced, drafted
from tests.faces.pages import Page, Reader, words
from tests.planning import (
    announce_all,
    counted_queries,
    pass_of_the_clock,
    planned_release,
    planned_window,
    told_and_given,
)
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, local, make_product, make_tenant

DAY = timedelta(days=1)


def needs(world: World, by: Actor = MANAGER) -> list[tuple[str, str, str]]:
    """What is to be done, when, and the one action."""
    with current_app.test_request_context(), force_locale("en"):
        return [
            (one.what, f"{one.at:%m-%d}" if one.at else "", one.action) for one in to_do(Asking(world.product, NOW, by))
        ]


def rows(page: Page) -> list[str]:
    tables = re.findall(r'<table class="board cards needs">.*?<tbody>(.*?)</tbody>', page.html, re.DOTALL)
    return [words(row) for table in tables for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)]


def published(release: Release) -> None:
    for language in ("nl", "en"):
        save_notes(release, language, "Wat verandert", MANAGER, NOW)
    publish_notes(release, MANAGER, NOW)


def test_nothing_needs_anybody(planner: Reader, planned: World) -> None:
    beat("worker", NOW)
    page = planner.get("/planner/")
    assert "Nothing needs you today" in page.main
    assert "Every notice whose time has come has left." in page.main
    published(planned_release(planned.product))
    page = planner.get("/planner/")
    assert rows(page) == []
    next_words = "Next: Notice of 2027.1 in acceptance, on Mon 28 December 2026, 06:00, in 35 days."
    assert next_words in page.main


def test_what_is_to_be_done_stands_by_deadline(app: Flask, planned: World) -> None:
    asks_for_approval(planned.product)
    planned_release(planned.product)
    planned_window(planned.product)
    announced(planned.product, subject_en="Signing in fails")
    drafted(planned.product, BulletinKind.TERMS)
    make_tenant(planned.product, "nobody-home", contacts=0)
    keep_up_all(NOW)
    found = needs(planned)
    assert [(what.partition(":")[0], at, action) for what, at, action in found] == [
        ("Urgent", "", "Call them"),
        ("Nobody Home has no contact", "12-08", "Add a contact"),
        ("Notice of maintenance M-1", "12-08", "Read and approve"),
        ("Changed terms", "12-31", "Announce"),
        ("Notice of 2027.1 in acceptance", "01-04", "Read and approve"),
        ("Notice of 2027.1 in production", "01-08", "Read and approve"),
        ("Release notes of 2027.1", "01-18", "Write"),
    ]


def test_where_nobody_can_be_told_there_is_nothing_to_approve_and_nothing_leaves(
    app: Flask, planner: Reader, planned: World
) -> None:
    """One tenant has nobody; the others are told, so that its notice alone is left."""
    tenant = make_tenant(planned.product, "nobody-home", contacts=0, production_notice="P2W")
    planned_release(planned.product)
    told_and_given(NOW)
    announce_all(NOW)
    asks_for_approval(planned.product)
    found = [one for one in needs(planned) if "2027.1" in one[0] and "notes" not in one[0]]
    assert found == []
    (row,) = [one for one in needs(planned) if tenant.name in one[0]]
    # Of its own notices: the one for acceptance comes first.
    assert row[1] == "01-04"
    assert "Leaves" not in planner.get("/planner/").main
    assert "Should have left" not in planner.get("/planner/").main


def test_actions_are_those_that_a_role_may_take(app: Flask, planned: World, release: Release) -> None:
    assert [action for _what, _at, action in needs(planned, PLANNER)] == ["Write"]
    assert [action for _what, _at, action in needs(planned, OPERATOR)] == [""]
    for language in ("nl", "en"):
        save_notes(release, language, "Wat verandert", MANAGER, NOW)
    assert [action for _what, _at, action in needs(planned, PLANNER)] == ["Look"]
    assert [action for _what, _at, action in needs(planned, MANAGER)] == ["Publish"]
    assert "Written, not published." in Reader(app, "planner@vendor.example").get("/planner/").main
    assert "A manager publishes them." in Reader(app, "planner@vendor.example").get("/planner/").main
    assert "A manager publishes them." not in Reader(app, "manager@vendor.example").get("/planner/").main


def test_language_that_is_missing_is_named(planner: Reader, planned: World, release: Release) -> None:
    beat("worker", NOW)
    assert "Neither language has been written." in rows(planner.get("/planner/"))[0]
    save_notes(release, "nl", "Wat verandert", MANAGER, NOW)
    (row,) = rows(planner.get("/planner/"))
    assert row == (
        "in 56 days Mon 18 January 2027, 06:00 Release notes of 2027.1 English is missing. Due in both languages by "
        "acceptance (SLA 3.3). 3 contacts of 2 tenants Write : Write the release notes of 2027.1"
    )


def test_missed_notice_says_by_when_it_had_to_be_given(manager: Reader, planned: World) -> None:
    published(planned_release(planned.product))
    pass_of_the_clock(local("2027-01-05T06:00"))
    (row,) = [one for one in rows(manager.get("/planner/")) if one.startswith("missed")]
    assert row == (
        "missed Mon 4 January 2027, 06:00 Notice of 2027.1 in acceptance It had to be given by Mon 4 January 2027, "
        "06:00 (SLA 3.3). 2 tenants Decide : Notice of 2027.1 in acceptance"
    )


def test_what_was_missed_needs_nobody_once_it_is_decided_or_long_past(manager: Reader, planned: World) -> None:
    release = planned_release(planned.product)
    published(release)
    late = local("2027-01-05T06:00")
    pass_of_the_clock(late)
    planned_window(planned.product, reference="M-2", now=NOW)
    pass_of_the_clock(local("2026-12-15T22:30"))
    assert len([one for one in rows(manager.get("/planner/")) if one.startswith("missed")]) == 2
    waive_missed(release, Change.ACCEPTANCE, Reason("De mailserver was stuk", "The mail server broke"), MANAGER, late)
    with current_app.test_request_context(), force_locale("en"):
        left = [
            [one.what for one in went_wrong(Asking(planned.product, now, MANAGER)) if one.kind == "missed"]
            for now in (late, local("2027-01-24T06:00"))
        ]
    assert left == [[], []]


def test_clause_is_the_one_that_sets_the_deadline(manager: Reader, planned: World) -> None:
    for tenant in (planned.brug, planned.peelrand):
        change_tenant(
            tenant, TenantFacts(tenant.slug, tenant.name, maintenance_notice="P2W", production_notice="P2M"), MANAGER
        )
        if tenant is planned.brug:
            planned_window(planned.product)
            both = manager.get("/planner/").main
    keep_up_all(NOW)
    alone = manager.get("/planner/").main
    assert "Must be given by Tue 1 December 2026, 22:00 (SLA 3.3 and signed agreements)." in both
    assert "Must be given by Tue 1 December 2026, 22:00 (the signed agreement)." in alone


def test_who_is_mailed_is_counted_and_maintenance_that_nobody_was_told_of_says_no_other(
    manager: Reader, planned: World
) -> None:
    beat("worker", NOW)
    drafted(planned.product, BulletinKind.TERMS)
    planned_window(planned.product, "2026-11-22T22:00", "2026-11-23T01:00", reason="Dringend", now=NOW - 2 * DAY)
    start_due(NOW - timedelta(hours=10))
    unanswered, terms = rows(manager.get("/planner/"))
    assert "It should be done by now, and customers were told so. 3 contacts of 2 tenants Answer" in unanswered
    assert terms.startswith("in 39 days Fri 1 January 2027")
    assert "3 contacts of 2 tenants Announce" in terms
    watch_deadlines(NOW)
    missed, unanswered = rows(manager.get("/planner/"))[:2]
    assert missed.startswith("missed Sun 22 November 2026, 22:00 Notice of maintenance M-1 It started untold")
    assert "It should be done by now. 3 contacts of 2 tenants Answer" in unanswered


def test_aim_and_end_of_a_notice_of_maintenance_are_told_apart(planner: Reader, planned: World) -> None:
    beat("worker", NOW)
    planned_window(planned.product)
    page = planner.get("/planner/").main
    assert (
        "The aim is to tell it by Tue 8 December 2026, 22:00, a week ahead (SLA 3.3). It is missed only if it starts "
        "untold, on Tue 15 December 2026, 22:00."
    ) in page
    told_and_given(local("2026-12-02T09:00"))
    assert "The aim is" not in planner.get("/planner/").main


def test_tenants_without_contact_are_one_row(manager: Reader, planned: World) -> None:
    beat("worker", NOW)
    for number in range(5):
        make_tenant(planned.product, f"nobody-{number}", contacts=0)
    page = manager.get("/planner/")
    (row,) = rows(page)
    assert row == (
        "open 5 tenants have no contact: nobody there can be told. Nobody 0, Nobody 1, Nobody 2 and 2 more 5 tenants "
        "Add contacts"
    )
    every = manager.get("/planner/without-contact")
    assert every.html.count('<a href="/planner/tenants/nobody-') == 5
    assert "5 in all" in every.main


def test_many_of_a_kind_are_folded(app: Flask) -> None:
    many = [Need(kind="notes", what=str(number)) for number in range(5)]
    other = [Need(kind=f"kind {number}", what="x") for number in range(20)]
    shown, left = folded(many + other)
    assert ([one.what for one in shown[:4]], len(shown), left) == (["0", "1", "2", "x"], 12, 13)


def test_what_is_folded_has_a_page(manager: Reader, planned: World) -> None:
    beat("worker", NOW)
    for number in range(1, 5):
        announced(planned.product, subject_en=f"Fault {number}")
    page = manager.get("/planner/")
    assert (len(rows(page)), "Four things need you" in page.main, "and 1 more" in page.main) == (3, True, True)
    every = manager.get("/planner/needs")
    assert (len(rows(every)), "Four things need you" in every.main) == (4, True)


def test_what_went_wrong_stands_first(planner: Reader, planned: World, release: Release) -> None:
    page = planner.get("/planner/")
    assert rows(page)[0] == "now No worker is running: nothing is mailed. Start it with “flask worker”."
    assert page.main.index("What went wrong") < page.main.index("What is to be done")
    assert "Two things need you" in page.main


def test_every_row_of_the_machinery_leads_somewhere(app: Flask, planned: World) -> None:
    db.session.add(MailboxReading(name="journal", failing_since=NOW, problem="connection refused"))
    db.session.commit()
    viewer = Reader(app, "viewer@vendor.example")
    page = viewer.get("/planner/")
    found = re.findall(r'<table class="board cards needs">.*?<tbody>(.*?)</tbody>', page.html, re.DOTALL)
    links = [re.findall(r'<a [^>]*href="([^"]*)"', row) for row in found[0].split("</tr>")[:-1]]
    assert links == [["/planner/outbox"], ["/planner/outbox"]]
    assert viewer.get("/planner/outbox").status == 200


def test_number_of_things_is_a_word_as_far_as_people_say_it(app: Flask) -> None:
    assert [headline(number) for number in (0, 1, 3, 9, 10)] == [
        "Niets vraagt vandaag je aandacht",
        "Eén ding vraagt je aandacht",
        "Drie dingen vragen je aandacht",
        "Negen dingen vragen je aandacht",
        "10 dingen vragen je aandacht",
    ]


def test_another_products_duties_stand_elsewhere(planned: World) -> None:
    other = make_product("other", "Another")
    planned_release(other)
    make_tenant(other, "theirs", contacts=0)
    assert needs(planned) == []


def test_more_duties_ask_no_more(planned: World) -> None:
    asks_for_approval(planned.product)
    planned_release(planned.product)

    def queries() -> int:
        with counted_queries() as statements, current_app.test_request_context():
            asking = Asking(planned.product, NOW, MANAGER)
            went_wrong(asking)
            to_do(asking)
        return len(statements)

    few = queries()
    planned_release(planned.product, "2027.2", "2027-01-25T06:00", "2027-02-22T06:00")
    for number in range(3):
        planned_window(planned.product, reference=f"N-{number}")
    assert queries() == few
