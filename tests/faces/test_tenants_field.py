"""Tenants are named in a form by their names, or ticked in a list beside it."""

from typing import Any

import pytest

from tests.faces.pages import Reader, everything
from tests.faces.planning_forms import MAINTENANCE, WINDOW, the_window
from tests.world import World, make_tenant

BULLETIN = "/planner/bulletins/new/newsletter"
TYPED = {
    "product": "inconto",
    "step": "save",
    "subject_nl": "Nieuws",
    "subject_en": "News",
    "markdown_nl": "Tekst",
    "markdown_en": "Text",
}


@pytest.mark.parametrize(("path", "form"), [(MAINTENANCE, WINDOW), (BULLETIN, TYPED)])
def test_what_is_ticked_is_added_and_shown_as_names(manager: Reader, path: str, form: dict[str, Any]) -> None:
    before = everything()
    asked = {name: value for name, value in form.items() if name != "step"}
    finding = asked | {"find_tenants": "1", "tenants": "zorggroep de brug", "tenant_words": "peelrand"}
    page = manager.post(path, finding)
    assert (page.status, page.value("tenants"), page.html.count('name="tenant_ticked"')) == (
        200,
        "Zorggroep De Brug",
        1,
    )
    page = manager.post(path, finding | {"tenants": "Zorggroep De Brug", "tenant_ticked": "ziekenhuis-peelrand"})
    assert page.value("tenants").split("\n") == ["Zorggroep De Brug", "Ziekenhuis Peelrand"]
    assert everything() == before
    page = manager.post(path, form | {"tenants": "Zorgroep de Brug\nniemand\nZiekenhuis Peelrand"})
    assert (page.status, list(page.wrong)) == (422, ["tenants"])
    assert "There is no tenant Zorgroep de Brug. Do you mean Zorggroep De Brug?" in page.wrong["tenants"]
    assert page.value("tenants").split("\n") == ["Zorgroep de Brug", "niemand", "Ziekenhuis Peelrand"]
    assert everything() == before


def test_maintenance_is_for_the_tenants_whose_names_were_typed(planner: Reader) -> None:
    form = WINDOW | {"tenants": "Zorggroep De Brug", "tenant_ticked": "ziekenhuis-peelrand"}
    assert planner.post(MAINTENANCE, form).status == 302
    assert {one.slug for one in the_window().tenants} == {"zorggroep-de-brug", "ziekenhuis-peelrand"}


def test_list_is_paged_and_light(planner: Reader, planned: World) -> None:
    for number in range(45):
        make_tenant(planned.product, f"huis-{number:02d}")
    page = planner.get(MAINTENANCE)
    assert (page.html.count('name="tenant_ticked"'), len(page.body) < 100_000) == (20, True)
    page = planner.post(MAINTENANCE, {"product": "inconto", "find_tenants": "3"})
    assert page.html.count('name="tenant_ticked"') == 7
    for nonsense in ("0", "-1", "9" * 30, "\u0663", "x\0"):
        assert planner.post(MAINTENANCE, {"product": "inconto", "find_tenants": nonsense}).status == 200
