"""Beside a customer's question for another date, the one that the customer had been told.

Revision ID: 6c9e20d4a51b
Revises: c61e0a7d93b4
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "6c9e20d4a51b"
down_revision = "c61e0a7d93b4"
branch_labels = None
depends_on = None

# What was announced last before each question.
TOLD = """
UPDATE date_request SET told_date = (
    SELECT notice.planned_at FROM notice
    WHERE notice.release_id = date_request.release_id
      AND notice.tenant_id = date_request.tenant_id
      AND notice.kind = date_request.kind
      AND notice.announced_at <= date_request.asked_at
    ORDER BY notice.revision DESC LIMIT 1
)
"""


def upgrade() -> None:
    with op.batch_alter_table("date_request", schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.add_column(sa.Column("told_date", storage.types.UTCDateTime(timezone=True), nullable=True))
    op.execute(TOLD)


def downgrade() -> None:
    with op.batch_alter_table("date_request", schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column("told_date")
