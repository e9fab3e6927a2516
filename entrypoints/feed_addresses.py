"""The addresses of feeds as pages show them."""

from flask import current_app
from flask_babel import gettext as _

from tenants.feed_tokens import FeedOwner, current
from tenants.models import LANGUAGES, Product, Tenant


def secret_address(owner_id: int, kind: FeedOwner, rest: str = ".ics") -> str | None:
    """Return the address of an owner's feed; None where it has none, or it must be given anew."""
    token = current(current_app.config["FEED_KEY"], owner_id, kind)
    return f"{current_app.config['BASE_URL']}/feeds/{token}{rest}" if token else None


def public_addresses(product: Product) -> dict[str, str]:
    """Return the addresses of a product's public calendar by language."""
    base_url = current_app.config["BASE_URL"]
    return {language: f"{base_url}/feeds/products/{product.slug}/{language}.ics" for language in LANGUAGES}


def said_of_new_address(*, is_first: bool) -> str:
    """What to say to somebody who was given an address of its own, the first one or another."""
    if is_first:
        return _("This address is yours alone.")
    return _("Your calendar has a new address. The one that you had before answers for two more weeks.")


def addresses_of(tenant: Tenant) -> dict[str, str] | None:
    """Return a tenant's secret addresses: of its calendar, its maintenance for programs and its news.

    None where it has none, or they must be given anew.
    """
    people = secret_address(tenant.id, FeedOwner.TENANT)
    if people is None:
        return None
    start = people.removesuffix(".ics")
    return {
        "people": people,
        # Opens the calendar program of whoever follows it.
        "webcal": f"webcal://{people.partition('://')[2]}",
        "maintnote": f"{start}/maintenance.ics",
        "news": f"{start}.atom",
    }
