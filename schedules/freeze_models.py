"""Rows about days on which no change is wanted."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from schedules.models import Reasoned
from storage import Base, Moment
from tenants.models import Product


class Freeze(Reasoned, Base):
    """Days of a product on which planners would rather change nothing; both ends count, on the product's clock.

    A wish, not a promise: no clause forbids a change then, so planning on one is warned of and not refused.
    """

    __tablename__ = "freeze"
    __table_args__ = (
        CheckConstraint("until_on >= from_on", name="from_first"),
        # Pressed twice, it is one; pages look by product and day.
        UniqueConstraint("product_id", "until_on", "from_on"),
        # The evidence names it by its number, which is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"))
    from_on: Mapped[date]
    until_on: Mapped[date]
    created_by: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[Moment]

    product: Mapped[Product] = relationship()
