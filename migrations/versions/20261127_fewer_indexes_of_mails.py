"""Keep in an index only those mails that have ended and are not settled, and none by the end of its lease."""

import sqlalchemy as sa
from alembic import op

revision = "a84c0e5f2b17"
down_revision = "3d9b6a51c0f4"
branch_labels = None
depends_on = None

COLUMNS = ["state", "announcement_id", "tenant_id"]
NOT_SETTLED = sa.text("settled_at IS NULL")
ENDED = sa.text("settled_at IS NULL AND state IN ('sent', 'failed', 'expired', 'cancelled')")


def upgrade() -> None:
    op.drop_index("ix_outbox_message_leased", "outbox_message")
    op.drop_index("ix_outbox_message_unsettled", "outbox_message")
    _create_unsettled(ENDED)


def downgrade() -> None:
    op.drop_index("ix_outbox_message_unsettled", "outbox_message")
    _create_unsettled(NOT_SETTLED)
    op.create_index("ix_outbox_message_leased", "outbox_message", ["lease_until"])


def _create_unsettled(rows: sa.TextClause) -> None:
    op.create_index("ix_outbox_message_unsettled", "outbox_message", COLUMNS, sqlite_where=rows, postgresql_where=rows)
