"""The rows of the evidence: nothing in them is ever changed or removed."""

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage import Base, Moment


class Entry(Base):
    """One thing that happened. It carries the hash of the one before it, so that the past cannot be rewritten.

    Personal data is not in it: ids and hashes only, of rows that can be erased. Triggers refuse change, removal and
    replacement; see the migration that made the table.
    """

    __tablename__ = "evidence_entry"
    __table_args__ = (Index("ix_evidence_entry_tenant", "tenant_id", "id"),)

    # Without gaps, from 1: what is missing shows.
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    happened_at: Mapped[Moment]
    actor: Mapped[str] = mapped_column(String(254))
    kind: Mapped[str] = mapped_column(String(40))
    tenant_id: Mapped[int | None]
    # JSON with sorted keys: the very text that was hashed.
    facts: Mapped[str] = mapped_column(Text)
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
