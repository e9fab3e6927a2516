"""Products and tenants are made whole or not at all."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from evidence.actors import NotAllowed
from storage import Conflict, Refused, db
from tenants.feed_models import FeedToken
from tenants.models import EnvironmentKind, Product, Tenant
from tenants.products import ProductFacts, change_product, create_product
from tenants.services import TenantFacts, add_tenant
from tests.at_once import Act, at_once
from tests.world import ADMIN, LONG_AGO, MANAGER, NOW, PLANNER, World, both_databases, make_product

FACTS = ProductFacts("Inconto", help_desk_email="servicedesk@inconto.example", help_desk_phone="+31 85 018 5725")


def test_create_product_has_the_terms_of_the_sla(app: Flask) -> None:
    product = make_product()

    (sla,) = product.agreements
    assert (sla.effective_on.isoformat(), sla.acceptance_notice, sla.production_notice, sla.maintenance_notice) == (
        "2025-07-01",
        "P2W",
        "P1M",
        "P1W",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("timezone", "Amsterdam"),
        ("timezone", ""),
        ("help_desk_email", "servicedesk"),
        ("help_desk_phone", "call us"),
        ("test_period", ""),
        ("announce_ahead", "7"),
    ],
)
def test_change_product_writes_nothing_when_one_value_is_nonsense(planned: World, field: str, value: str) -> None:
    with pytest.raises(Refused) as refusal:
        change_product(planned.product, ProductFacts(**{"name": "Another", field: value}), ADMIN, NOW)  # type: ignore[arg-type]
    db.session.commit()

    assert refusal.value.field == field
    assert (planned.product.name, planned.product.timezone) == ("Inconto", "Europe/Amsterdam")


def test_products_are_for_administrators(planned: World) -> None:
    with pytest.raises(NotAllowed):
        create_product("other", FACTS, MANAGER)
    with pytest.raises(NotAllowed):
        change_product(planned.product, FACTS, MANAGER, NOW)


def test_create_product_refuses_a_name_that_is_taken(planned: World) -> None:
    with pytest.raises(Conflict):
        create_product("inconto", FACTS, ADMIN)
    assert db.session.scalar(select(func.count(Product.id))) == 1


def test_add_tenant_has_both_environments_and_an_address(planned: World) -> None:
    assert [one.kind for one in planned.brug.environments] == list(EnvironmentKind)
    assert db.session.scalar(select(func.count()).where(FeedToken.tenant_id == planned.brug.id)) == 1


def test_add_tenant_is_for_managers(planned: World) -> None:
    with pytest.raises(NotAllowed):
        add_tenant(planned.product, TenantFacts("newcomer", "Newcomer"), PLANNER, LONG_AGO)


@both_databases
def test_two_people_who_add_the_same_tenant_get_one_refusal(app: Flask) -> None:
    product_id = make_product().id

    def add() -> Act:
        product = db.session.get_one(Product, product_id)
        return lambda: add_tenant(product, TenantFacts("newcomer", "Newcomer"), MANAGER, LONG_AGO)

    outcomes = at_once(app, [add, add])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "Tenant"]
    assert db.session.scalar(select(func.count(Tenant.id))) == 1
