"""What was announced by hand, as it is asked for: a query, of which a page is read."""

from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from announcements.models import Bulletin, BulletinKind
from tenants.models import Product


def bulletins_asked(product: Product | None, kind: BulletinKind | None) -> Select[Bulletin]:
    """Select bulletins, the newest first; of a product, of a kind, where that is asked."""
    query = select(Bulletin).options(joinedload(Bulletin.product))
    if product is not None:
        query = query.where(Bulletin.product_id == product.id)
    if kind is not None:
        query = query.where(Bulletin.kind == kind)
    return query.order_by(Bulletin.created_at.desc(), Bulletin.id.desc())
