"""The search box of the portal: a contact finds what its own tenant was told, and never another's."""

import re

import pytest
from flask import Flask

from announcements.models import BulletinKind
from release_notes.reports import ReportFacts, Reports
from release_notes.services import publish_notes, save_notes
from schedules.maintenance import cancel_maintenance
from storage import db
from tests.bulletins import announced, drafted
from tests.faces.conftest import CONTACT, STRANGER
from tests.faces.pages import Page, Reader, words
from tests.planning import announce_all, planned_release, planned_window
from tests.world import MANAGER, NOW, World, both_databases

SEARCH = "/portal/zorggroep-de-brug/search"
OTHERS = "/portal/ziekenhuis-peelrand/search"


def found(page: Page) -> dict[str, list[str]]:
    """The things that were found, by the words above them."""
    sections = re.findall(r'<section aria-labelledby="found-\d+">(.*?)</section>', page.html, re.DOTALL)
    return {
        words(body.partition("</h2>")[0]).partition(" (")[0]: [
            words(one) for one in re.findall(r"<li>(.*?)</li>", body, re.DOTALL)
        ]
        for body in sections
    }


def with_notes(planned: World) -> None:
    release = planned_release(planned.product)
    for one in ("nl", "en"):
        save_notes(release, one, "Solved: INC-20811", MANAGER, NOW)
    publish_notes(release, MANAGER, NOW)


@both_databases
def test_everything_that_was_told_is_found_by_kind(contact: Reader, planned: World) -> None:
    with_notes(planned)
    planned_release(planned.product, "2027.2", "2027-04-12T06:00", "2027-05-10T06:00")
    planned_window(planned.product, reference="M-2027-1")
    planned_window(planned.product, "2026-12-20T22:00", "2026-12-21T02:00", reference="M-2027-2")
    announce_all()
    announced(planned.product, BulletinKind.NEWSLETTER, subject_en="Faster in 2027")
    assert found(contact.get(f"{SEARCH}?q=2027")) == {
        "Release notes": ["Release notes of 2027.1 Mon 23 November 2026"],
        "Coming releases": [
            "2027.2 Faster search production, Mon 10 May 2027, 06:00",
            "2027.2 Faster search acceptance, Mon 12 April 2027, 06:00",
        ],
        "Maintenance": [
            "M-2027-2 New database server Sun 20 December 2026, 22:00",
            "M-2027-1 New database server Tue 15 December 2026, 22:00",
        ],
        "Announcements": ["Faster in 2027 Mon 23 November 2026, 10:00"],
    }
    assert found(contact.get(f"{SEARCH}?q=CONTACT+2")) == {"Contacts": ["Contact 2 contact2@zorggroep-de-brug.example"]}


@both_databases
def test_report_leads_to_the_notes_that_name_it(contact: Reader, planned: World) -> None:
    with_notes(planned)
    for tenant in (planned.brug, planned.peelrand):
        Reports([tenant]).take_over(tenant, ReportFacts("INC-20811", f"Trage zoekvraag {tenant.slug}"), NOW)
    db.session.commit()
    page = contact.get(f"{SEARCH}?q=inc-20811")
    assert found(page) == {
        "Release notes": ["Release notes of 2027.1 Mon 23 November 2026"],
        "Reports": ["INC-20811 Trage zoekvraag zorggroep-de-brug the release notes that name it"],
    }
    assert 'href="/portal/zorggroep-de-brug/releases?words=INC-20811"' in page.html


def test_what_nobody_was_told_yet_or_another_was_is_not_found(app: Flask, contact: Reader, planned: World) -> None:
    planned_release(planned.product)
    planned_window(planned.product, reference="M-own")
    drafted(planned.product, BulletinKind.NEWSLETTER, subject_en="Mine soon")
    announced(planned.product, subject_en="Mine theirs", tenants=("ziekenhuis-peelrand",))
    for typed in ("2027", "M-own", "Mine", "peelrand", "contact1@ziekenhuis"):
        assert found(contact.get(f"{SEARCH}?q={typed}")) == {}, typed
    window = planned_window(planned.product, reference="M-theirs", tenants=("ziekenhuis-peelrand",))
    announce_all()
    assert found(contact.get(f"{SEARCH}?q=M-theirs")) == {}
    other = Reader(app, STRANGER)
    assert list(found(other.get(f"{OTHERS}?q=M-theirs"))) == ["Maintenance"]
    assert list(found(other.get(f"{OTHERS}?q=Mine"))) == ["Announcements"]
    cancel_maintenance(window, MANAGER, NOW)
    announce_all()
    assert found(other.get(f"{OTHERS}?q=M-theirs")) == {"Maintenance": ["M-theirs New database server cancelled"]}


def test_search_is_for_its_own_contacts_and_the_vendors_box_is_not(app: Flask, contact: Reader, planned: World) -> None:
    assert contact.get(f"{OTHERS}?q=brug").status == 404
    assert Reader(app, None).get(f"{SEARCH}?q=brug").location.startswith("/login")
    assert f'action="{SEARCH}"' in contact.get("/portal/zorggroep-de-brug").html
    assert "/planner/search" not in contact.get("/portal/zorggroep-de-brug").html


@pytest.mark.parametrize(
    "typed", ["", "%25", "_", "%5C%27%22--%3B", "%FF%FE", "x" * 300, "%3Cscript%3Ealert(1)%3C/script%3E"]
)
def test_nonsense_finds_nothing_and_says_what_to_do(contact: Reader, typed: str) -> None:
    page = contact.get(f"{SEARCH}?q={typed}")
    assert (page.status, found(page)) == (200, {})
    assert ("Type the beginning of one or more words" in page.main) == (typed == "")
    assert ("Nothing begins with that." in page.main) == (typed != "")
    assert "<script>alert" not in page.html


def test_more_than_a_dozen_are_counted(app: Flask, planned: World) -> None:
    for number in range(14):
        announced(planned.product, BulletinKind.NEWSLETTER, subject_en=f"News {number}")
    page = Reader(app, CONTACT).get(f"{SEARCH}?q=news")
    assert (len(found(page)["Announcements"]), "Announcements (14)" in page.main) == (12, True)
    assert "These are the first 12. Type more words to find fewer." in page.main
