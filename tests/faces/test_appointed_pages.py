"""The contacts of a tenant, as the vendor keeps them: three at most, the last one stays (SLA 4.1)."""

from sqlalchemy import select

from storage import db
from tenants.models import Contact
from tests.faces.conftest import CONTACT
from tests.faces.pages import Form, Reader, everything
from tests.faces.tenants_typed import BRUG, LONG, PEELRAND, UNSEEN, tenant
from tests.world import World, both_databases

SOMEBODY: Form = {"name": "An Jansen", "email": "an@brug.example", "phone": "020 123 4567", "locale": "en"}


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
