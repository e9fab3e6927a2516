"""The tenant that a person means by what it typed."""

import pytest
from flask import Flask

from storage import Refused
from tenants.finding import tenant_meant, tenants_to_offer
from tests.world import make_product, make_tenant

NAMES = {"brug": "De Brug", "de-brug-noord": "De Brug Noord", "peel": "Ziekenhuis Peelrand", "x": "Café X"}


@pytest.fixture(autouse=True)
def tenants(app: Flask) -> None:
    product = make_product()
    for slug, name in NAMES.items():
        make_tenant(product, slug, contacts=0, name=name)


@pytest.mark.parametrize(
    ("typed", "slug"),
    [("peel", "peel"), (" de brug ", "brug"), ("DE BRUG N", "de-brug-noord"), ("cafe", "x"), ("peelrand zie", "peel")],
)
def test_tenant_is_meant_by_slug_name_or_beginning(typed: str, slug: str) -> None:
    assert tenant_meant("tenant", typed).slug == slug


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("de b", "Welke van deze bedoel je: De Brug (brug), De Brug Noord (de-brug-noord)?"),
        ("nobody", "Er is geen tenant nobody."),
        ("%", "Er is geen tenant %."),
        ("", "Er is geen tenant ."),
    ],
)
def test_what_is_not_clear_is_refused(typed: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        tenant_meant("tenant", typed)
    assert (refused.value.field, refused.value.message) == ("tenant", words)


def test_first_tenants_are_offered_by_name() -> None:
    assert tenants_to_offer(2) == [("x", "Café X"), ("brug", "De Brug")]
