"""Which tenants a text names."""

import pytest
from flask_babel import force_locale

from storage import Refused
from tenants.models import Product
from tenants.naming import Named, tenants_in
from tenants.services import TenantFacts, add_tenant
from tests.planning import counted_queries
from tests.world import MANAGER, NOW, World, both_databases

MORE = {
    "huis-noord": "Thuiszorg Huis, locatie Noord",
    "zelfde-1": "Zorg Café",
    "zelfde-2": "zorg cafe",
    "met-punt": "A; B",
}


@pytest.fixture
def many(planned: World) -> Product:
    for slug, name in MORE.items():
        add_tenant(planned.product, TenantFacts(slug, name), MANAGER, NOW)
    return planned.product


def read(product: Product, text: str) -> Named:
    with force_locale("en"):
        return tenants_in(product, text)


def told(named: Named) -> list[str]:
    try:
        named.check()
    except Refused as refused:
        return [one.message for one in refused.all]
    return []


@pytest.mark.parametrize(
    ("text", "slugs", "shown"),
    [
        ("", [], ""),
        (" \r\n ; , ", [], ""),
        ("zorggroep-de-brug", ["zorggroep-de-brug"], "Zorggroep De Brug"),
        ("zorggroep  DE brug\r\nZorggroep De Brug", ["zorggroep-de-brug"], "Zorggroep De Brug"),
        (
            "ziekenhuis-peelrand zorggroep-de-brug",
            ["ziekenhuis-peelrand", "zorggroep-de-brug"],
            "Ziekenhuis Peelrand\nZorggroep De Brug",
        ),
        (
            "Zorggroep De Brug, Thuiszorg Huis, locatie Noord; ziekenhuis-peelrand",
            ["zorggroep-de-brug", "huis-noord", "ziekenhuis-peelrand"],
            "Zorggroep De Brug\nThuiszorg Huis, locatie Noord\nZiekenhuis Peelrand",
        ),
        ("zelfde-1\nzorg cafe (zelfde-2)", ["zelfde-1", "zelfde-2"], "Zorg Café (zelfde-1)\nzorg cafe (zelfde-2)"),
        ("met-punt", ["met-punt"], "met-punt"),
    ],
)
def test_names_and_slugs_are_read_and_shown_as_names(many: Product, text: str, slugs: list[str], shown: str) -> None:
    named = read(many, text)
    assert (named.slugs, named.text, told(named)) == (slugs, shown, [])
    again = read(many, named.text)
    assert (again.slugs, again.text) == (slugs, shown)


@both_databases
def test_what_is_unknown_is_named_with_what_may_be_meant(many: Product) -> None:
    named = read(many, "Zorggroep De Burg\nthuiszorg\nzorg café\nnobody\nziekenhuis-peelrand")
    assert named.slugs == ["ziekenhuis-peelrand"]
    assert named.text == "Zorggroep De Burg\nthuiszorg\nzorg café\nnobody\nZiekenhuis Peelrand"
    assert told(named) == [
        "There is no tenant Zorggroep De Burg. Do you mean Zorggroep De Brug?",
        "There is no tenant thuiszorg. Do you mean Thuiszorg Huis, locatie Noord?",
        "Which of these do you mean: Zorg Café (zelfde-1), zorg cafe (zelfde-2)?",
        "There is no tenant nobody.",
    ]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Zorgroep", "Zorggroep De Brug"),
        ("Ziekenhius Peel", "Ziekenhuis Peelrand"),
        ("Thuizorg Huis", "Thuiszorg Huis, locatie Noord"),
        ("lokatie", "Thuiszorg Huis, locatie Noord"),
        ("Zorgroep Peelrand", ""),
    ],
)
def test_start_or_a_word_of_a_name_is_enough_to_know_what_is_meant(many: Product, typed: str, meant: str) -> None:
    asked = f" Do you mean {meant}?" if meant else ""
    assert told(read(many, typed)) == [f"There is no tenant {typed}.{asked}"]


def test_of_many_that_are_unknown_the_first_are_told(many: Product) -> None:
    named = read(many, ";".join(f"nobody {number}" for number in range(9)))
    assert (len(told(named)), told(named)[-1]) == (6, "4 more are unknown.")


def test_it_is_one_query_and_none_where_nothing_is_named(many: Product) -> None:
    assert many.id
    with counted_queries() as queries:
        read(many, " ")
        assert queries == []
        read(many, "nobody\nzorggroep-de-brug\nthuiszorg")
    assert len(queries) == 1


def test_text_without_end_is_refused(many: Product) -> None:
    assert told(read(many, "x" * 500_001)) == ["This is too long: 500001 characters, 500000 at most."]
    assert len(told(read(many, "," * 500_000))) == 0
