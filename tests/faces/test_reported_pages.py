"""What a tenant runs, as an operator reports it from the page (SLA 4.2)."""

import pytest
from sqlalchemy import select

from storage import db
from tenants.models import Installation
from tests.faces.pages import Reader, everything
from tests.faces.tenants_typed import BRUG, LONG, OPENED, REPORT, UNSEEN
from tests.planning import planned_release
from tests.world import NOW, World, both_databases


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
