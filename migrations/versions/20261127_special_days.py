"""Special days: whose public holidays a product shows, and days without changes.

Revision ID: 2f6b8d10c3a7
Revises: 7c41f0d2be86
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "2f6b8d10c3a7"
down_revision = "7c41f0d2be86"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.add_column(sa.Column("holidays_of", sa.String(length=10), server_default="NL", nullable=False))

    op.create_table(
        "freeze",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("created_by", sa.String(length=254), nullable=False),
        sa.Column("created_at", storage.types.UTCDateTime(timezone=True), nullable=False),
        sa.Column("reason_nl", sa.String(length=300), nullable=False),
        sa.Column("reason_en", sa.String(length=300), nullable=False),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_freeze_from_first")),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_freeze_product_id_product"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_freeze")),
        sa.UniqueConstraint("product_id", "until_on", "from_on", name=op.f("uq_freeze_product_id_until_on_from_on")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("freeze")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_column("holidays_of")
