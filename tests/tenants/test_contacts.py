"""Three contacts at most (SLA 4.1): by the service, by the constraint, and when two people come at once."""

import pytest
from flask import Flask
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from evidence.actors import NotAllowed
from storage import Conflict, Refused, db
from tenants.contacts import ContactFacts, TooManyContacts, add_contact, change_contact, remove_contact
from tenants.models import Contact, Tenant
from tests.at_once import Act, Prepared, at_once
from tests.world import MANAGER, PLANNER, World, both_databases, make_product, make_tenant

ROUNDS = 10


def slots(tenant: Tenant) -> list[int]:
    return list(db.session.scalars(select(Contact.slot).where(Contact.tenant_id == tenant.id).order_by(Contact.slot)))


def newcomer(tenant_id: int, name: str) -> Prepared:
    def prepare() -> Act:
        tenant = db.session.get_one(Tenant, tenant_id)
        return lambda: add_contact(tenant, ContactFacts(name, f"{name}@brug.example"), MANAGER)

    return prepare


def test_add_contact_keeps_what_was_typed_in_one_form(planned: World) -> None:
    contact = add_contact(
        planned.brug, ContactFacts("  Noor \u200e van  Dam ", " Noor@Brug.EXAMPLE", "085 018 5725", "EN"), MANAGER
    )

    assert (contact.name, contact.email, contact.phone, contact.locale) == (
        "Noor van Dam",
        "noor@brug.example",
        "+31 85 018 5725",
        "en",
    )
    assert contact.caught_up_at is None


def test_add_contact_refuses_a_fourth_and_names_the_clause(planned: World) -> None:
    add_contact(planned.brug, ContactFacts("Noor", "noor@brug.example"), MANAGER)

    with pytest.raises(TooManyContacts) as refusal:
        add_contact(planned.brug, ContactFacts("Sam", "sam@brug.example"), MANAGER)

    assert (refusal.value.clause, refusal.value.field) == ("SLA 4.1", "email")
    assert slots(planned.brug) == [1, 2, 3]


def test_add_contact_refuses_an_address_that_the_tenant_has_in_other_capitals(planned: World) -> None:
    with pytest.raises(Conflict) as refusal:
        add_contact(planned.brug, ContactFacts("Noor", "CONTACT1@zorggroep-de-brug.example"), MANAGER)

    assert (type(refusal.value), refusal.value.field) == (Conflict, "email")
    assert slots(planned.brug) == [1, 2]


def test_add_contact_takes_one_address_for_two_tenants(planned: World) -> None:
    add_contact(planned.peelrand, ContactFacts("Noor", "contact1@zorggroep-de-brug.example"), MANAGER)

    assert slots(planned.peelrand) == [1, 2]


def test_add_contact_is_for_managers(planned: World) -> None:
    with pytest.raises(NotAllowed):
        add_contact(planned.brug, ContactFacts("Noor", "noor@brug.example"), PLANNER)


@both_databases
def test_two_people_who_add_the_third_and_fourth_contact_get_one_refusal(app: Flask) -> None:
    product = make_product()
    for number in range(ROUNDS):
        tenant = make_tenant(product, f"tenant-{number}", contacts=2)

        outcomes = at_once(app, [newcomer(tenant.id, "noor"), newcomer(tenant.id, "sam")])

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Contact", "TooManyContacts"]
        assert slots(tenant) == [1, 2, 3]


@both_databases
def test_two_people_who_remove_the_last_two_contacts_leave_one(app: Flask) -> None:
    product = make_product()

    def remover(contact_id: int) -> Prepared:
        def prepare() -> Act:
            contact = db.session.get_one(Contact, contact_id)
            return lambda: remove_contact(contact, MANAGER)

        return prepare

    for number in range(ROUNDS):
        tenant = make_tenant(product, f"tenant-{number}", contacts=2)
        ids = [contact.id for contact in tenant.contacts]

        outcomes = at_once(app, [remover(contact_id) for contact_id in ids])

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "Refused"]
        assert len(slots(tenant)) == 1


@both_databases
@pytest.mark.parametrize("slot", [0, 1, 4], ids=["below", "taken", "fourth"])
def test_slots_of_contacts_are_guarded_by_the_database(planned: World, slot: int) -> None:
    row = {"tenant_id": planned.brug.id, "slot": slot, "name": "Noor", "email": "noor@brug.example", "phone": ""}

    with pytest.raises(IntegrityError):
        db.session.execute(insert(Contact).values(row | {"locale": "nl"}))
    db.session.rollback()

    assert slots(planned.brug) == [1, 2]


def test_remove_contact_frees_its_slot(planned: World) -> None:
    remove_contact(planned.brug.contacts[0], MANAGER)
    added = add_contact(planned.brug, ContactFacts("Noor", "noor@brug.example"), MANAGER)

    assert (added.slot, slots(planned.brug)) == (1, [1, 2])


@both_databases
def test_remove_contact_never_hands_its_number_to_another(planned: World) -> None:
    last = add_contact(planned.peelrand, ContactFacts("Noor", "noor@peelrand.example"), MANAGER)
    removed = last.id
    remove_contact(last, MANAGER)

    added = add_contact(planned.peelrand, ContactFacts("Sam", "sam@peelrand.example"), MANAGER)

    assert added.id > removed


def test_remove_contact_refuses_the_last_one(planned: World) -> None:
    with pytest.raises(Refused) as refusal:
        remove_contact(planned.peelrand.contacts[0], MANAGER)

    assert refusal.value.field == "contact"
    assert slots(planned.peelrand) == [1]


def test_change_contact_refuses_the_address_of_another(planned: World) -> None:
    first, second = planned.brug.contacts

    with pytest.raises(Conflict):
        change_contact(first, ContactFacts("Anna", second.email), MANAGER)

    assert (first.name, first.email) == ("Contact 1", "contact1@zorggroep-de-brug.example")


def test_change_contact_writes_nothing_when_one_value_is_nonsense(planned: World) -> None:
    contact = planned.brug.contacts[0]

    with pytest.raises(Refused) as refusal:
        change_contact(contact, ContactFacts("Anna", "anna@brug.example", locale="de"), MANAGER)
    db.session.commit()

    assert refusal.value.field == "locale"
    assert db.session.scalar(select(func.count()).where(Contact.name == "Anna")) == 0
