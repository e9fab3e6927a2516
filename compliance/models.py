"""Rows about promises after the fact."""

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage import Base, Moment, choice
from tenants.models import EnvironmentKind, Product, Tenant


class Outage(Base):
    """A time in which an environment was not available, unplanned (SLA 3.1)."""

    __tablename__ = "outage"
    __table_args__ = (
        UniqueConstraint("product_id", "environment", "starts_at", "cause"),
        CheckConstraint("starts_at < ends_at", name="starts_first"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    environment: Mapped[EnvironmentKind] = mapped_column(choice(EnvironmentKind))
    starts_at: Mapped[Moment]
    ends_at: Mapped[Moment]
    cause: Mapped[str] = mapped_column(String(300))
    # False: only the tenants named in outage_tenant.
    all_tenants: Mapped[bool] = mapped_column(default=True)

    product: Mapped[Product] = relationship()
    tenants: Mapped[list[Tenant]] = relationship(secondary="outage_tenant", order_by=Tenant.name)


class OutageTenant(Base):
    __tablename__ = "outage_tenant"

    outage_id: Mapped[int] = mapped_column(ForeignKey("outage.id", ondelete="CASCADE"), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
