"""own dates, calls and letters

Revision ID: 943ee1062cfc
Revises: e46f3d2fb7bf
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = '943ee1062cfc'
down_revision = 'e46f3d2fb7bf'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('rollout',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('acceptance', 'production', 'maintenance', name='change', native_enum=False, length=30), nullable=False),
    sa.Column('planned_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('set_by', sa.String(length=254), nullable=False),
    sa.Column('set_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('recorded_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind <> 'maintenance'", name=op.f('ck_rollout_of_an_update')),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_rollout_release_id_release')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_rollout_tenant_id_tenant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rollout')),
    sa.UniqueConstraint('release_id', 'tenant_id', 'kind', name=op.f('uq_rollout_release_id_tenant_id_kind'))
    )
    with op.batch_alter_table('rollout', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_rollout_tenant_id'), ['tenant_id'], unique=False)

    op.create_table('told',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('notice_id', sa.Integer(), nullable=False),
    sa.Column('channel', sa.Enum('telephone', 'letter', name='channel', native_enum=False, length=30), nullable=False),
    sa.Column('person', sa.String(length=160), nullable=False),
    sa.Column('told_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=254), nullable=False),
    sa.Column('recorded_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['notice_id'], ['notice.id'], name=op.f('fk_told_notice_id_notice'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_told')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('told', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_told_notice_id'), ['notice_id'], unique=False)

    with op.batch_alter_table('waiver', schema=None) as batch_op:
        batch_op.add_column(sa.Column('tenant_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_waiver_tenant_id_tenant'), 'tenant', ['tenant_id'], ['id'], ondelete='CASCADE')



def downgrade() -> None:
    with op.batch_alter_table('waiver', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_waiver_tenant_id_tenant'), type_='foreignkey')
        batch_op.drop_column('tenant_id')

    with op.batch_alter_table('told', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_told_notice_id'))

    op.drop_table('told')
    with op.batch_alter_table('rollout', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rollout_tenant_id'))

    op.drop_table('rollout')
