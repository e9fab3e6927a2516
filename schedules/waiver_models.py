"""Promises that a person let pass."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from schedules.reasoned import Reasoned
from schedules.reasons import Reason
from sla.breaches import Breach
from storage import Base, Moment
from tenants.models import Tenant


class Waiver(Reasoned, Base):
    """A promise that a person let pass, with the reason; it stays visible."""

    __tablename__ = "waiver"
    __table_args__ = (CheckConstraint("(release_id IS NULL) <> (maintenance_id IS NULL)", name="one_change"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int | None] = mapped_column(ForeignKey("release.id"), index=True)
    maintenance_id: Mapped[int | None] = mapped_column(ForeignKey("maintenance_window.id"), index=True)
    # Where it was let pass for one tenant alone.
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    rule: Mapped[str] = mapped_column(String(40))
    clause: Mapped[str] = mapped_column(String(60))
    given: Mapped[str] = mapped_column(String(60))
    required: Mapped[str] = mapped_column(String(60))
    # Customers read it where a notice comes late.
    reason_nl: Mapped[str] = mapped_column(Text)
    reason_en: Mapped[str] = mapped_column(Text)
    waived_by: Mapped[str] = mapped_column(String(254))
    waived_at: Mapped[Moment]

    tenant: Mapped[Tenant | None] = relationship()

    @classmethod
    def of(cls, breach: Breach, reason: Reason, by: str, now: datetime, tenant_id: int | None = None) -> "Waiver":
        return cls(
            tenant_id=tenant_id,
            rule=breach.rule.value,
            clause=breach.clause,
            given=breach.given,
            required=breach.required,
            reason_nl=reason.nl,
            reason_en=reason.en,
            waived_by=by,
            waived_at=now,
        )
