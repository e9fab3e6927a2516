"""What tests start from: a product, tenants, contacts and three standing people."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from accounts.models import User
from evidence.actors import Actor, Role
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tenants.models import Product, Tenant
from tenants.products import ProductFacts, create_product
from tenants.services import TenantFacts, add_tenant

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
PASSWORD = "correct horse battery"
# The contact of Zorggroep De Brug who reads English.
ENGLISH = "contact2@zorggroep-de-brug.example"
# Everybody whom the vendor mails.
ADDRESSES = [
    "contact1@zorggroep-de-brug.example",
    ENGLISH,
    "contact1@ziekenhuis-peelrand.example",
]

both_databases = pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
# On SQLite with every run of the tests, on PostgreSQL as well with `make test-faults`.
both_databases_of_faults = pytest.mark.parametrize(
    "engine", ["sqlite", pytest.param("postgresql", marks=pytest.mark.faults)]
)

PLANNER = Actor("planner@vendor.example", Role.PLANNER)
MANAGER = Actor("manager@vendor.example", Role.MANAGER)
OPERATOR = Actor("operator@vendor.example", Role.OPERATOR)
ADMIN = Actor("admin@vendor.example", Role.ADMIN)


@dataclass
class World:
    """A product and two of its tenants, one of which must never see the other's things."""

    product: Product
    brug: Tenant
    peelrand: Tenant


def local(text: str) -> datetime:
    """A moment on the clock of Amsterdam, such as 2027-03-15T06:00."""
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM)


def make_product(slug: str = "inconto", name: str = "Inconto") -> Product:
    facts = ProductFacts(name=name, help_desk_email="servicedesk@inconto.example", help_desk_phone="+31 85 018 5725")
    return create_product(slug, facts, ADMIN)


def make_tenant(product: Product, slug: str, contacts: int = 1, now: datetime = LONG_AGO, **facts: str) -> Tenant:
    """A tenant with that many contacts: Dutch, English, Dutch."""
    name = facts.pop("name", slug.replace("-", " ").title())
    tenant = add_tenant(product, TenantFacts(slug=slug, name=name, **facts), MANAGER, now)
    for number in range(1, contacts + 1):
        locale = "en" if number == 2 else "nl"
        add_contact(
            tenant, ContactFacts(f"Contact {number}", f"contact{number}@{slug}.example", locale=locale), MANAGER
        )
    return tenant


def make_user(email: str, role: Role, locale: str = "en") -> User:
    user = User(
        email=email,
        role=role,
        locale=locale,
        password=PASSWORD,
        active=True,
        fs_uniquifier=secrets.token_hex(32),
        created_at=LONG_AGO,
    )
    db.session.add(user)
    db.session.commit()
    return user


def standing() -> World:
    """The product, two tenants, a user for every role of the vendor and one for a contact of each tenant."""
    product = make_product()
    brug = make_tenant(product, "zorggroep-de-brug", contacts=2)
    peelrand = make_tenant(product, "ziekenhuis-peelrand")
    for role in (Role.VIEWER, Role.PLANNER, Role.OPERATOR, Role.MANAGER, Role.ADMIN):
        make_user(f"{role.value}@vendor.example", role)
    make_user("contact1@zorggroep-de-brug.example", Role.CONTACT, "nl")
    make_user("contact1@ziekenhuis-peelrand.example", Role.CONTACT, "nl")
    return World(product, brug, peelrand)


def found() -> World:
    """The standing people as they are in the database."""
    tenants = {tenant.slug: tenant for tenant in db.session.scalars(select(Tenant))}
    brug, peelrand = tenants["zorggroep-de-brug"], tenants["ziekenhuis-peelrand"]
    return World(brug.product, brug, peelrand)
