"""Dates of one tenant that were called off, terms told to who joined late, and what is still to be put into the outbox.

Letters of notices get the name of what they rest on, so that those which wait are taken back when their plan changes.
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "b7c41e90d5a3"
down_revision = "7606add2c068"
branch_labels = None
depends_on = None

NOT_WRITTEN = sa.text("written_at IS NULL")
NOT_LEFT = sa.text("written_at IS NULL AND announced_at IS NOT NULL")
NOTICES = "SELECT id FROM announcement WHERE kind IN ('acceptance', 'production', 'maintenance')"


def moment(name: str) -> sa.Column:
    return sa.Column(name, storage.types.UTCDateTime(timezone=True), nullable=True)


def upgrade() -> None:
    with op.batch_alter_table("rollout") as batch_op:
        batch_op.add_column(moment("cancelled_at"))
        batch_op.add_column(sa.Column("cancelled_by", sa.String(254), server_default="", nullable=False))
    with op.batch_alter_table("bulletin_tenant") as batch_op:
        batch_op.add_column(sa.Column("joined_late", sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table("bulletin") as batch_op:
        batch_op.add_column(sa.Column("kept_revision", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(moment("written_at"))
        batch_op.create_index(
            "ix_bulletin_not_written", ["id"], sqlite_where=NOT_LEFT, postgresql_where=NOT_LEFT
        )
    with op.batch_alter_table("approval") as batch_op:
        batch_op.add_column(moment("written_at"))
        batch_op.create_index(
            "ix_approval_not_written", ["id"], sqlite_where=NOT_WRITTEN, postgresql_where=NOT_WRITTEN
        )
    op.execute("UPDATE approval SET written_at = approved_at")
    op.execute("UPDATE bulletin SET written_at = announced_at")
    op.execute(
        "UPDATE letter SET holds_while = (SELECT CASE WHEN release_id IS NOT NULL THEN 'release-' || release_id || '/' "
        "|| kind ELSE 'maintenance-' || maintenance_id END || '@' || plan_revision FROM announcement "
        f"WHERE announcement.id = letter.announcement_id) WHERE announcement_id IN ({NOTICES})"  # noqa: S608
    )


def downgrade() -> None:
    op.execute(f"UPDATE letter SET holds_while = '' WHERE announcement_id IN ({NOTICES})")  # noqa: S608
    # What was let leave and is not written yet must be let leave once more: nobody would mail it.
    op.execute("UPDATE bulletin SET announced_at = NULL WHERE written_at IS NULL")
    op.execute("DELETE FROM approval WHERE written_at IS NULL")
    with op.batch_alter_table("approval") as batch_op:
        batch_op.drop_index("ix_approval_not_written")
        batch_op.drop_column("written_at")
    with op.batch_alter_table("bulletin") as batch_op:
        batch_op.drop_index("ix_bulletin_not_written")
        batch_op.drop_column("written_at")
        batch_op.drop_column("kept_revision")
    with op.batch_alter_table("bulletin_tenant") as batch_op:
        batch_op.drop_column("joined_late")
    with op.batch_alter_table("rollout") as batch_op:
        batch_op.drop_column("cancelled_by")
        batch_op.drop_column("cancelled_at")
