"""What a person announces by hand, to whom, and who was called."""

from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from storage import Base, Moment, Sought, choice
from storage.indexes import partial_index
from tenants.models import Product, Tenant


class BulletinKind(StrEnum):
    """What a person announces by hand, beside what follows from a plan."""

    URGENT = "urgent"  # an incident or an urgent patch (SLA 4.1)
    NEWSLETTER = "newsletter"  # SLA 5.4
    TERMS = "terms"  # changed conditions, told before they take effect (SLA 6.1)


class Bulletin(Sought, Base):
    """What a person wrote to the contacts of a product, or of some of its tenants."""

    __tablename__ = "bulletin"
    __table_args__ = (
        CheckConstraint("(kind = 'terms') = (effective_on IS NOT NULL)", name="terms_take_effect"),
        # What still has to be put into the outbox.
        partial_index("ix_bulletin_not_written", "id", rows="written_at IS NULL AND announced_at IS NOT NULL"),
        {"sqlite_autoincrement": True},
    )
    in_feeds: ClassVar[bool] = True
    sought_in: ClassVar[tuple[str, ...]] = ("subject_nl", "subject_en")

    id: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    kind: Mapped[BulletinKind] = mapped_column(choice(BulletinKind))
    subject_nl: Mapped[str] = mapped_column(String(200))
    subject_en: Mapped[str] = mapped_column(String(200))
    markdown_nl: Mapped[str] = mapped_column(Text)
    markdown_en: Mapped[str] = mapped_column(Text)
    # Of changed terms: the document's name or address, and the day it takes effect.
    document: Mapped[str] = mapped_column(String(300), default="")
    effective_on: Mapped[date | None]
    # False: only the tenants named in bulletin_tenant. Once announced, that names all to whom it went.
    all_tenants: Mapped[bool] = mapped_column(default=True)
    written_by: Mapped[str] = mapped_column(String(254))
    created_at: Mapped[Moment]
    # When a person let it leave; nothing in it changes after that.
    announced_at: Mapped[Moment | None]
    # When it went into the outbox: a pass of the clock after that.
    written_at: Mapped[Moment | None]
    # Of an urgent one: when every tenant had been reached. Of terms: when their day came, all having been told.
    closed_at: Mapped[Moment | None]
    # Rises with every change to a draft, so that nobody announces other words than were read.
    revision: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    announced_by: Mapped[str] = mapped_column(String(254), default="", server_default="")
    closed_by: Mapped[str] = mapped_column(String(254), default="", server_default="")
    # A draft that is not to be announced any more: it stays, so that what was promised and not told can be seen.
    dropped_at: Mapped[Moment | None]
    dropped_by: Mapped[str] = mapped_column(String(254), default="", server_default="")
    # Of changed terms: when the day came and not everybody had been told.
    missed_at: Mapped[Moment | None]
    # The first word about the same matter, to which this is a later one.
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("bulletin.id"), index=True)
    # Of changed terms: the product's plan revision up to which those who joined since have been looked for.
    kept_revision: Mapped[int] = mapped_column(default=0, server_default=text("0"))

    product: Mapped[Product] = relationship()
    follows: Mapped["Bulletin | None"] = relationship(remote_side="Bulletin.id")
    tenants: Mapped[list[Tenant]] = relationship(secondary="bulletin_tenant", order_by=Tenant.name)

    @property
    def effective_at(self) -> datetime | None:
        """The first moment of the day on which changed terms take effect, on the product's clock."""
        if self.effective_on is None:
            return None
        return datetime.combine(self.effective_on, time(), self.product.zone).astimezone(UTC)

    @property
    def is_draft(self) -> bool:
        return self.announced_at is None and self.dropped_at is None

    def subject(self, language: str) -> str:
        return self.subject_en if language == "en" else self.subject_nl

    def markdown(self, language: str) -> str:
        return self.markdown_en if language == "en" else self.markdown_nl


class BulletinTenant(Base):
    __tablename__ = "bulletin_tenant"
    in_feeds: ClassVar[bool] = True

    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id", ondelete="CASCADE"), primary_key=True)
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), primary_key=True)
    # It joined after the others had been told, and before changed terms took effect.
    joined_late: Mapped[bool] = mapped_column(default=False, server_default=false())


class CallState(StrEnum):
    """What came of calling somebody."""

    TO_CALL = "to_call"
    REACHED = "reached"
    NO_ANSWER = "no_answer"
    WRONG_NUMBER = "wrong_number"


class BulletinCall(Base):
    """Somebody to be called about an urgent bulletin, and what came of it (SLA 4.1).

    Name and number are those of the moment: a contact that is removed later was called all the same.
    """

    __tablename__ = "bulletin_call"
    __table_args__ = (
        UniqueConstraint("bulletin_id", "contact_id"),
        Index("ix_bulletin_call_tenant", "tenant_id"),
        # Its number stays on record for good: it is never given to another.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    bulletin_id: Mapped[int] = mapped_column(ForeignKey("bulletin.id", ondelete="CASCADE"))
    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"))
    # Empty: somebody who is no contact, called because there was nobody else.
    contact_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(160))
    phone: Mapped[str] = mapped_column(String(40), default="")
    state: Mapped[CallState] = mapped_column(choice(CallState), default=CallState.TO_CALL)
    outcome: Mapped[str] = mapped_column(Text, default="")
    # In which the outcome was written down; empty where that is not known.
    language: Mapped[str] = mapped_column(String(2), default="")
    called_by: Mapped[str] = mapped_column(String(254), default="")
    called_at: Mapped[Moment | None]
