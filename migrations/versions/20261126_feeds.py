"""Addresses of feeds for contacts and people of the vendor, feeds kept as bytes, calendars for everybody."""

import sqlalchemy as sa
from alembic import op

revision = "7c41f0d2be86"
down_revision = "c1a7f0d2e946"
branch_labels = None
depends_on = None

OWNERS = ("tenant", "contact", "user")
ONE_OWNER = (
    "NOT (tenant_id IS NOT NULL AND contact_id IS NOT NULL)"
    " AND NOT (tenant_id IS NOT NULL AND user_id IS NOT NULL)"
    " AND NOT (contact_id IS NOT NULL AND user_id IS NOT NULL)"
)
CURRENT = sa.text("ends_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "revision",
        sa.Column("name", sa.String(20), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_revision")),
    )
    op.create_table(
        "kept_feed",
        sa.Column("path", sa.String(200), nullable=False),
        sa.Column("product_id", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Integer(), nullable=True),
        sa.Column("made_of", sa.String(120), nullable=False),
        sa.Column("tag", sa.String(32), nullable=False),
        sa.Column("modified_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("plain", sa.LargeBinary(), nullable=False),
        sa.Column("zipped", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_id"], ["product.id"], name=op.f("fk_kept_feed_product_id_product"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_kept_feed_tenant_id_tenant"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("path", name=op.f("pk_kept_feed")),
    )
    op.create_index(op.f("ix_kept_feed_product_id"), "kept_feed", ["product_id"])
    op.create_index(op.f("ix_kept_feed_tenant_id"), "kept_feed", ["tenant_id"])
    with op.batch_alter_table("feed_token") as table:
        table.drop_constraint("uq_feed_token_tenant_id", type_="unique")
        table.drop_constraint("fk_feed_token_tenant_id_tenant", type_="foreignkey")
        table.alter_column("tenant_id", existing_type=sa.Integer(), nullable=True)
        table.add_column(sa.Column("contact_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("user_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True))
        for owner, rows in (("tenant", "tenant"), ("contact", "contact"), ("user", "user_account")):
            name = op.f(f"fk_feed_token_{owner}_id_{rows}")
            table.create_foreign_key(name, rows, [f"{owner}_id"], ["id"], ondelete="SET NULL")
            table.create_unique_constraint(f"uq_feed_token_{owner}_id_generation", [f"{owner}_id", "generation"])
        table.create_check_constraint(op.f("ck_feed_token_one_owner"), ONE_OWNER)
    for owner in OWNERS:
        op.create_index(
            f"uq_feed_token_current_{owner}",
            "feed_token",
            [f"{owner}_id"],
            unique=True,
            sqlite_where=CURRENT,
            postgresql_where=CURRENT,
        )
    with op.batch_alter_table("product") as table:
        table.add_column(sa.Column("public_calendar", sa.Boolean(), server_default=sa.false(), nullable=False))
        table.add_column(sa.Column("edits", sa.Integer(), server_default=sa.text("0"), nullable=False))
        table.add_column(sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("release") as table:
        table.add_column(sa.Column("revised_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("release") as table:
        table.drop_column("revised_at")
    with op.batch_alter_table("product") as table:
        for column in ("edited_at", "edits", "public_calendar"):
            table.drop_column(column)
    # The schema before this knows one address of a tenant, and no others.
    op.execute("DELETE FROM feed_token WHERE tenant_id IS NULL OR ends_at IS NOT NULL")
    for owner in OWNERS:
        op.drop_index(f"uq_feed_token_current_{owner}", "feed_token")
    with op.batch_alter_table("feed_token") as table:
        table.drop_constraint(op.f("ck_feed_token_one_owner"), type_="check")
        for owner, rows in (("tenant", "tenant"), ("contact", "contact"), ("user", "user_account")):
            table.drop_constraint(f"uq_feed_token_{owner}_id_generation", type_="unique")
            table.drop_constraint(op.f(f"fk_feed_token_{owner}_id_{rows}"), type_="foreignkey")
        for column in ("contact_id", "user_id", "ends_at"):
            table.drop_column(column)
        table.alter_column("tenant_id", existing_type=sa.Integer(), nullable=False)
        table.create_foreign_key(
            "fk_feed_token_tenant_id_tenant", "tenant", ["tenant_id"], ["id"], ondelete="CASCADE"
        )
        table.create_unique_constraint("uq_feed_token_tenant_id", ["tenant_id"])
    for table_name in ("kept_feed", "revision"):
        op.drop_table(table_name)
