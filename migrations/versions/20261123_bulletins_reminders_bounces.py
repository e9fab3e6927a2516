"""bulletins, reminders, bounces

Revision ID: e46f3d2fb7bf
Revises: 93d8a46b5c99
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = 'e46f3d2fb7bf'
down_revision = '93d8a46b5c99'
branch_labels = None
depends_on = None

ONE_SUBJECT = (
    "(CASE WHEN release_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN maintenance_id IS NULL THEN 0 ELSE 1 END)"
    " + (CASE WHEN bulletin_id IS NULL THEN 0 ELSE 1 END) = 1"
)
ONE_CHANGE = "(release_id IS NULL) <> (maintenance_id IS NULL)"


def announcement():
    """A batch on announcements; SQLite makes the table anew, and would forget that no number is given twice."""
    return op.batch_alter_table("announcement", schema=None, table_kwargs={"sqlite_autoincrement": True})


def upgrade() -> None:
    op.create_table('bulletin',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('urgent', 'newsletter', 'terms', name='bulletinkind', native_enum=False, length=30), nullable=False),
    sa.Column('subject_nl', sa.String(length=200), nullable=False),
    sa.Column('subject_en', sa.String(length=200), nullable=False),
    sa.Column('markdown_nl', sa.Text(), nullable=False),
    sa.Column('markdown_en', sa.Text(), nullable=False),
    sa.Column('document', sa.String(length=300), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=True),
    sa.Column('all_tenants', sa.Boolean(), nullable=False),
    sa.Column('written_by', sa.String(length=254), nullable=False),
    sa.Column('created_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('announced_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('closed_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(kind = 'terms') = (effective_on IS NOT NULL)", name=op.f('ck_bulletin_terms_take_effect')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_bulletin_product_id_product')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulletin')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('bulletin', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_bulletin_product_id'), ['product_id'], unique=False)

    op.create_table('bulletin_tenant',
    sa.Column('bulletin_id', sa.Integer(), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['bulletin_id'], ['bulletin.id'], name=op.f('fk_bulletin_tenant_bulletin_id_bulletin'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_bulletin_tenant_tenant_id_tenant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('bulletin_id', 'tenant_id', name=op.f('pk_bulletin_tenant'))
    )
    with announcement() as batch_op:
        batch_op.add_column(sa.Column('bulletin_id', sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column('step', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.drop_constraint(batch_op.f('uq_announcement_maintenance_id_kind_says_plan_revision'), type_='unique')
        batch_op.drop_constraint(batch_op.f('uq_announcement_release_id_kind_says_plan_revision'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_announcement_bulletin_id'), ['bulletin_id'])
        batch_op.create_unique_constraint(batch_op.f('uq_announcement_maintenance_id_kind_says_plan_revision_step'), ['maintenance_id', 'kind', 'says', 'plan_revision', 'step'])
        batch_op.create_unique_constraint(batch_op.f('uq_announcement_release_id_kind_says_plan_revision_step'), ['release_id', 'kind', 'says', 'plan_revision', 'step'])
        batch_op.create_foreign_key(batch_op.f('fk_announcement_bulletin_id_bulletin'), 'bulletin', ['bulletin_id'], ['id'])
        batch_op.drop_constraint(batch_op.f("ck_announcement_one_change"), type_="check")
        batch_op.create_check_constraint(batch_op.f("ck_announcement_one_subject"), ONE_SUBJECT)

    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.add_column(sa.Column('unsubscribed_at', storage.types.UTCDateTime(timezone=True), nullable=True))

    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('calendar', sa.Text(), server_default='', nullable=False))

    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.add_column(sa.Column('proof', sa.Text(), server_default='', nullable=False))
        batch_op.add_column(sa.Column('urgent', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('bounced_at', storage.types.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('bounce', sa.Text(), server_default='', nullable=False))

    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.add_column(sa.Column('needs_approval', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('remind_before', sa.String(length=60), server_default='P1W P1D', nullable=False))
        batch_op.add_column(sa.Column('tells_start', sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column('tells_done', sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column('tells_longer', sa.Boolean(), server_default=sa.true(), nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.drop_column('tells_longer')
        batch_op.drop_column('tells_done')
        batch_op.drop_column('tells_start')
        batch_op.drop_column('remind_before')
        batch_op.drop_column('needs_approval')

    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.drop_column('bounce')
        batch_op.drop_column('bounced_at')
        batch_op.drop_column('urgent')
        batch_op.drop_column('proof')

    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_column('calendar')

    with op.batch_alter_table('contact', schema=None) as batch_op:
        batch_op.drop_column('unsubscribed_at')

    # What the older schema cannot say is let go.
    op.execute("DELETE FROM announcement WHERE bulletin_id IS NOT NULL OR step > 0")
    with announcement() as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_announcement_one_subject"), type_="check")
        batch_op.drop_constraint(batch_op.f('fk_announcement_bulletin_id_bulletin'), type_='foreignkey')
        batch_op.drop_constraint(batch_op.f('uq_announcement_release_id_kind_says_plan_revision_step'), type_='unique')
        batch_op.drop_constraint(batch_op.f('uq_announcement_maintenance_id_kind_says_plan_revision_step'), type_='unique')
        batch_op.drop_constraint(batch_op.f('uq_announcement_bulletin_id'), type_='unique')
        batch_op.create_unique_constraint(batch_op.f('uq_announcement_release_id_kind_says_plan_revision'), ['release_id', 'kind', 'says', 'plan_revision'])
        batch_op.create_unique_constraint(batch_op.f('uq_announcement_maintenance_id_kind_says_plan_revision'), ['maintenance_id', 'kind', 'says', 'plan_revision'])
        batch_op.drop_column('step')
        batch_op.drop_column('bulletin_id')
        batch_op.create_check_constraint(batch_op.f("ck_announcement_one_change"), ONE_CHANGE)

    op.drop_table('bulletin_tenant')
    with op.batch_alter_table('bulletin', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_bulletin_product_id'))

    op.drop_table('bulletin')
