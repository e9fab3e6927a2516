"""Tenants, their agreements and their contacts."""

from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from sla.terms import CONTACTS_PER_TENANT
from storage import Base, Moment, Sought
from tenants.installation_models import Environment
from tenants.product_models import Product

LANGUAGES = ("nl", "en")


class Tenant(Sought, Base):
    """One customer's subscription to one product."""

    __tablename__ = "tenant"
    in_feeds: ClassVar[bool] = True
    sought_in: ClassVar[tuple[str, ...]] = ("name", "slug")
    # Its number stays on record for good: it is never given to another.
    __table_args__ = {"sqlite_autoincrement": True}  # noqa: RUF012 - SQLAlchemy reads it once

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(160))
    locale: Mapped[str] = mapped_column(String(2), default="nl")
    # Empty: the product's.
    timezone: Mapped[str] = mapped_column(String(60), default="")
    # Addresses and networks, one a line; empty: no limit (SLA 2.3).
    ip_allowlist: Mapped[str] = mapped_column(Text, default="")
    joined_at: Mapped[Moment]
    # Taken over from another administration: what had passed then is history, not ours to answer for.
    imported: Mapped[bool] = mapped_column(default=False)

    product: Mapped[Product] = relationship()
    agreement: Mapped["Agreement | None"] = relationship(cascade="all, delete-orphan", lazy="joined")
    contacts: Mapped[list["Contact"]] = relationship(cascade="all, delete-orphan", order_by="Contact.slot")
    environments: Mapped[list[Environment]] = relationship(cascade="all, delete-orphan", order_by="Environment.kind")


class Agreement(Base):
    """Where a tenant's signed agreement differs from the SLA: it goes before it, looser or stricter (SLA 0)."""

    __tablename__ = "agreement"

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    acceptance_notice: Mapped[str | None] = mapped_column(String(20))
    production_notice: Mapped[str | None] = mapped_column(String(20))
    maintenance_notice: Mapped[str | None] = mapped_column(String(20))


class Contact(Sought, Base):
    """A person whom a tenant appointed, at most three (SLA 4.1)."""

    __tablename__ = "contact"
    sought_in: ClassVar[tuple[str, ...]] = ("name", "email")
    __table_args__ = (
        UniqueConstraint("tenant_id", "slot"),
        UniqueConstraint("tenant_id", "email"),
        CheckConstraint(f"slot BETWEEN 1 AND {CONTACTS_PER_TENANT}", name="three_at_most"),
        # Mails name their contact by its id; SQLite would give that of a removed contact to the next one.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    slot: Mapped[int]
    name: Mapped[str] = mapped_column(String(160))
    email: Mapped[str] = mapped_column(String(254), index=True)
    phone: Mapped[str] = mapped_column(String(40), default="")
    locale: Mapped[str] = mapped_column(String(2), default="nl")
    # When the contact was told of what had been announced before it was appointed; the tick sees to it.
    caught_up_at: Mapped[Moment | None] = mapped_column(index=True)
    # When this reader asked for no more newsletters; notices of the contract cannot be switched off.
    unsubscribed_at: Mapped[Moment | None]

    tenant: Mapped[Tenant] = relationship(back_populates="contacts")
