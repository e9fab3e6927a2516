"""Rows about calendar feeds: their secret addresses, and their bytes as they were made last."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage import Base, Moment
from storage.indexes import partial_index


def _one_current(owner: str) -> Index:
    """An owner has one address that is not on its way out."""
    return partial_index(f"uq_feed_token_current_{owner}", f"{owner}_id", rows="ends_at IS NULL", unique=True)


class FeedToken(Base):
    """A secret calendar address, of a tenant, of one of its contacts, or of a person of the vendor.

    It is derived from a key outside the database, which holds its hash only. The row outlives its owner: an address
    that was given out once is gone for good, which is something else than unknown.
    """

    __tablename__ = "feed_token"
    __table_args__ = (
        CheckConstraint(
            "NOT (tenant_id IS NOT NULL AND contact_id IS NOT NULL)"
            " AND NOT (tenant_id IS NOT NULL AND user_id IS NOT NULL)"
            " AND NOT (contact_id IS NOT NULL AND user_id IS NOT NULL)",
            name="one_owner",
        ),
        UniqueConstraint("tenant_id", "generation"),
        UniqueConstraint("contact_id", "generation"),
        UniqueConstraint("user_id", "generation"),
        _one_current("tenant"),
        _one_current("contact"),
        _one_current("user"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id", ondelete="SET NULL"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    generation: Mapped[int] = mapped_column(default=1)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Moment]
    # From when it is gone: some time after another one took its place, or at once. None: it is the one in use.
    ends_at: Mapped[Moment | None]


class KeptFeed(Base):
    """The bytes of a feed, kept for as long as they would be made the same."""

    __tablename__ = "kept_feed"

    # The feed's path, with the hash of the token in the place of the token.
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    # Whose data it holds: it goes with them.
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id", ondelete="CASCADE"), index=True)
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    # Of what it was made; where that is something else now, it is stale.
    made_of: Mapped[str] = mapped_column(String(120))
    tag: Mapped[str] = mapped_column(String(32))
    # When these bytes took the place of others.
    modified_at: Mapped[Moment]
    plain: Mapped[bytes] = mapped_column(LargeBinary)
    zipped: Mapped[bytes] = mapped_column(LargeBinary)
