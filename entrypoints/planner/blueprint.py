"""The vendor's pages, behind one guard."""

from typing import Any

from flask import Blueprint

from entrypoints.guards import only_vendor
from entrypoints.whose_page import in_addresses, keep_product, known_products, product_in_band, product_kept

# What kind of update an address is about.
UPDATES = "any(acceptance, production):kind"

planner = Blueprint("planner", __name__, url_prefix="/planner")
planner.before_request(only_vendor)
planner.url_defaults(in_addresses)


@planner.app_context_processor
def product_walked_through() -> dict[str, Any]:
    """Templates lay the product that is kept into forms that change the address, and into the band."""
    return {one.__name__: one for one in (keep_product, known_products, product_in_band, product_kept)}
