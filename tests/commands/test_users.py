"""`users create` and `products create`."""

import re
from dataclasses import fields
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import func, select

from accounts.models import User
from entrypoints.commands.accounts import create_product_command
from evidence.actors import Role
from storage import db
from tenants.models import Contact, Product
from tenants.products import ProductFacts
from tests.commands.conftest import Run, everything
from tests.world import World


def test_user_gets_a_link_that_works(run: Run, app: Flask, planned: World) -> None:
    result = run("users", "create", "New@Vendor.example", "--role", "planner")

    assert re.fullmatch(r"http://localhost/[a-z]+/[\w.-]+\n", result.output)
    user = db.session.scalars(select(User).where(User.email == "new@vendor.example")).one()
    assert (user.role, user.password) == (Role.PLANNER, None)
    assert app.test_client().get(result.output.strip().removeprefix("http://localhost")).status_code in {200, 302}


def test_link_starts_with_the_public_address(run: Run, app: Flask) -> None:
    app.config["BASE_URL"] = "https://vendor.example/notices"

    result = run("users", "create", "a@vendor.example", "--role", "admin")

    assert re.fullmatch(r"https://vendor\.example/notices/[a-z]+/[\w.-]+\n", result.output)


def test_user_who_is_there_gets_the_role_and_a_link(run: Run, planned: World) -> None:
    assert run("users", "create", "viewer@vendor.example", "--role", "manager").exit_code == 0

    assert db.session.scalar(select(User.role).where(User.email == "viewer@vendor.example")) is Role.MANAGER


def test_contact_is_appointed_by_its_tenant(run: Run, planned: World) -> None:
    assert run("users", "create", "x@y.example", "--role", "contact", "--tenant", "ziekenhuis-peelrand").exit_code == 0

    contact = db.session.scalars(select(Contact).where(Contact.email == "x@y.example")).one()
    assert contact.tenant_id == planned.peelrand.id


REFUSED = [
    (["x", "--role", "planner"], 1, "Error: email: This is not an e-mail address. Write it as name@example.com.\n"),
    (["x@y.example", "--role", "contact"], 1, "Error: tenant: A contact belongs to a tenant; people of the vendor do"),
    (["x@y.example", "--role", "contact", "--tenant", "no"], 1, "Error: tenant: there is no tenant 'no'.\n"),
    (["x@y.example", "--role", "planner", "--tenant", "ziekenhuis-peelrand"], 1, "Error: tenant: A contact belongs"),
    (["viewer@vendor.example", "--role", "contact", "--tenant", "ziekenhuis-peelrand"], 1, "Error: email: This addres"),
    (["x@y.example", "--role", "boss"], 2, "Usage: "),
    (["x@y.example"], 2, "Usage: "),
    ([], 2, "Usage: "),
]


@pytest.mark.parametrize(("words", "code", "message"), REFUSED)
def test_nonsense_makes_no_account(run: Run, planned: World, words: list[str], code: int, message: str) -> None:
    before = everything()

    result = run("users", "create", *words)

    assert result.exit_code == code
    assert result.stderr.startswith(message)
    assert everything() == before


def test_fourth_contact_is_refused(run: Run, planned: World) -> None:
    words = ("--role", "contact", "--tenant", "zorggroep-de-brug")
    assert run("users", "create", "third@y.example", *words).exit_code == 0

    result = run("users", "create", "fourth@y.example", *words)

    assert result.exit_code == 1
    assert "(SLA 4.1)" in result.stderr
    assert db.session.scalar(select(func.count(User.id)).where(User.email == "fourth@y.example")) == 0


def test_product_has_the_terms_of_the_sla(run: Run) -> None:
    result = run(
        *("products", "create", "inconto", "--name", "Inconto", "--help-desk-email", "desk@inconto.example"),
        *("--help-desk-phone", "085 018 5725", "--help-desk-hours", "8-17", "--announce-ahead", "P10D"),
        *("--timezone", "Europe/Lisbon", "--test-period", "P3W", "--restart-when-postponed", "--needs-approval"),
    )

    product = db.session.scalars(select(Product)).one()
    assert result.output == "Inconto is there. Its releases and tenants can be imported as product inconto.\n"
    assert (product.timezone, product.announce_ahead, product.test_period) == ("Europe/Lisbon", "P10D", "P3W")
    assert (product.help_desk_phone, product.restart_when_postponed) == ("+31 85 018 5725", True)
    assert product.needs_approval is True
    assert (product.help_desk_hours_nl, product.help_desk_hours_en) == ("8-17", "8-17")
    assert [(one.effective_on, one.production_notice) for one in product.agreements] == [(date(2025, 7, 1), "P1M")]


def test_product_names_its_hours_in_both_languages(run: Run) -> None:
    named = ("products", "create", "inconto", "--name", "Inconto", "--help-desk-hours-nl", "ma-vr 8-17 uur")
    refused = run(*named)
    assert (refused.exit_code, "Say it in English as well" in refused.stderr) == (1, True)

    run(*named, "--help-desk-hours-en", "Mon-Fri 8 am-5 pm")

    product = db.session.scalars(select(Product)).one()
    assert (product.help_desk_hours_nl, product.help_desk_hours_en) == ("ma-vr 8-17 uur", "Mon-Fri 8 am-5 pm")


def test_product_says_what_is_told_beside_the_notices(run: Run) -> None:
    run(
        *("products", "create", "inconto", "--name", "Inconto", "--remind-before", "P1D", "--remind-before", "P2W"),
        *("--no-tells-start", "--no-tells-longer", "--no-tells-done", "--update-minutes", "90"),
    )

    product = db.session.scalars(select(Product)).one()
    assert (product.remind_before, product.update_minutes) == ("P2W P1D", 90)
    assert (product.tells_start, product.tells_longer, product.tells_done) == (False, False, False)


@pytest.mark.parametrize(("words", "reminders"), [([], "P1W P1D"), (["--no-reminders"], "")])
def test_product_reminds_a_week_and_a_day_ahead_unless_told_otherwise(
    run: Run, words: list[str], reminders: str
) -> None:
    run("products", "create", "inconto", "--name", "Inconto", *words)

    product = db.session.scalars(select(Product)).one()
    assert product.remind_before == reminders
    assert (product.tells_start, product.tells_longer, product.tells_done) == (True, True, True)


def test_settings_of_a_product_are_those_of_its_page() -> None:
    form = {field.name for field in fields(ProductFacts)}
    options = {option.name for option in create_product_command.params}
    assert options - {"slug", "no_reminders", "help_desk_hours"} == form


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["fresh", "--name", "x", "--update-minutes", "0"], 1, "Error: update_minutes: Fill in a whole number from 1"),
        (["fresh", "--name", "x", "--remind-before", "P9D"], 2, "Usage: "),
        (["fresh", "--name", "x", "--remind-before", "P1D", "--no-reminders"], 2, "Usage: "),
        (["In Conto", "--name", "x"], 1, "Error: slug: Use small letters"),
        (["inconto", "--name", "Inconto"], 1, "Error: slug: A product with this name in addresses exists already.\n"),
        (["fresh", "--name", " "], 1, "Error: name: Fill this in.\n"),
        (["fresh", "--name", "x", "--timezone", "CET+1"], 1, "Error: timezone: This time zone does not exist."),
        (["fresh", "--name", "x", "--announce-ahead", "7"], 1, "Error: announce_ahead: This is not a period."),
        (["fresh", "--name", "x", "--help-desk-email", "x"], 1, "Error: help_desk_email: This is not an e-mail"),
        (["fresh"], 2, "Usage: "),
    ],
)
def test_nonsense_makes_no_product(run: Run, planned: World, words: list[str], code: int, message: str) -> None:
    result = run("products", "create", *words)

    assert result.exit_code == code
    assert result.stderr.startswith(message)
    assert db.session.scalar(select(func.count(Product.id))) == 1
