"""In which language it was written down what was said in a call.

Revision ID: 93d0b7e6c2f8
Revises: 5d2f8a61b7c4
"""

import sqlalchemy as sa
from alembic import op

revision = "93d0b7e6c2f8"
down_revision = "5d2f8a61b7c4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("bulletin_call", sa.Column("language", sa.String(length=2), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("bulletin_call", "language")
