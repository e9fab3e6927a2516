"""Tenants and their agreements, as they are changed and found from the pages."""

from datetime import timedelta
from typing import Any

import time_machine
from sqlalchemy import select

from storage import db
from tenants.feed_models import FeedToken
from tenants.models import Agreement
from tests.faces.pages import Form, Reader, everything
from tests.faces.tenants_typed import BRUG, LONG, NEW, PEELRAND, PERIODS, REPORT, UNSEEN, tenant
from tests.planning import planned_release
from tests.world import NOW, World, both_databases, local, make_tenant

TENANT: Form = {
    "slug": "gemeente-oost",
    "name": "Gemeente Oost",
    "locale": "nl",
    "timezone": "",
    "acceptance_notice": "",
    "production_notice": "",
    "maintenance_notice": "",
    "ip_allowlist": "",
}


def test_tenant_is_added_with_environments_and_a_calendar(manager: Reader) -> None:
    page = manager.post(NEW, TENANT)
    assert page.location == "/planner/tenants/gemeente-oost"
    row = tenant("gemeente-oost")
    assert (row.name, row.joined_at, row.agreement) == ("Gemeente Oost", NOW, None)
    assert [one.kind.value for one in row.environments] == ["acceptance", "production"]
    assert db.session.scalars(select(FeedToken).where(FeedToken.tenant_id == row.id)).one().generation == 1
    shown = manager.follow(page).main
    assert "nobody here can be told" in shown
    assert "This tenant is new: what is planned for it stands here within a minute." in shown
    with time_machine.travel(NOW + timedelta(minutes=2), tick=False):
        assert "Nothing is planned for this tenant." in manager.get(page.location).main


def test_tenant_is_changed_and_its_address_stays(manager: Reader) -> None:
    page = manager.get(f"{BRUG}/edit")
    assert page.value("name") == "Zorggroep De Brug"
    changed = TENANT | {
        "slug": "elsewhere",
        "name": "Zorggroep De Brug Noord",
        "timezone": "America/Curacao",
        "production_notice": "p2m",
        "ip_allowlist": "192.0.2.7/24; 2001:db8::/32\n198.51.100.1",
    }
    assert manager.post(f"{BRUG}/edit", changed).location == BRUG
    row = tenant("zorggroep-de-brug")
    assert (row.name, row.timezone) == ("Zorggroep De Brug Noord", "America/Curacao")
    assert row.ip_allowlist == "192.0.2.0/24\n2001:db8::/32\n198.51.100.1/32"
    assert row.agreement is not None
    assert row.agreement.production_notice == "P2M"
    shown = manager.get(BRUG).main
    assert "production 2 months the signed agreement" in shown
    assert "192.0.2.0/24, 2001:db8::/32, 198.51.100.1/32" in shown


def test_agreement_that_is_emptied_is_none(manager: Reader) -> None:
    manager.post(f"{BRUG}/edit", TENANT | {"maintenance_notice": "P10D"})
    assert db.session.scalars(select(Agreement.maintenance_notice)).all() == ["P10D"]
    manager.post(f"{BRUG}/edit", TENANT)
    assert db.session.scalars(select(Agreement)).all() == []


TENANT_NONSENSE: list[tuple[str, Any]] = [
    *(
        ("slug", value)
        for value in ("", "Gemeente", "a b", "a--b", "-a", "a/b", "..", "%00", "é", "x" * 81, UNSEEN, "💥")
    ),
    ("slug", "zorggroep-de-brug"),
    # An address that one of our pages has.
    ("slug", "new"),
    *(("name", value) for value in ("", "   ", UNSEEN, LONG)),
    *(("locale", value) for value in ("", "de", "nl-NL", "💥", LONG)),
    *(("timezone", value) for value in ("Nonsense", "UTC+1", "../../etc/passwd", "/etc/localtime", "💥", LONG)),
    *((f"{kind}_notice", value) for kind in ("acceptance", "production", "maintenance") for value in PERIODS),
    *(
        ("ip_allowlist", value)
        for value in (
            "nonsense",
            "192.0.2",
            "192.0.2.0/33",
            "300.0.0.1",
            "::g",
            "2001:db8::/129",
            "192.0.2.7\0",
            "*",
            LONG,
        )
    ),
]


@both_databases
def test_nonsense_in_a_tenant_is_told_at_its_field_and_writes_nothing(manager: Reader) -> None:
    before = everything()
    for field, value in TENANT_NONSENSE:
        page = manager.post(NEW, TENANT | {field: value})
        assert (page.status, list(page.wrong)) == (422, [field]), (field, value)
        if field != "slug":
            page = manager.post(f"{BRUG}/edit", TENANT | {field: value})
            assert (page.status, list(page.wrong)) == (422, [field]), (field, value)
            assert "Zorggroep De Brug" in page.main
    odd: list[Form] = [{}, {f"{name}[]": value for name, value in TENANT.items()}, {name: [] for name in TENANT}]
    for form in odd:
        assert manager.post(NEW, form).status == 422
    assert everything() == before


def test_hostile_name_is_shown_as_it_was_typed(manager: Reader) -> None:
    name = '<script>alert(1)</script> & "Zoon" {{ 7 * 7 }} %(x)s 🚀'
    assert manager.post(NEW, TENANT | {"name": name}).status == 302
    for path in ("/planner/tenants", "/planner/tenants/gemeente-oost", "/planner/tenants/gemeente-oost/edit"):
        page = manager.get(path)
        assert name in page.seen or page.value("name") == name
        assert "<script>alert" not in page.html


# No release knows these versions: the tick confirms them.


def test_calendar_gets_a_new_address(manager: Reader, contact: Reader, anybody: Reader) -> None:
    def address() -> str:
        html = contact.get("/portal/zorggroep-de-brug/calendar").html
        return html.partition('id="people" value="http://localhost')[2].partition('"')[0]

    old = address()
    assert anybody.get(old).status == 200
    assert manager.post(f"{BRUG}/calendar").location == BRUG
    assert address() != old
    assert (anybody.get(old).status, anybody.get(address()).status) == (200, 200)
    assert "still answers, until Mon 7 December 2026, 10:00" in manager.get(BRUG).main
    assert manager.post(f"{BRUG}/calendar/stop").location == BRUG
    assert (anybody.get(old).status, anybody.get(address()).status) == (410, 200)
    assert "still answers" not in manager.get(BRUG).main


def test_list_is_filtered_and_paged(manager: Reader, planned: World) -> None:
    for number in range(60):
        make_tenant(planned.product, f"tenant-{number:02d}", contacts=0, name=f"Tenant {number:02d}")
    first, second = manager.get("/planner/tenants"), manager.get("/planner/tenants?page=2")
    assert ("62 tenants" in first.main, "Page 1 of 2" in first.main, "Page 2 of 2" in second.main) == (True,) * 3
    assert ("Tenant 00" in first.main, "Tenant 00" in second.main) == (True, False)
    assert "Zorggroep De Brug" in second.main
    assert manager.get("/planner/tenants?page=999999999999999999999").main == second.main
    found = manager.get("/planner/tenants?words=bRUG")
    assert ("Zorggroep De Brug" in found.main, "1 tenant" in found.main) == (True, True)
    for words in ("%", "_", "\\", "'"):
        assert "0 tenants" in manager.get(f"/planner/tenants?words={words}").main


def test_list_is_filtered_by_version(operator: Reader) -> None:
    operator.post(f"{BRUG}/version", REPORT)
    operator.post(f"{PEELRAND}/version", REPORT | {"environment": "acceptance"})
    for query, names in (
        ("version=2026.4", ["Zorggroep De Brug"]),
        ("version=2026.4&environment=acceptance", ["Ziekenhuis Peelrand"]),
        ("version=2026", []),
    ):
        page = operator.get(f"/planner/tenants?{query}")
        assert [name for name in ("Ziekenhuis Peelrand", "Zorggroep De Brug") if name in page.main] == names


def test_tenant_without_contact_stands_out(manager: Reader, planned: World) -> None:
    make_tenant(planned.product, "nobody-home", contacts=0)
    assert "Nobody Home has no contact" in manager.get("/planner/").main
    assert "1 tenant has no contact" in manager.get("/planner/releases/new").main


def test_late_joiner_is_shown_with_its_notice(manager: Reader, planned: World) -> None:
    release = planned_release(planned.product)
    shown = manager.get(BRUG).main
    assert "acceptance 2027.1" in shown
    assert "Mon 4 January 2027, 06:00 2 weeks ahead (SLA 3.3)" in shown
    assert release.acceptance_at == local("2027-01-18T06:00")
