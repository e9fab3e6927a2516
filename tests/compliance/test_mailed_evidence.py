"""Whatever was mailed to a tenant's contacts about its contract is in its proof: to read and to take along."""

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from flask import Flask

from announcements.date_answers import Answer, answer_request
from announcements.models import BulletinKind
from announcements.reminding import remind
from announcements.updates import mail_notes
from compliance.mailed_evidence import mailed_proofs, mailed_rows
from compliance.notice_evidence import as_rows, proof_for
from compliance.tenant_evidence import evidence_rows
from evidence.chain import verify
from outbox.models import MessageState
from release_notes.services import publish_notes, save_notes
from schedules.date_requests import ask_for_date
from schedules.progress import extend_maintenance, finish_maintenance
from schedules.running import report_version
from sla.terms import Change
from storage import db
from storage.paging import PER_PAGE
from tenants.models import EnvironmentKind, Tenant
from tests.bulletins import announced
from tests.faces.conftest import CONTACT
from tests.faces.pages import Page, Reader
from tests.planning import ACCEPTANCE, counted_queries, messages, planned_release, planned_window, send, told_and_given
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local

TOLD = "/portal/zorggroep-de-brug/told"
EVIDENCE = "/planner/tenants/zorggroep-de-brug/evidence"
START, END = local("2026-12-15T22:00"), local("2026-12-16T02:00")
WINDOW_TOLD = local("2026-12-02T09:00")
LATER = END + timedelta(hours=2)
PRODUCTION_TOLD = local("2027-01-07T09:00")
WARNED = local("2027-02-01T06:00")
BESIDE = {
    "release_notes",
    "acceptance_updated",
    "production_updated",
    "acceptance_reminder",
    "production_reminder",
    "maintenance_reminder",
    "maintenance_started",
    "maintenance_longer",
    "maintenance_done",
    "date_answer",
}


def a_winter(planned: World) -> None:
    """Everything that contacts are mailed about: a release that ends a version's support, maintenance, by hand."""
    for version, acceptance, production in (
        ("2026.3", "2025-12-01T06:00", "2026-01-05T06:00"),
        ("2026.4", "2026-10-05T06:00", "2026-11-09T06:00"),
    ):
        planned_release(planned.product, version, acceptance, production, now=local("2025-10-01T06:00"))
    for kind in EnvironmentKind:
        report_version(planned.brug, kind, "2026.3", NOW, OPERATOR, NOW)
    release = planned_release(planned.product)
    for language in ("nl", "en"):
        save_notes(release, language, "Tekst", MANAGER, NOW)
    publish_notes(release, MANAGER, NOW)
    for by_hand in BulletinKind:
        announced(planned.product, by_hand)
    asked = ask_for_date(
        release, planned.brug.contacts[1], Change.PRODUCTION, local("2027-03-01T06:00"), "Vakantie", NOW
    )
    answer_request(asked, Answer.NO, None, "Dat gaat niet", PLANNER, NOW)
    window = planned_window(planned.product)
    for moment in (NOW, WINDOW_TOLD, START - timedelta(days=7), START):
        told_and_given(moment)
    extend_maintenance(window, LATER, "Duurt langer", "Takes longer", OPERATOR, END)
    told_and_given(END)
    finish_maintenance(window, OPERATOR, LATER)
    for moment in (LATER, local("2027-01-03T09:00"), PRODUCTION_TOLD, local("2027-01-11T06:00")):
        told_and_given(moment)
    for kind in EnvironmentKind:
        report_version(planned.peelrand, kind, "2027.1", WARNED, OPERATOR, WARNED)
    for kind in EnvironmentKind:
        report_version(planned.brug, kind, "2026.4", WARNED, OPERATOR, WARNED)
    told_and_given(WARNED)


@both_databases
def test_every_mail_to_a_tenant_is_in_its_proof_and_nobody_elses(planned: World) -> None:
    a_winter(planned)
    everything: set[str] = set()
    for tenant in (planned.brug, planned.peelrand):
        found = [row["message_id"] for row in evidence_rows(tenant, known_at=WARNED) if row["channel"] == "mail"]
        assert len(found) == len(set(found))
        assert set(found) == {one.message_id for one in messages(tenant)}
        everything |= {row["kind"] for row in evidence_rows(tenant)}
    assert everything == BESIDE | {kind.value for kind in Change} | {kind.value for kind in BulletinKind}
    assert verify() == []


def test_rows_say_when_to_whom_in_which_words_and_how_it_arrived(planned: World) -> None:
    a_winter(planned)
    (row,) = [
        row
        for row in mailed_rows(mailed_proofs(planned.brug), planned.brug)
        if row["kind"] == "maintenance_longer" and row["language"] == "en"
    ]
    assert {name: value for name, value in row.items() if value not in ("", None)} == {
        "tenant": "zorggroep-de-brug",
        "change": "M-1",
        "kind": "maintenance_longer",
        "says": "planned",
        "announced_at": END.astimezone(NOW.tzinfo).isoformat(),
        "given_at": END.astimezone(NOW.tzinfo).isoformat(),
        "joined_late": False,
        "channel": "mail",
        "contact": "Contact 2",
        "address": "contact2@zorggroep-de-brug.example",
        "language": "en",
        "mail_state": "sent",
        "sent_at": END.astimezone(NOW.tzinfo).isoformat(),
        "message_id": row["message_id"],
        "trial": False,
        "subject": "[Inconto] Maintenance takes longer, until Wed 16 December 2026, 04:00",
    }


def test_rows_have_the_names_of_those_of_notices(planned: World) -> None:
    a_winter(planned)
    beside = mailed_rows(mailed_proofs(planned.brug), planned.brug)
    notices = as_rows(proof_for(planned.brug), planned.brug)
    assert {tuple(row) for row in beside} == {tuple(row) for row in notices}


def test_trial_and_what_came_back_give_nothing(planned: World) -> None:
    planned_window(planned.product)
    told_and_given(WINDOW_TOLD)
    remind(START - timedelta(days=7))
    send(planned.brug, NOW, trial=True)
    for message in messages(planned.peelrand, MessageState.QUEUED):
        message.state, message.sent_at, message.bounced_at = MessageState.SENT, NOW, NOW
    db.session.commit()
    for tenant in (planned.brug, planned.peelrand):
        assert [row["given_at"] for row in mailed_rows(mailed_proofs(tenant), tenant)] == [""] * len(tenant.contacts)


def read(app: Flask, path: str, who: str = CONTACT, language: str = "en") -> Page:
    with time_machine.travel(WARNED + timedelta(hours=1), tick=False):
        return Reader(app, who, language=language).get(path)


def test_customer_reads_it_all_on_its_page(app: Flask, planned: World) -> None:
    a_winter(planned)
    winter, spring = (read(app, f"{TOLD}?year={year}").main for year in (2026, 2027))
    for words in (
        "Answer to the question for another date of 2027.1 Mon 23 November 2026, 10:00",
        "Release notes of 2027.1",
        "Reminder of maintenance M-1 Tue 8 December 2026, 22:00",
        "Maintenance M-1 had begun Tue 15 December 2026, 22:00",
        "Maintenance M-1 took longer Wed 16 December 2026, 02:00",
        "Maintenance M-1 was done Wed 16 December 2026, 04:00",
    ):
        assert words in winter.partition("Also mailed in 2026")[2]
    assert "Reminder of 2027.1 in acceptance Mon 11 January 2027, 06:00" in spring.partition("Also mailed in 2027")[2]
    support = (
        "From Mon 8 February 2027, 2026.3 no longer has full support (SLA 4.2). Your production environment runs it"
    )
    assert f"It warned of the end of full support: {support} now." in spring.partition("Also mailed in 2027")[0]


def test_planner_reads_the_same_to_lay_before_the_customer(app: Flask, planned: World) -> None:
    a_winter(planned)
    winter, spring = (read(app, f"{EVIDENCE}?year={year}", MANAGER.name).main for year in (2026, 2027))
    assert "Release notes of 2027.1 Mon 23 November 2026, 10:00" in winter.partition("Also mailed in 2026")[2]
    assert "It warned of the end of full support: From Mon 8 February 2027, 2026.3" in spring
    assert "Announced by hand in 2026" in winter
    assert "Announced by hand" not in spring


def test_files_carry_it_too(app: Flask, planned: World) -> None:
    a_winter(planned)
    sheet = csv.DictReader(StringIO(read(app, f"{TOLD}.csv").body.decode("utf-8-sig")))
    told = {(row["Kind"], row["About"]) for row in sheet}
    assert {("reminder of maintenance", "M-1"), ("maintenance took longer", "M-1")} <= told
    export = app.test_cli_runner().invoke(
        args=["evidence", "export", "--tenant", "zorggroep-de-brug", "--format", "json"]
    )
    rows = json.loads(export.output)["notices"]
    assert {row["kind"] for row in rows} >= BESIDE - {"acceptance_updated", "production_updated"}
    assert {row["support_warning"].partition(" (SLA")[0] for row in rows if row["language"] == "en"} == {
        "",
        "From Mon 8 February 2027, 2026.3 no longer has full support",
    }


def test_long_list_has_pages_of_its_own(app: Flask, planned: World) -> None:
    many(planned.brug, *range(PER_PAGE + 1))
    for path, who in ((TOLD, CONTACT), (EVIDENCE, MANAGER.name)):
        first = read(app, f"{path}?year=2026", who).main
        second = read(app, f"{path}?year=2026&mailed=2", who).main
        assert [page.count("Reminder of maintenance") for page in (first, second)] == [PER_PAGE, 1]
        assert "Page 2 of 2" in second


def many(tenant: Tenant, *numbers: int) -> None:
    """A reminder each, of maintenance of its own."""
    for number in numbers:
        starts = local("2026-12-15T22:00") + timedelta(minutes=number)
        ends = starts + timedelta(hours=1)
        planned_window(
            tenant.product,
            f"{starts:%Y-%m-%dT%H:%M}",
            f"{ends:%Y-%m-%dT%H:%M}",
            reference=f"M-{number}",
            tenants=(tenant.slug,),
        )
    told_and_given(WINDOW_TOLD)
    remind(local("2026-12-08T23:30"))


def notes_of(tenant: Tenant, version: str, production: str) -> None:
    release = planned_release(tenant.product, version, ACCEPTANCE, production)
    for language in ("nl", "en"):
        save_notes(release, language, "Tekst", MANAGER, NOW)
    publish_notes(release, MANAGER, NOW)
    mail_notes(NOW)


@pytest.mark.parametrize("path", [TOLD, EVIDENCE, f"{TOLD}.json"])
def test_more_of_it_asks_the_database_no_more(app: Flask, planned: World, path: str) -> None:
    who, counted = CONTACT if path.startswith(TOLD) else MANAGER.name, []
    for number in (1, 2):
        notes_of(planned.brug, f"2027.{number}", f"2027-03-0{number}T06:00")
        many(planned.brug, *range(number * 10, number * 11))
        with time_machine.travel(WARNED, tick=False):
            reader = Reader(app, who)
            with counted_queries() as statements:
                assert reader.get(f"{path}?year=2026").status == 200
        counted.append(len(statements))
    assert counted[0] == counted[1]
