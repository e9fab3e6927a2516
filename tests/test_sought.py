"""Words are found without capitals and accents, each from its beginning, on both databases the same."""

import pytest
from flask import Flask
from sqlalchemy import select

from announcements.concerned import recipients
from schedules.notices import Says
from sla.terms import Change
from storage import db
from storage.sought import finds, folded, sought_words
from tenants.contacts import ContactFacts, change_contact
from tenants.models import Contact, Tenant
from tenants.queries import tenant_ids, tenant_page
from tests.planning import planned_release
from tests.world import MANAGER, NOW, World, both_databases, make_product, make_tenant

NAMES = {
    "cafe": "Café De  Brug",
    "strasse": "Straße & Zonen",
    "oresund": "Ørësund Łódź",
    "greek": "Ελλάς",
    "percent": "100% zeker",
    "line": "onder_streep",
    "back": "terug\\streep",
}


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Café  DE Brug", "cafe de brug"),
        ("Straße", "strasse"),
        ("ŁÓDŹ Ørësund", "lodz oresund"),
        ("Æsop œuvre", "aesop oeuvre"),
        ("\u0130stanbul", "istanbul"),
        ("ﬁets", "fiets"),
        ("  \u2028 ", ""),
        ("עברית", "עברית"),
    ],
)
def test_text_is_folded(text: str, plain: str) -> None:
    assert folded(text) == plain


def test_only_so_many_words_are_looked_for() -> None:
    assert sought_words("a b c d e f g h i j") == list("abcdefgh")
    assert sought_words("x" * 300) == ["x" * 100]
    assert sought_words("a\0b") == ["a", "b"]
    assert sought_words(" \t ") == []


FOUND = [
    ("cafe", ["cafe"]),
    ("CAFÉ brug", ["cafe"]),
    ("brug cafe", ["cafe"]),
    ("rug", []),
    ("strasse", ["strasse"]),
    ("STRAẞE", ["strasse"]),
    ("oresund lodz", ["oresund"]),
    ("ελλας", ["greek"]),
    ("ΕΛΛΆΣ", ["greek"]),
    ("100%", ["percent"]),
    ("%", []),
    ("_", []),
    ("onder_", ["line"]),
    ("onderx", []),
    ("streep", ["back", "line"]),
    ("terug\\", ["back"]),
]


@both_databases
@pytest.mark.parametrize("typed", ["zuyderland een", "ZÚYDERLAND", "één zuy", "zuyd"])
def test_lists_of_tenants_and_their_readers_are_found_alike(planned: World, typed: str) -> None:
    make_tenant(planned.product, "zuyd", name="Zúyderland Één")
    release = planned_release(planned.product)

    assert [row[0].slug for row in tenant_page(planned.product, 1, words=typed).rows] == ["zuyd"]
    assert len(tenant_ids(planned.product, words=typed)) == 1
    told = recipients(release, Change.PRODUCTION, Says.PLANNED, NOW, 1, f"{typed} contact")
    assert [row.tenant_slug for row in told.rows] == ["zuyd"]
    assert recipients(release, Change.PRODUCTION, Says.PLANNED, NOW, 1, f"{typed} brug").rows == []


@both_databases
def test_rows_are_found_by_how_their_words_begin(app: Flask) -> None:
    product = make_product()
    for slug, name in NAMES.items():
        make_tenant(product, f"t-{slug}", contacts=0, name=name)
    slugs = [
        (typed, [slug.removeprefix("t-") for slug in db.session.scalars(_slugs(typed))]) for typed, _expected in FOUND
    ]
    assert slugs == FOUND


def test_words_follow_what_a_row_is_called(app: Flask) -> None:
    tenant = make_tenant(make_product(), "zorggroep-de-brug")
    contact = tenant.contacts[0]
    assert contact.sought == " contact 1 contact1@zorggroep-de-brug.example contact1 zorggroep de brug example"
    change_contact(contact, ContactFacts("José Pérez", "jose@brug.example"), MANAGER)
    row = db.session.scalars(select(Contact)).one()
    assert row.sought == " jose perez jose@brug.example brug example"


def _slugs(typed: str):  # type: ignore[no-untyped-def]
    return select(Tenant.slug).where(finds(Tenant, sought_words(typed))).order_by(Tenant.slug)
