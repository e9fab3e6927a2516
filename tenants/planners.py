"""Planners of a product go one at a time, and the tick hears of what they changed."""

from sqlalchemy import select, update

from storage import db
from tenants.models import Product


def plans_changed(product_id: int) -> None:
    """Note, in the running transaction, that duties of this product may have to be made or moved."""
    db.session.execute(update(Product).where(Product.id == product_id).values(plan_revision=Product.plan_revision + 1))


def wait_for_other_planners(product_id: int) -> None:
    """Let one planner of a product go at a time; the constraints in the database stand behind it."""
    # Not the strongest lock: that would stop whoever writes a row that refers to the product, and holds what we want.
    db.session.execute(select(Product.id).where(Product.id == product_id).with_for_update(key_share=True))
