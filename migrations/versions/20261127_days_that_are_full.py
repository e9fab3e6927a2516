"""How many tenants may choose the same day, held by places of that day; questions about what is off are closed.

Revision ID: 5d2f8a61b7c4
Revises: e3a7c05d18b2
"""

from collections import defaultdict
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

import storage.types

revision = "5d2f8a61b7c4"
down_revision = "e3a7c05d18b2"
branch_labels = None
depends_on = None

CLOSE = """
UPDATE date_request SET
    state = 'closed',
    answered_by = (SELECT coalesce(cancelled_by, '') FROM release WHERE release.id = date_request.release_id),
    answered_at = (SELECT cancelled_at FROM release WHERE release.id = date_request.release_id)
WHERE state IN ('open', 'proposed')
  AND release_id IN (SELECT id FROM release WHERE cancelled_at IS NOT NULL)
"""
OPEN = "UPDATE date_request SET state = 'refused' WHERE state = 'closed'"


def upgrade() -> None:
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.add_column(sa.Column("choice_most", sa.Integer(), nullable=True))
    with op.batch_alter_table("rollout", schema=None) as batch_op:
        batch_op.add_column(sa.Column("chosen_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("chosen_place", sa.Integer(), nullable=True))
    _give_places()
    with op.batch_alter_table("rollout", schema=None) as batch_op:
        batch_op.create_unique_constraint(batch_op.f("uq_rollout_place"), ["release_id", "chosen_on", "chosen_place"])
        batch_op.create_check_constraint(batch_op.f("ck_rollout_place_of_a_day"), "(chosen_on IS NULL) = (chosen_place IS NULL)")
    op.execute(CLOSE)


def downgrade() -> None:
    op.execute(OPEN)
    with op.batch_alter_table("rollout", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_rollout_place_of_a_day"), type_="check")
        batch_op.drop_constraint(batch_op.f("uq_rollout_place"), type_="unique")
        batch_op.drop_column("chosen_place")
        batch_op.drop_column("chosen_on")
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_column("choice_most")


def _give_places() -> None:
    """What customers chose before takes a place of its day."""
    rollout = sa.table(
        "rollout",
        sa.column("id", sa.Integer),
        sa.column("release_id", sa.Integer),
        sa.column("planned_at", storage.types.UTCDateTime(timezone=True)),
        sa.column("by_tenant", sa.Boolean),
        sa.column("chosen_on", sa.Date),
        sa.column("chosen_place", sa.Integer),
    )
    release = sa.table("release", sa.column("id", sa.Integer), sa.column("product_id", sa.Integer))
    product = sa.table("product", sa.column("id", sa.Integer), sa.column("timezone", sa.String))
    connection = op.get_bind()
    rows = connection.execute(
        sa.select(rollout.c.id, rollout.c.release_id, rollout.c.planned_at, product.c.timezone)
        .join(release, release.c.id == rollout.c.release_id)
        .join(product, product.c.id == release.c.product_id)
        .where(rollout.c.by_tenant)
        .order_by(rollout.c.id)
    ).all()
    taken: dict[object, int] = defaultdict(int)
    for number, release_id, planned_at, timezone in rows:
        day = planned_at.astimezone(ZoneInfo(timezone)).date()
        taken[release_id, day] += 1
        place = {"chosen_on": day, "chosen_place": taken[release_id, day]}
        connection.execute(sa.update(rollout).where(rollout.c.id == number).values(place))
