"""Keep the rows of the outbox that wait in the order in which they are sent."""

import sqlalchemy as sa
from alembic import op

revision = "5d0e7c31a9f2"
down_revision = "faf0a2cc75d0"
branch_labels = None
depends_on = None

COLUMNS = ["urgent", "not_after", "id"]
QUEUED = sa.text("state = 'queued'")
PERSONAL = sa.text("state = 'queued' AND announcement_id IS NULL")


def upgrade() -> None:
    op.create_index(
        "ix_outbox_message_queued", "outbox_message", COLUMNS, sqlite_where=QUEUED, postgresql_where=QUEUED
    )
    op.create_index(
        "ix_outbox_message_personal", "outbox_message", COLUMNS, sqlite_where=PERSONAL, postgresql_where=PERSONAL
    )


def downgrade() -> None:
    op.drop_index("ix_outbox_message_personal", "outbox_message")
    op.drop_index("ix_outbox_message_queued", "outbox_message")
