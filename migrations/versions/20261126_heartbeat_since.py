"""Keep since when a worker runs: who began after another was last seen stands in its place."""

import sqlalchemy as sa
from alembic import op

from storage.types import UTCDateTime

revision = "b7c41f0e92da"
down_revision = "5d0e7c31a9f2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("heartbeat") as heartbeat:
        heartbeat.add_column(sa.Column("since", UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("heartbeat") as heartbeat:
        heartbeat.drop_column("since")
