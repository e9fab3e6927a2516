"""Whose a page is: of one product it bears that one's name, over all products the vendor's.

With more than one product, the one that a reader walks through stays in the addresses of the vendor's pages.
"""

from email.utils import parseaddr
from typing import Any, NamedTuple

from flask import current_app, g, request
from flask_babel import gettext as _
from flask_security import current_user

from evidence.actors import Role
from tenants.models import Product
from tenants.queries import product_names, products

# What names a thing in an address that has a product of its own.
OF_A_PRODUCT = frozenset(
    ("release_id", "wave_id", "window_id", "bulletin_id", "notice_id", "asked_id", "freeze_id", "slug")
)
# The sender's name while nobody has set one.
_NOBODYS = "Announcements"


class Known(NamedTuple):
    """A product in plain values, which nothing that is rolled back can take away."""

    slug: str
    name: str
    timezone: str


def is_of_vendor() -> bool:
    """Whether the reader is signed in as one of the vendor's people."""
    return bool(current_user.is_authenticated and current_user.role is not Role.CONTACT)


def vendor_name() -> str:
    """The name that the vendor's mails bear; while none is set, what this is about."""
    name, _address = parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])
    return name if name not in {"", _NOBODYS} else _("Announcements")


def page_of(product: Product | None = None) -> dict[str, Any]:
    """What a page shows of whose it is: its ``product``, and the ``zone`` of its times. Without one it is over all.

    Then the zone is that of the product that the reader walks through, else of the first by name.
    """
    if product is not None:
        return {"product": product, "zone": product.timezone}
    return {"product": only_product(), "zone": zone_over_all()}


def only_product() -> Product | None:
    """The only product there is; None where there are more, and for whoever is not of the vendor's people."""
    found = all_products() if is_of_vendor() else []
    return found[0] if len(found) == 1 else None


def all_products() -> list[Product]:
    """All products by name, which the rest of the page knows then."""
    found = products()
    g.known_products = [Known(one.slug, one.name, one.timezone) for one in found]
    return found


def known_products() -> list[Known]:
    """The same, read once a request at most."""
    if "known_products" not in g:
        g.known_products = [Known(*row) for row in product_names()]
    known: list[Known] = g.known_products
    return known


def product_kept() -> str | None:
    """The product that stays in addresses; None where there is only one, or none is chosen."""
    if "product_kept" not in g:
        asked = request.args.get("product") if is_of_vendor() else None
        several = known_products() if asked else []
        g.product_kept = asked if len(several) > 1 and asked in {one.slug for one in several} else None
    kept: str | None = g.product_kept
    return kept


def keep_product(product: Product | None) -> None:
    """Keep the product of the page that is shown, for the ways that lead on from it."""
    if product is not None and product.slug and len(known_products()) > 1:
        g.product_kept = product.slug


def product_in_band() -> str | None:
    """The product whose settings the band leads to: the one kept, else the first by name; None without any."""
    return product_kept() or next((one.slug for one in known_products()), None)


def in_addresses(_endpoint: str, values: dict[str, Any]) -> None:
    """Lay the product that is kept into the address of a page that has none of its own."""
    if not OF_A_PRODUCT & values.keys() and (kept := product_kept()):
        values.setdefault("product", kept)


def zone_over_all() -> str:
    """The zone of the times on a page over all products."""
    chosen = product_in_band()
    return next((one.timezone for one in known_products() if one.slug == chosen), "Europe/Amsterdam")
