"""Each form tells all that is wrong with it in one answer."""

from typing import Any

import pytest
from flask import Flask

from schedules.models import Release
from storage import db
from tests.faces.pages import Reader, everything
from tests.world import World

NEEDED = "Fill this in."
NO_DATE = "Fill in a whole date and a time. One that does not exist, such as 31 February, does not reach us."
NO_SUCH_DATE = "This date or time does not exist, or we cannot read it. Write it as 15 March 2027, 06:00."
NO_PERIOD = "This is no length of time. Write it as 3 weeks, 2 months or 10 days; two years at most."
FORMS: list[tuple[str, dict[str, Any], dict[str, str]]] = [
    (
        "/planner/releases/new",
        {"step": "plan", "acceptance_at": "31-02-2027 6:00"},
        {"version": NEEDED, "acceptance_at": NO_SUCH_DATE, "production_at": NO_DATE},
    ),
    (
        "/planner/releases/new",
        {"step": "plan", "acceptance_at": "1 maart 2026 06:00", "production_at": "2026-04-01 06:00"},
        {
            "version": NEEDED,
            "acceptance_at": "This moment has passed. Choose a later one.",
            "production_at": "This moment has passed. Choose a later one.",
        },
    ),
    (
        "/planner/maintenance/new",
        {"step": "plan", "impact": "?", "starts_at": "tomorrow"},
        {
            "reference": NEEDED,
            "starts_at": NO_SUCH_DATE,
            "ends_at": NO_DATE,
            "environments": "Choose at least one environment.",
            "impact": "Choose what customers notice.",
            "reason_nl": NEEDED,
            "reason_en": NEEDED,
        },
    ),
    (
        "/planner/tenants/new",
        {"slug": "A B", "locale": "de", "timezone": "Mars", "acceptance_notice": "soon", "ip_allowlist": "all"},
        {
            "slug": "Use small letters, digits and single hyphens, such as zorggroep-de-brug.",
            "name": NEEDED,
            "locale": "Choose nl or en.",
            "timezone": "This time zone does not exist. Write it as Europe/Amsterdam.",
            "acceptance_notice": NO_PERIOD,
            "ip_allowlist": "all is not an IP address or network. Write 192.0.2.0/24 or 2001:db8::/32.",
        },
    ),
    (
        "/planner/tenants/zorggroep-de-brug/contacts",
        {"email": "noor", "phone": "call me", "locale": "de"},
        {
            "name": NEEDED,
            "email": "This is not an e-mail address. Write it as name@example.com.",
            "phone": "This is not a telephone number. Write it as +31 20 123 4567.",
            "locale": "Choose nl or en.",
        },
    ),
    (
        "/planner/bulletins/new/terms",
        {"step": "save", "effective_on": "31-02-2027"},
        {
            "subject_nl": NEEDED,
            "subject_en": NEEDED,
            "document": NEEDED,
            "effective_on": "This date does not exist, or we cannot read it. Write it as 15 March 2027.",
        },
    ),
    (
        "/planner/tenants/zorggroep-de-brug/version",
        {"environment": "?", "version": "", "installed_at": "31-02-2027 6:00"},
        {"environment": "Choose an environment.", "version": NEEDED, "installed_at": NO_SUCH_DATE},
    ),
]


@pytest.mark.parametrize(("path", "form", "wrong"), FORMS)
def test_all_that_is_wrong_is_told_at_once(
    manager: Reader, path: str, form: dict[str, Any], wrong: dict[str, str]
) -> None:
    before = everything()
    page = manager.post(path, {"product": "inconto"} | form)
    assert (page.status, {field: page.wrong.get(field) for field in wrong}) == (422, wrong)
    assert everything() == before


def test_product_and_its_window_of_choice_are_told_at_once(admin: Reader, planned: World) -> None:
    page = admin.post("/planner/products/new", {"slug": "A B", "timezone": "Mars", "update_minutes": "x"})
    assert {"slug", "name", "timezone", "update_minutes"} <= set(page.wrong)
    page = admin.post("/planner/products/inconto/dates", {"choice_window": "long", "choice_times": "noon"})
    assert (page.status, page.wrong) == (
        422,
        {
            "choice_window": NO_PERIOD,
            "choice_days": "Choose one day at least.",
            "choice_times": "Write times as 06:00, apart by a space.",
        },
    )
    assert page.value("choice_window") == "long"
    page = admin.post("/planner/tokens", {"role": "?", "tenant": "nobody at all"})
    assert set(page.wrong) == {"name", "role", "tenant"}


def test_patch_own_date_and_wave_are_told_at_once(manager: Reader, planned: World, release: Release) -> None:
    path = f"/planner/releases/{release.id}"
    page = manager.post(f"{path}/patches", {"version": "9.9", "deployed_at": ""})
    assert set(page.wrong) == {"version", "deployed_at"}
    page = manager.post(f"{path}/tenants/zorggroep-de-brug/production", {"planned_at": "31-02-2027 06:00"})
    assert page.wrong == {"planned_at": NO_SUCH_DATE, "reason": NEEDED}
    page = manager.post(
        f"{path}/rollout/choose",
        {"step": "give", "chosen": str(planned.brug.id), "planned_at": "", "kind": "production"},
    )
    assert page.wrong == {"planned_at": NO_DATE, "name": NEEDED, "reason": NEEDED}


def test_customer_is_told_all_at_once(app: Flask, contact: Reader, planned: World) -> None:
    page = contact.post("/portal/zorggroep-de-brug/contacts", {"email": "noor", "phone": "x", "locale": "nl"})
    assert set(page.wrong) == {"name", "email", "phone"}
    page = Reader(app, None).post("/account", {"email": "noor"})
    assert set(page.wrong) == {"name", "email", "organisation"}
    db.session.rollback()


def test_dates_and_periods_are_taken_as_people_write_them(manager: Reader, planned: World) -> None:
    form = {"step": "plan", "product": "inconto", "version": "2027.1"}
    dates = {"acceptance_at": "18-1-2027 6:00", "production_at": "8 februari 2027 06:00"}
    assert manager.post("/planner/releases/new", form | dates).status == 302
    form = {"name": "De Brug", "locale": "nl", "acceptance_notice": "drie weken", "production_notice": "P2M"}
    path = "/planner/tenants/zorggroep-de-brug/edit"
    assert manager.post(path, form).status == 302
    db.session.rollback()
    agreement = planned.brug.agreement
    assert agreement is not None
    assert (agreement.acceptance_notice, agreement.production_notice) == ("P3W", "P2M")
    page = manager.get(path)
    assert (page.value("acceptance_notice"), page.value("production_notice")) == ("3 weeks", "2 months")
