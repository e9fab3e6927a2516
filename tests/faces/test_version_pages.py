"""Who runs what: the chart, the list by its filters, the file; and a tenant's page."""

import csv
import io
import re

import pytest

from entrypoints.formulas import unguarded
from schedules.rollouts import give_own_date
from schedules.running import report_version
from schedules.waves import give_wave
from sla.terms import Change
from tenants.models import EnvironmentKind, Product
from tests.faces.pages import Page, Reader
from tests.planning import planned_release, told_and_given
from tests.world import NOW, OPERATOR, PLANNER, World, local, make_tenant

PATH = "/planner/versions"
LONG_BEFORE = local("2026-01-05T09:00")


@pytest.fixture
def running(planned: World) -> Product:
    """Three releases in production, and tenants on each of them, on a patch, on nothing, on something odd."""
    product = planned.product
    for version, acceptance, production in (
        ("2026.1", "2026-02-02T06:00", "2026-03-02T06:00"),
        ("2026.2", "2026-05-04T06:00", "2026-06-01T06:00"),
        ("2026.3", "2026-08-03T06:00", "2026-09-07T06:00"),
    ):
        planned_release(product, version, acceptance, production, now=LONG_BEFORE)
    planned_release(product, "2027.1")
    for name, production, acceptance_version in (
        ("newest", "2026.3.1", "2027.1"),
        ("before", "2026.2", "2026.3"),
        ("old-one", "2026.1", "2026.2"),
        ("old-two", "2026.1", None),
        ("odd", "custom", None),
    ):
        tenant = make_tenant(product, name, contacts=0)
        report_version(tenant, EnvironmentKind.PRODUCTION, production, NOW, OPERATOR, NOW)
        if acceptance_version:
            report_version(tenant, EnvironmentKind.ACCEPTANCE, acceptance_version, NOW, OPERATOR, NOW)
    return product


def names(page: Page) -> list[str]:
    """The tenants in the list, in its order."""
    return re.findall(r'<th scope="row">\s*<a href="/planner/tenants/([\w-]+)">', page.html)


def bar(page: Page, number: int) -> dict[str, tuple[int, int]]:
    """What the chart shows: of each status where it begins and how wide it is."""
    svg = page.html.split("<svg")[number + 1].split("</svg>")[0]
    rects = re.findall(r'<rect class="(\w+)"\s+x="(\d+)"\s+y="0"\s+width="(\d+)"', svg)
    return {status: (int(x), int(width)) for status, x, width in rects}


def test_chart_shows_every_tenant_once_in_each_environment(planner: Reader, running: Product) -> None:
    page = planner.get(PATH)
    assert bar(page, 0) == {"current": (0, 1), "previous": (1, 1), "update_first": (2, 2), "unknown": (4, 3)}
    assert bar(page, 1) == {"ahead": (0, 1), "current": (1, 1), "previous": (2, 1), "unknown": (3, 4)}
    assert "The last version is 2026.3 (N)" in page.main
    assert "update first 2 tenants, 29% of all 2026.1 (2)" in page.main


FILTERS = [
    ("", ["before", "newest", "odd", "old-one", "old-two", "ziekenhuis-peelrand", "zorggroep-de-brug"]),
    ("?status=update_first", ["old-one", "old-two"]),
    ("?status=current", ["newest"]),
    ("?status=unknown", ["odd", "ziekenhuis-peelrand", "zorggroep-de-brug"]),
    ("?version=2026.1", ["old-one", "old-two"]),
    ("?version=-", ["ziekenhuis-peelrand", "zorggroep-de-brug"]),
    ("?version=2026.1&status=current", []),
    ("?version=9999.9", []),
    ("?environment=acceptance&status=ahead", ["newest"]),
    ("?environment=acceptance&version=2026.2", ["old-one"]),
    ("?words=old", ["old-one", "old-two"]),
    ("?words=two%20old&status=update_first", ["old-two"]),
    ("?sort=version", ["newest", "before", "old-one", "old-two", "odd", "ziekenhuis-peelrand", "zorggroep-de-brug"]),
    ("?environment=acceptance&sort=version&status=previous", ["old-one"]),
    ("?environment=nonsense&status=nonsense&sort=nonsense", None),
]


@pytest.mark.parametrize(("asked", "found"), FILTERS)
def test_list_is_filtered_by_the_address(
    planner: Reader, running: Product, asked: str, found: list[str] | None
) -> None:
    assert names(planner.get(PATH + asked)) == (FILTERS[0][1] if found is None else found)


def test_file_holds_the_same_tenants(planner: Reader, running: Product) -> None:
    page = planner.get(f"{PATH}?status=update_first")
    assert f'href="{PATH}.csv?product=inconto&amp;status=update_first"' in page.html
    answer = planner.get(f"{PATH}.csv?status=update_first")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(answer.body.decode("utf-8-sig"))))
    assert [row["tenant"] for row in rows] == ["old-one", "old-two"]
    assert {unguarded(row["production_support"]) for row in rows} == {"update_first"}


def test_many_tenants_are_paged(planner: Reader, planned: World) -> None:
    for number in range(60):
        make_tenant(planned.product, f"tenant-{number:02d}", contacts=0)
    page = planner.get(f"{PATH}?words=tenant")
    assert (len(names(page)), names(page)[0]) == (50, "tenant-00")
    assert "1–50 of 60" in page.main
    assert len(names(planner.get(f"{PATH}?words=tenant&page=2"))) == 10
    assert names(planner.get(f"{PATH}?words=tenant&page=999999999999999999999"))[-1] == "tenant-59"


@pytest.mark.parametrize(
    "odd", ["?page=-1", "?page=x", "?words=%25%5F%5C", "?version=%E2%80%AE", f"?words={'x' * 5000}"]
)
def test_odd_addresses_are_answered(planner: Reader, running: Product, odd: str) -> None:
    assert planner.get(PATH + odd).status == 200
    assert planner.get(f"{PATH}.csv{odd}").status == 200


def test_product_without_tenants_and_nobody_else_s(planner: Reader, contact: Reader, planned: World) -> None:
    assert contact.get(PATH).status == 404
    assert contact.get(f"{PATH}.csv").status == 404
    assert planner.get(f"{PATH}?product=nonsense").status == 404


# A tenant's page


def section(page: Page, name: str) -> str:
    """The words of one section."""
    html = page.html.partition(f'id="{name}"')[2].partition("</section>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", html.partition(">")[2]).split())


def test_tenants_page_has_its_sections(manager: Reader, planned: World) -> None:
    release = planned_release(planned.product)
    later = local("2027-03-01T06:00")
    give_wave(release, Change.PRODUCTION, [planned.brug.id], later, "Zorg", "Jaarwisseling", PLANNER, NOW)
    page = manager.get("/planner/tenants/zorggroep-de-brug")
    for name in ("ahead", "contacts", "agreement", "dates", "notices", "ran"):
        assert f'href="#{name}"' in page.html
    assert "Mon 18 January 2027, 06:00" in section(page, "ahead")
    assert "Mon 1 March 2027, 06:00" in section(page, "ahead")
    assert "Jaarwisseling" in section(page, "dates")
    assert "Zorg , 2027.1" in section(page, "dates")
    assert "1 month SLA 3.3" in section(page, "agreement")
    assert "Nothing else was signed" in section(page, "agreement")
    assert "contact1@zorggroep-de-brug.example" in section(page, "contacts")


def test_what_is_over_stands_with_the_evidence(planner: Reader, planned: World) -> None:
    # Announced and given, then moved for this tenant: the old notice is past, the new one comes.
    release = planned_release(planned.product)
    told_and_given(local("2027-01-03T06:00"))
    later = local("2027-03-01T06:00")
    give_own_date(release, planned.brug, Change.PRODUCTION, later, "Later", PLANNER, local("2027-01-04T06:00"))
    page = planner.get("/planner/tenants/zorggroep-de-brug")
    shown = [section(page, name) for name in ("ahead", "notices")]
    assert ["replaced" in words for words in shown] == [False, True]
    assert ["new date" in words for words in shown] == [True, False]


def test_agreement_names_its_clause(planner: Reader, planned: World) -> None:
    make_tenant(planned.product, "strict", production_notice="P2M")
    shown = section(planner.get("/planner/tenants/strict"), "agreement")
    assert "production 2 months the signed agreement" in shown
    assert "acceptance 2 weeks SLA 3.3" in shown
    assert "Nothing else was signed" not in shown


def test_long_history_is_folded(planner: Reader, planned: World) -> None:
    for number in range(1, 15):
        moment = local(f"2026-{number % 9 + 1:02d}-{number:02d}T06:00")
        report_version(planned.brug, EnvironmentKind.PRODUCTION, f"2025.{number}", moment, OPERATOR, NOW)
    page = planner.get("/planner/tenants/zorggroep-de-brug")
    assert "4 earlier versions" in page.main
