"""Tenants, their agreements and contacts, what they run, and the product itself, as they are changed from the pages."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from storage import db
from tenants.feed_models import FeedToken
from tenants.models import Agreement, Contact, Installation, Product, Tenant
from tests.faces.conftest import CONTACT
from tests.faces.pages import Form, Reader, everything
from tests.planning import planned_release
from tests.world import NOW, World, both_databases, local, make_tenant

NEW = "/planner/tenants/new"
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
BRUG = "/planner/tenants/zorggroep-de-brug"
PEELRAND = "/planner/tenants/ziekenhuis-peelrand"
SOMEBODY: Form = {"name": "An Jansen", "email": "an@brug.example", "phone": "020 123 4567", "locale": "en"}
LONG = "x" * 300
UNSEEN = "\u202e\u200b\0\n"


def tenant(slug: str) -> Tenant:
    return db.session.scalars(select(Tenant).where(Tenant.slug == slug)).one()


def test_tenant_is_added_with_environments_and_a_calendar(manager: Reader) -> None:
    page = manager.post(NEW, TENANT)
    assert page.location == "/planner/tenants/gemeente-oost"
    row = tenant("gemeente-oost")
    assert (row.name, row.joined_at, row.agreement) == ("Gemeente Oost", NOW, None)
    assert [one.kind.value for one in row.environments] == ["acceptance", "production"]
    assert db.session.scalars(select(FeedToken).where(FeedToken.tenant_id == row.id)).one().generation == 1
    assert "nobody here can be told" in manager.follow(page).main


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


PERIODS = ["1 fortnight", "P", "P0D", "P-1M", "PT24H", "P1.5M", "P3Y", "x" * 21, "P1M\0D", "💥"]
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


# Contacts


def contacts(slug: str = "zorggroep-de-brug") -> list[str]:
    return [contact.email for contact in tenant(slug).contacts]


def test_contact_is_added_changed_and_removed(manager: Reader) -> None:
    assert manager.post(f"{BRUG}/contacts", SOMEBODY).location == BRUG
    row = db.session.scalars(select(Contact).where(Contact.email == "an@brug.example")).one()
    assert (row.name, row.phone, row.locale, row.slot) == ("An Jansen", "+31 20 123 4567", "en", 3)
    path = f"{BRUG}/contacts/{row.id}"
    assert manager.get(path).value("email") == "an@brug.example"
    manager.post(path, SOMEBODY | {"email": "AN.Jansen@Brug.example", "phone": ""})
    assert contacts()[2] == "an.jansen@brug.example"
    assert manager.post(f"{path}/remove").location == BRUG
    assert len(contacts()) == 2


def test_fourth_contact_is_refused(manager: Reader) -> None:
    manager.post(f"{BRUG}/contacts", SOMEBODY)
    assert 'name="email"' not in manager.get(BRUG).html
    before = everything()
    page = manager.post(f"{BRUG}/contacts", SOMEBODY | {"email": "piet@brug.example"})
    assert page.status == 422
    assert "(SLA 4.1)" in " ".join([*page.wrong.values(), *page.alerts])
    assert everything() == before


def test_last_contact_stays(manager: Reader) -> None:
    contact = tenant("ziekenhuis-peelrand").contacts[0].id
    before = everything()
    page = manager.follow(manager.post(f"{PEELRAND}/contacts/{contact}/remove"))
    assert page.alerts != []
    assert everything() == before


def test_contact_is_reached_through_its_own_tenant_only(manager: Reader, planned: World) -> None:
    contact = planned.brug.contacts[0].id
    before = everything()
    assert manager.get(f"{PEELRAND}/contacts/{contact}").status == 404
    for verb in ("", "/remove", "/invite"):
        assert manager.post(f"{PEELRAND}/contacts/{contact}{verb}", SOMEBODY).status == 404
    assert everything() == before


CONTACT_NONSENSE = [
    *(("name", value) for value in ("", " ", UNSEEN, LONG)),
    *(
        ("email", value)
        for value in (
            *("", "nobody", "@brug.example", "a@", "a b@brug.example", "a@b@c.example", "a@brug..example", "💥"),
            *("an@brug.example\nBcc: evil@evil.example", "a@[127.0.0.1]", f"{'x' * 250}@brug.example", "a@x\0.example"),
            *(
                "An <an@brug.example>",
                "an@brug.example, piet@brug.example",
                '"; DROP TABLE contact; --"@',
                "a@localhost",
            ),
        )
    ),
    *(("phone", value) for value in ("nonsense", "+", "1", "0" * 50, "+31 20 123 4567 8901 2345", "💥")),
    *(("locale", value) for value in ("", "de", "NLD")),
    ("email", CONTACT),
    ("email", CONTACT.upper()),
]


@both_databases
def test_nonsense_in_a_contact_is_told_at_its_field_and_writes_nothing(manager: Reader, planned: World) -> None:
    other = f"{BRUG}/contacts/{planned.brug.contacts[1].id}"
    before = everything()
    for field, value in CONTACT_NONSENSE:
        for path in (f"{BRUG}/contacts", other):
            page = manager.post(path, SOMEBODY | {field: value})
            assert (page.status, list(page.wrong)) == (422, [field]), (path, field, value)
    assert manager.post(f"{BRUG}/contacts", {}).status == 422
    assert everything() == before


def test_address_of_one_of_us_is_not_invited_as_a_contact(manager: Reader) -> None:
    manager.post(f"{BRUG}/contacts", SOMEBODY | {"email": "admin@vendor.example"})
    contact = db.session.scalars(select(Contact).where(Contact.email == "admin@vendor.example")).one()
    before = everything()
    page = manager.follow(manager.post(f"{BRUG}/contacts/{contact.id}/invite"))
    assert page.alerts != []
    assert everything() == before


# What it runs

# As its page fills it in, which means now.
OPENED: Form = {"opened_at": "2026-11-23T10:00", "installed_at": "2026-11-23T10:00"}
# No release knows these versions: the tick confirms them.
REPORT: Form = OPENED | {"environment": "production", "version": "2026.4", "sure": "2026.4"}


def test_operator_reports_a_version(operator: Reader) -> None:
    assert operator.post(f"{BRUG}/version", REPORT).location == BRUG
    row = db.session.scalars(select(Installation)).one()
    assert (row.version, row.installed_at, row.reported_by) == ("2026.4", NOW, "operator@vendor.example")
    operator.post(
        f"{BRUG}/version", REPORT | {"version": "2026.3", "sure": "2026.3", "installed_at": "2026-10-01T06:00"}
    )
    page = operator.get(BRUG)
    assert (page.value("installed_at"), page.value("opened_at")) == ("2026-11-23T10:00", "2026-11-23T10:00")
    shown = page.main
    assert "Production 2026.4" in shown
    assert "Thu 1 October 2026, 06:00" in shown


REPORT_NONSENSE = [
    *(("environment", value) for value in ("", "test", "Production", "production\0", LONG)),
    *(("version", value) for value in ("", " ", UNSEEN, "x" * 41)),
    *(
        ("installed_at", value)
        # A browser sends nothing of what is half filled in.
        for value in ("", "nonsense", "2026-02-30T06:00", "2026-03-29T02:30", "0001-01-01T00:00", "9999-12-31T23:59")
    ),
    ("installed_at", "2026-11-23T10:06"),
]


@both_databases
def test_nonsense_in_a_report_is_told_at_its_field_and_writes_nothing(operator: Reader) -> None:
    before = everything()
    for field, value in REPORT_NONSENSE:
        page = operator.post(f"{BRUG}/version", REPORT | {field: value})
        assert (page.status, list(page.wrong)) == (422, [field]), (field, value)
    assert everything() == before


@pytest.mark.parametrize("version", ["onbekend", "<b>1</b>", "2026.4\u202e", "🚀", "v1.0-rc1+%s"])
def test_version_that_no_release_knows_is_shown_as_such(operator: Reader, version: str) -> None:
    asked = operator.post(f"{BRUG}/version", REPORT | {"version": version, "sure": ""})
    operator.post(f"{BRUG}/version", REPORT | {"version": version, "sure": asked.value("sure")})
    page = operator.get("/planner/tenants")
    assert db.session.scalars(select(Installation.version)).one() in page.main
    assert "unknown version" in page.main
    assert "<b>1" not in page.html
    assert operator.get("/planner/").status == 200


def test_version_that_no_release_knows_is_confirmed_first(operator: Reader, planned: World) -> None:
    planned_release(planned.product, "2027.1")
    before = everything()
    typed = {"environment": "production", "version": "99.99"} | OPENED
    # A tick holds for the version beside which it stood.
    for sure in ({}, {"sure": ""}, {"sure": "99.98"}):
        page = operator.post(f"{BRUG}/version", typed | sure)
        assert (page.status, page.wrong) == (
            422,
            {"version": "No release is called so. If it does run this, tick that below."},
        )
        assert "It does run 99.99; the customer reads so on its portal" in page.main
        assert (page.value("version"), page.value("sure")) == ("99.99", "99.99")
    assert everything() == before
    assert operator.post(f"{BRUG}/version", typed | {"sure": "99.99"}).location == BRUG
    assert db.session.scalars(select(Installation.version)).all() == ["99.99"]


@pytest.mark.parametrize("version", ["2027.1", "2027.1.3"])
def test_release_or_a_patch_of_one_needs_no_tick(operator: Reader, planned: World, version: str) -> None:
    planned_release(planned.product, "2027.1")
    assert "It does run" not in operator.get(BRUG).main
    typed = {"environment": "acceptance", "version": version} | OPENED
    assert operator.post(f"{BRUG}/version", typed).location == BRUG
    assert db.session.scalars(select(Installation.version)).all() == [version]


def test_mistaken_report_is_set_right_by_another(operator: Reader, contact: Reader, planned: World) -> None:
    planned_release(planned.product, "2027.1")
    operator.post(f"{BRUG}/version", REPORT | {"version": "99.99", "sure": "99.99"})
    assert "99.99" in contact.get("/portal/zorggroep-de-brug").main
    operator.post(f"{BRUG}/version", REPORT | {"version": "2027.1"})
    assert "99.99" not in contact.get("/portal/zorggroep-de-brug").main
    assert set(db.session.scalars(select(Installation.version))) == {"99.99", "2027.1"}
    assert "A mistaken report is set right by another one; both stay on record." in operator.get(BRUG).main


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


# The list


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


# The product

PRODUCT: Form = {
    "slug": "other",
    "name": "Other",
    "timezone": "Europe/Amsterdam",
    "help_desk_email": "",
    "help_desk_phone": "",
    "help_desk_hours_nl": "",
    "help_desk_hours_en": "",
    "test_period": "P2W",
    "announce_ahead": "P7D",
    "update_minutes": "60",
}
PRODUCT_NONSENSE = [
    *(("slug", value) for value in ("", "Other", "inconto", "new", LONG)),
    *(("name", value) for value in ("", UNSEEN, "x" * 121)),
    *(("timezone", value) for value in ("", "Nonsense", LONG)),
    *(("help_desk_email", value) for value in ("nobody", "a@b\nc", LONG)),
    *(("help_desk_phone", value) for value in ("nonsense", LONG)),
    ("help_desk_hours_nl", "x" * 41),
    ("help_desk_hours_en", "x" * 41),
    *(("update_minutes", value) for value in ("", "0", "-1", "1.5", "1441", "9" * 30, "٦٠", "an hour", "💥")),
    *((name, value) for name in ("test_period", "announce_ahead") for value in ["", *PERIODS]),
]


@both_databases
def test_nonsense_in_a_product_is_told_at_its_field_and_writes_nothing(app: Flask, planned: World) -> None:
    admin = Reader(app, "admin@vendor.example")
    before = everything()
    for field, value in PRODUCT_NONSENSE:
        page = admin.post("/planner/products/new", PRODUCT | {field: value})
        assert (page.status, list(page.wrong)) == (422, [field]), (field, value)
        if field != "slug":
            page = admin.post("/planner/products/inconto", PRODUCT | {field: value})
            assert (page.status, list(page.wrong)) == (422, [field]), (field, value)
    assert everything() == before


def test_second_product_is_chosen_by_its_name(app: Flask, planned: World) -> None:
    admin = Reader(app, "admin@vendor.example")
    admin.post("/planner/products/new", PRODUCT)
    assert db.session.scalars(select(Product.slug).order_by(Product.slug)).all() == ["inconto", "other"]
    assert "Zorggroep" in admin.get("/planner/tenants").main
    assert "Zorggroep" not in admin.get("/planner/tenants?product=other").main
    page = admin.get("/planner/?product=other")
    assert 'href="/planner/?product=inconto"' in page.html
    assert 'href="/planner/tenants?product=other"' in page.html


def test_product_is_changed(app: Flask, planned: World) -> None:
    admin = Reader(app, "admin@vendor.example")
    form = PRODUCT | {"name": "Inconto 2", "restart_when_postponed": "y", "help_desk_phone": "085 018 5725"}
    assert admin.post("/planner/products/inconto", form).status == 302
    row = db.session.scalars(select(Product)).one()
    assert (row.slug, row.name, row.restart_when_postponed) == ("inconto", "Inconto 2", True)
    assert row.help_desk_phone == "+31 85 018 5725"
