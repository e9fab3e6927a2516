"""`flask products create` and `flask users create`."""

from datetime import UTC, datetime
from typing import Any

import click
from click.core import ParameterSource
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import select

from accounts.people import create_user, sign_in_link
from entrypoints.commands.answers import in_english
from entrypoints.imports.findings import shown
from evidence.actors import COMMAND_LINE, Role
from storage import Refused, db
from tenants.models import REMINDERS, Tenant
from tenants.products import ProductFacts, create_product

products = AppGroup("products", help="The vendor's products.")
users = AppGroup("users", help="People who sign in.")
PLAIN = ProductFacts(name="")


@products.command("create")
@click.argument("slug")
@click.option("--name", required=True, help="What customers call it.")
@click.option("--timezone", default=PLAIN.timezone, show_default=True, help="Times are planned and shown in it.")
@click.option("--help-desk-email", default="", help="Stands in every mail.")
@click.option("--help-desk-phone", default="", help="Stands in every mail.")
@click.option("--help-desk-hours", default="", help="When the telephone is answered, for readers of both languages.")
@click.option("--help-desk-hours-nl", default="", help="For readers of Dutch.")
@click.option("--help-desk-hours-en", default="", help="For readers of English.")
@click.option("--report-prefixes", default="", help="How numbers of reports begin, such as INC-.")
@click.option("--report-address", default="", help="Where one is read, such as https://desk.example.com/{number}.")
@click.option("--test-period", default=PLAIN.test_period, show_default=True, help="Between acceptance and production.")
@click.option("--announce-ahead", default=PLAIN.announce_ahead, show_default=True, help="Mail that long ahead.")
@click.option("--update-minutes", default=PLAIN.update_minutes, show_default=True, help="How long an update takes.")
@click.option(
    "--remind-before",
    type=click.Choice(REMINDERS),
    multiple=True,
    default=PLAIN.remind_before,
    show_default=True,
    help="Remind everybody that long before a change; say it again for another.",
)
@click.option("--no-reminders", is_flag=True, help="Nobody is reminded.")
@click.option("--tells-start/--no-tells-start", default=True, show_default=True, help="Mail when maintenance starts.")
@click.option("--tells-longer/--no-tells-longer", default=True, show_default=True, help="When it takes longer.")
@click.option("--tells-done/--no-tells-done", default=True, show_default=True, help="And when it is done.")
@click.option("--restart-when-postponed", is_flag=True, help="A postponement asks for the full notice again.")
@click.option("--public-calendar", is_flag=True, help="Release dates may be followed by everybody.")
@click.option(
    "--holidays-of", default=PLAIN.holidays_of, show_default=True, help="Whose holidays planners see, such as DE-BY."
)
@click.option("--needs-approval", is_flag=True, help="A second person approves what is announced.")
def create_product_command(slug: str, *, no_reminders: bool, help_desk_hours: str, **facts: Any) -> None:
    """Make a product with the SLA's terms; SLUG is its name in addresses and in files to import."""
    chosen = click.get_current_context().get_parameter_source("remind_before") is not ParameterSource.DEFAULT
    if no_reminders and chosen:
        raise click.UsageError("--remind-before and --no-reminders exclude each other.")
    with in_english():
        said = facts | ({"remind_before": ()} if no_reminders else {})
        for one in ("help_desk_hours_nl", "help_desk_hours_en"):
            said[one] = said[one] or help_desk_hours
        product = create_product(slug, ProductFacts(**said), COMMAND_LINE)
        click.echo(f"{product.name} is there. Its releases and tenants can be imported as product {product.slug}.")


@users.command("create")
@click.argument("email")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--tenant", help="The tenant of a contact, by its slug.")
def create_user_command(email: str, role: str, tenant: str | None) -> None:
    """Make an account, or find the one there is, and print a link to choose a password; it works once."""
    with in_english():
        user = create_user(email, Role(role), COMMAND_LINE, datetime.now(UTC), tenant=tenant_named(tenant))
        # Addresses are made as for a page; the link itself starts with BASE_URL.
        with current_app.test_request_context():
            click.echo(sign_in_link(user))


def tenant_named(slug: str | None) -> Tenant | None:
    """The tenant that an option names, None where it is left out. Raises Refused where there is none."""
    if slug is None:
        return None
    tenant = db.session.scalars(select(Tenant).where(Tenant.slug == slug)).one_or_none()
    if tenant is None:
        raise Refused("tenant", f"there is no tenant {shown(slug)}.")
    return tenant


def set_up(app: Flask) -> None:
    app.cli.add_command(products)
    app.cli.add_command(users)
