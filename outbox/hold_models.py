"""How far the outbox has come, and when it was held."""

from sqlalchemy import String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from storage import Base, Moment


class OutboxCount(Base):
    """How far the outbox has come; a copy of it is kept outside, so that a restored database shows itself."""

    __tablename__ = "outbox_count"

    # One row.
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    # Tells this database from another in the same folder.
    identity: Mapped[str] = mapped_column(String(32))
    # Rises when a person releases an outbox that was held: older copies outside are out of date then.
    generation: Mapped[int] = mapped_column(default=1)
    # Rises with every pass that sent something.
    passes: Mapped[int] = mapped_column(default=0)


class OutboxHold(Base):
    """A time in which nothing was sent: the database had been restored, or a person wanted it so."""

    __tablename__ = "outbox_hold"
    __table_args__ = (
        # One at a time.
        UniqueConstraint("present"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    # True, or nothing once it was released: databases take any number of nothings in a unique column.
    present: Mapped[bool | None] = mapped_column(default=True)
    since: Mapped[Moment]
    why: Mapped[str] = mapped_column(Text)
    held_by: Mapped[str] = mapped_column(String(254))
    # The last moment that the restored database knows of: what was sent after it is unknown to it.
    back_to: Mapped[Moment]
    # When the waiting rows were last compared with the journal, and how many were found in it so far.
    compared_at: Mapped[Moment | None]
    proven: Mapped[int] = mapped_column(default=0)
    released_at: Mapped[Moment | None]
    released_by: Mapped[str | None] = mapped_column(String(254))
