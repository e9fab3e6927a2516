"""The search box of the planner's pages: what it finds, where it leads, and what it makes of nonsense."""

import re

import pytest
from flask import Flask

from announcements.models import BulletinKind
from release_notes.reports import ReportFacts, Reports
from release_notes.services import publish_notes, save_notes
from schedules.release_cancelling import cancel_release
from storage import db
from tests.bulletins import announced, drafted
from tests.faces.pages import Page, Reader, words
from tests.planning import counted_queries, planned_release, planned_window
from tests.world import MANAGER, NOW, World, both_databases, make_product, make_tenant

SEARCH = "/planner/search"


def found(page: Page) -> dict[str, list[str]]:
    """The things that were found, by the words above them."""
    sections = re.findall(r'<section aria-labelledby="found-(\w+)">(.*?)</section>', page.html, re.DOTALL)
    return {kind: [words(one) for one in re.findall(r"<li>(.*?)</li>", body, re.DOTALL)] for kind, body in sections}


@both_databases
def test_everything_is_found_by_kind(planner: Reader, planned: World) -> None:
    planned_release(planned.product)
    planned_window(planned.product, reference="M-2027-1")
    announced(planned.product, BulletinKind.NEWSLETTER, subject_en="Faster in 2027")
    drafted(planned.product, BulletinKind.NEWSLETTER, subject_en="Slower in 2027")
    page = planner.get(f"{SEARCH}?q=2027")
    assert found(page) == {
        "releases": ["2027.1 Faster search Inconto, production on Mon 8 February 2027, 06:00"],
        "maintenance": ["M-2027-1 New database server Inconto, Tue 15 December 2026, 22:00"],
        "announcements": ["Slower in 2027 Inconto, draft", "Faster in 2027 Inconto, Mon 23 November 2026, 10:00"],
    }
    assert found(planner.get(f"{SEARCH}?q=BRÜG")) == {
        "tenants": ["Zorggroep De Brug Inconto, zorggroep-de-brug"],
        "contacts": [
            "Contact 1 contact1@zorggroep-de-brug.example, Zorggroep De Brug",
            "Contact 2 contact2@zorggroep-de-brug.example, Zorggroep De Brug",
        ],
    }


@both_databases
@pytest.mark.parametrize(
    ("typed", "leads"),
    [
        ("2027.1", "/planner/releases/1"),
        (" m-1 ", "/planner/maintenance/1"),
        ("CONTACT1@Ziekenhuis-Peelrand.example", "/planner/tenants/ziekenhuis-peelrand"),
        ("Zorggroep-De-Brug", "/planner/tenants/zorggroep-de-brug"),
        # The name of one, and the beginning of another's.
        ("brug", ""),
        ("2027", ""),
        ("Contact 1", ""),
    ],
)
def test_what_is_called_exactly_so_is_gone_to(planner: Reader, planned: World, typed: str, leads: str) -> None:
    planned_release(planned.product)
    planned_release(planned.product, "2027.10", "2027-04-12T06:00", "2027-05-10T06:00")
    planned_window(planned.product)
    make_tenant(planned.product, "brug", contacts=0)
    page = planner.get(f"{SEARCH}?q={typed}")
    assert (page.status, page.location) == ((302, leads) if leads else (200, ""))
    assert planner.get(f"{SEARCH}?q={typed}&list=1").status == 200


def test_report_is_found_by_its_number(planner: Reader, planned: World) -> None:
    for tenant in (planned.brug, planned.peelrand):
        reports = Reports([tenant])
        reports.take_over(tenant, ReportFacts("INC-20811", "Zoeken is traag"), NOW)
    Reports([planned.brug]).take_over(planned.brug, ReportFacts("INC-20812", "Afdrukken"), NOW)
    db.session.commit()
    assert found(planner.get(f"{SEARCH}?q=20811")) == {
        "reports": ["INC-20811 Zoeken is traag Zorggroep De Brug", "INC-20811 Zoeken is traag Ziekenhuis Peelrand"]
    }
    assert 'href="/planner/tenants/zorggroep-de-brug#reports"' in planner.get(f"{SEARCH}?q=inc-20812").html


def test_report_is_found_with_the_notes_that_name_it(planner: Reader, planned: World) -> None:
    Reports([planned.brug]).take_over(planned.brug, ReportFacts("INC-20811", "Zoeken is traag"), NOW)
    Reports([planned.brug]).take_over(planned.brug, ReportFacts("INC-20812", "Afdrukken"), NOW)
    release = planned_release(planned.product)
    for one in ("nl", "en"):
        save_notes(release, one, "Opgelost: INC-20811", MANAGER, NOW)
    publish_notes(release, MANAGER, NOW)
    assert found(planner.get(f"{SEARCH}?q=INC-20811")) == {
        "reports": ["INC-20811 Zoeken is traag Zorggroep De Brug"],
        "notes": ["Release notes of 2027.1 Inconto, Faster search"],
    }
    page = planner.get("/planner/tenants/zorggroep-de-brug").main
    assert "INC-20811 Zoeken is traag 2027.1 INC-20812 Afdrukken none yet" in page


def test_two_of_the_same_name_are_listed(planner: Reader, planned: World) -> None:
    planned_release(planned.product)
    other = make_product("other", "Another")
    planned_release(other)
    page = planner.get(f"{SEARCH}?q=2027.1")
    assert [line.split(",")[0] for line in found(page)["releases"]] == [
        "2027.1 Faster search Another",
        "2027.1 Faster search Inconto",
    ]


def test_cancelled_release_is_found_and_not_gone_to(planner: Reader, planned: World) -> None:
    cancel_release(planned_release(planned.product), MANAGER, NOW)
    page = planner.get(f"{SEARCH}?q=2027.1")
    assert found(page) == {"releases": ["2027.1 Faster search Inconto, cancelled"]}


def test_many_of_a_kind_have_pages_of_their_own(planner: Reader, planned: World) -> None:
    for number in range(60):
        make_tenant(planned.product, f"school-{number:02d}", contacts=0)
    page = planner.get(f"{SEARCH}?q=school")
    assert len(found(page)["tenants"]) == 8
    assert "Tenants (60)" in page.main
    every = planner.get(f"{SEARCH}?q=school&kind=tenants")
    assert len(found(every)["tenants"]) == 50
    assert "1–50 of 60" in every.main
    last = planner.get(f"{SEARCH}?q=school&kind=tenants&page=2")
    assert found(last)["tenants"][-1] == "School 59 Inconto, school-59"
    assert "51–60 of 60" in last.main


NONSENSE = [
    ("q=", 200),
    ("", 200),
    ("q=%25", 200),
    ("q=_", 200),
    ("q=%5C%27%22--%3B", 200),
    ("q=%00", 404),
    ("q=%FF%FE", 200),
    (f"q={'x' * 300}", 200),
    (f"q={'x+' * 300}", 200),
    ("q=%3Cscript%3Ealert(1)%3C/script%3E", 200),
    ("q=x&kind=nonsense", 404),
    ("q=x&kind=tenants&page=99999999999999999999", 200),
    ("q=&kind=tenants", 200),
    ("q=x&page=-1&kind=contacts", 200),
    ("q[]=x", 200),
]


@both_databases
def test_nonsense_finds_nothing(planner: Reader) -> None:
    pages = [(query, planner.get(f"{SEARCH}?{query}")) for query, _status in NONSENSE]
    assert [(query, page.status) for query, page in pages] == NONSENSE
    assert [query for query, page in pages if page.status == 200 and found(page)] == []
    assert [query for query, page in pages if "<script>alert" in page.html] == []


def test_search_is_for_the_vendor(app: Flask, contact: Reader, anybody: Reader) -> None:
    assert contact.get(f"{SEARCH}?q=brug").status == 404
    assert anybody.get(f"{SEARCH}?q=brug").location.startswith("/login")
    assert found(Reader(app, "viewer@vendor.example").get(f"{SEARCH}?q=brug"))["tenants"] != []


def test_search_asks_no_more_where_there_is_more(planner: Reader, planned: World) -> None:
    def queries() -> int:
        with counted_queries() as statements:
            planner.get(f"{SEARCH}?q=z")
        return len(statements)

    few = queries()
    for number in range(20):
        make_tenant(planned.product, f"z-{number}", contacts=3)
    assert queries() == few
