"""Which products an export is about, and how their moments are written."""

from datetime import UTC, datetime

from sqlalchemy import select

from entrypoints.imports.findings import Unusable, shown
from sla.periods import typed_moment
from storage import db
from tenants.models import Product


def products_of(only: str | None) -> dict[int, Product]:
    """Return the products by id, all or the one that is named. Raises Unusable where it is not there."""
    found = {
        product.id: product
        for product in db.session.scalars(select(Product).order_by(Product.slug))
        if only in {None, product.slug}
    }
    if only is not None and not found:
        raise Unusable(f"there is no product {shown(only)}.")
    return found


def local_text(moment: datetime | None, product: Product) -> str:
    """A moment on the product's clock as the imports read it: 2027-03-15T06:00; empty for none.

    The second of two equal times, when the clock goes back, carries its offset; so it is no other moment when read.
    """
    if moment is None:
        return ""
    local = moment.astimezone(product.zone)
    plain = local.replace(tzinfo=None, fold=0)
    exact = "auto" if local.second or local.microsecond else "minutes"
    if typed_moment(plain, product.zone) != moment.astimezone(UTC):
        return local.isoformat(timespec=exact)
    return plain.isoformat(timespec=exact)
