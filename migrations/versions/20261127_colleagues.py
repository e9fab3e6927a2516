"""When a person came in last.

Revision ID: e3a7c05d18b2
Revises: e4b71c9d3a60
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "e3a7c05d18b2"
down_revision = "e4b71c9d3a60"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("user_account", sa.Column("signed_in_at", storage.types.UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("user_account", "signed_in_at")
