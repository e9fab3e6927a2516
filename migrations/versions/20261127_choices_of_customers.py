"""Customers' choices of a date leave what was approved for everybody else as it was.

Revision ID: c61e0a7d93b4
Revises: b05d7c2e91f8
"""

import sqlalchemy as sa
from alembic import op

revision = "c61e0a7d93b4"
down_revision = "b05d7c2e91f8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("release", sa.Column("choices", sa.Integer(), server_default="0", nullable=False))


def downgrade() -> None:
    op.drop_column("release", "choices")
