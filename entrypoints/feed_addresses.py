"""The addresses of feeds as pages show them."""

from flask import current_app

from tenants.feed_tokens import FeedOwner, current
from tenants.models import LANGUAGES, Product


def secret_address(owner_id: int, kind: FeedOwner, rest: str = ".ics") -> str | None:
    """Return the address of an owner's feed; None where it has none, or it must be given anew."""
    token = current(current_app.config["FEED_KEY"], owner_id, kind)
    return f"{current_app.config['BASE_URL']}/feeds/{token}{rest}" if token else None


def public_addresses(product: Product) -> dict[str, str]:
    """Return the addresses of a product's public calendar by language."""
    base_url = current_app.config["BASE_URL"]
    return {language: f"{base_url}/feeds/products/{product.slug}/{language}.ics" for language in LANGUAGES}
