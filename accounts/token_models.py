"""Rows about programs: the tokens they come in by, the answers they got, how much they asked."""

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from evidence.actors import Role
from storage import Base, Moment, choice
from storage.indexes import partial_index
from tenants.models import Tenant


class ApiToken(Base):
    """What a program shows instead of a password. The database has its hash only; it is shown once."""

    __tablename__ = "api_token"
    __table_args__ = (
        # Records name a token: two that are in use at once must not look the same there.
        partial_index("uq_api_token_name", "name", unique=True, rows="revoked_at IS NULL"),
        CheckConstraint("(role = 'contact') = (tenant_id IS NOT NULL)", name="contact_of_a_tenant"),
        # What was asked and answered with it must never become another one's.
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    role: Mapped[Role] = mapped_column(choice(Role))
    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[Moment]
    created_by: Mapped[str] = mapped_column(String(254))
    # To the minute.
    last_used_at: Mapped[Moment | None]
    revoked_at: Mapped[Moment | None]
    revoked_by: Mapped[str] = mapped_column(String(254), default="")

    tenant: Mapped[Tenant | None] = relationship()


class KeptAnswer(Base):
    """The answer to a request that named an Idempotency-Key. It is made in the transaction that does the work.

    Without a status the work was done, and its answer is not written down yet, or never will be.
    """

    __tablename__ = "kept_answer"
    __table_args__ = (Index("ix_kept_answer_made", "made_at"),)

    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    # Of method, address and body: the same key for something else is a mistake.
    request_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[Moment]
    status: Mapped[int | None]
    # As they were sent: JSON of the few headers that belong to the answer.
    headers: Mapped[str] = mapped_column(String(2000), default="{}")
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


class TokenPace(Base):
    """How many requests a token has made in the minute that runs: one row a token, whichever process counts."""

    __tablename__ = "token_pace"

    token_id: Mapped[int] = mapped_column(
        ForeignKey("api_token.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    # Minutes since 1970.
    minute: Mapped[int] = mapped_column(BigInteger)
    used: Mapped[int]
