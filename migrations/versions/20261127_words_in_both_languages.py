"""What customers read in both languages: why a promise is let pass, and when the help desk is reached.

Revision ID: e4b71c9d3a60
Revises: 6c9e20d4a51b
"""

import sqlalchemy as sa
from alembic import op

revision = "e4b71c9d3a60"
down_revision = "6c9e20d4a51b"
branch_labels = None
depends_on = None

TEXTS = {"waiver": ("reason", sa.Text()), "product": ("help_desk_hours", sa.String(length=40))}


def upgrade() -> None:
    for name, (text, kind) in TEXTS.items():
        # What there is was read by everybody, whatever their language.
        op.execute(f"ALTER TABLE {name} RENAME COLUMN {text} TO {text}_nl")
        op.add_column(name, sa.Column(f"{text}_en", kind, server_default="", nullable=False))
        op.execute(f"UPDATE {name} SET {text}_en = {text}_nl")


def downgrade() -> None:
    for name, (text, _kind) in TEXTS.items():
        op.drop_column(name, f"{text}_en")
        op.execute(f"ALTER TABLE {name} RENAME COLUMN {text}_nl TO {text}")
