"""Waves of tenants with one date, dates that customers ask for, and those that they choose themselves.

Revision ID: 7ce3a84e9e9f
Revises: 9a3d1c5be720
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = '7ce3a84e9e9f'
down_revision = '9a3d1c5be720'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('wave',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('acceptance', 'production', 'maintenance', name='change', native_enum=False, length=30), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('planned_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('revision', sa.Integer(), nullable=False),
    sa.Column('set_by', sa.String(length=254), nullable=False),
    sa.Column('set_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('moved_by', sa.String(length=254), server_default='', nullable=False),
    sa.Column('moved_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('dropped_by', sa.String(length=254), server_default='', nullable=False),
    sa.Column('dropped_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind <> 'maintenance'", name=op.f('ck_wave_of_an_update')),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_wave_release_id_release')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wave')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('wave', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_wave_release_id'), ['release_id'], unique=False)
        batch_op.create_index('uq_wave_name', ['release_id', 'kind', 'name'], unique=True, sqlite_where=sa.text('dropped_at IS NULL'), postgresql_where=sa.text('dropped_at IS NULL'))

    op.create_table('date_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('acceptance', 'production', 'maintenance', name='change', native_enum=False, length=30), nullable=False),
    sa.Column('state', sa.Enum('open', 'proposed', 'granted', 'refused', 'withdrawn', name='requeststate', native_enum=False, length=30), nullable=False),
    sa.Column('asked_for', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('instead_of', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('reason', sa.String(length=300), nullable=False),
    sa.Column('asked_by', sa.String(length=254), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('asked_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('answered_by', sa.String(length=254), server_default='', nullable=False),
    sa.Column('answered_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('answer', sa.String(length=1000), server_default='', nullable=False),
    sa.Column('offered_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('settled_by', sa.String(length=254), server_default='', nullable=False),
    sa.Column('settled_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind <> 'maintenance'", name=op.f('ck_date_request_of_an_update')),
    sa.CheckConstraint("state IN ('open', 'withdrawn') OR answered_at IS NOT NULL", name=op.f('ck_date_request_answered_by_somebody')),
    sa.CheckConstraint("state NOT IN ('proposed', 'granted') OR offered_at IS NOT NULL", name=op.f('ck_date_request_with_a_date')),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_date_request_contact_id_contact'), ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_date_request_release_id_release')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_date_request_tenant_id_tenant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_date_request')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('date_request', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_date_request_contact_id'), ['contact_id'], unique=False)
        batch_op.create_index('ix_date_request_state', ['state', 'asked_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_date_request_tenant_id'), ['tenant_id'], unique=False)
        batch_op.create_index('uq_date_request_live', ['release_id', 'tenant_id', 'kind'], unique=True, sqlite_where=sa.text("state IN ('open', 'proposed')"), postgresql_where=sa.text("state IN ('open', 'proposed')"))

    op.create_table('wave_tenant',
    sa.Column('wave_id', sa.Integer(), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_wave_tenant_tenant_id_tenant'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['wave_id'], ['wave.id'], name=op.f('fk_wave_tenant_wave_id_wave'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('wave_id', 'tenant_id', name=op.f('pk_wave_tenant'))
    )
    with op.batch_alter_table('wave_tenant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_wave_tenant_tenant_id'), ['tenant_id'], unique=False)

    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.add_column(sa.Column('choice_window', sa.String(length=20), server_default='', nullable=False))
        batch_op.add_column(sa.Column('choice_days', sa.String(length=20), server_default='1 2 3 4 5', nullable=False))
        batch_op.add_column(sa.Column('choice_times', sa.String(length=60), server_default='', nullable=False))

    with op.batch_alter_table('rollout', schema=None) as batch_op:
        batch_op.add_column(sa.Column('by_tenant', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('wave_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_rollout_wave_id'), ['wave_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_rollout_wave_id_wave'), 'wave', ['wave_id'], ['id'])



def downgrade() -> None:
    with op.batch_alter_table('rollout', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_rollout_wave_id_wave'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_rollout_wave_id'))
        batch_op.drop_column('wave_id')
        batch_op.drop_column('by_tenant')

    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.drop_column('choice_times')
        batch_op.drop_column('choice_days')
        batch_op.drop_column('choice_window')

    with op.batch_alter_table('wave_tenant', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_wave_tenant_tenant_id'))

    op.drop_table('wave_tenant')
    with op.batch_alter_table('date_request', schema=None) as batch_op:
        batch_op.drop_index('uq_date_request_live', sqlite_where=sa.text("state IN ('open', 'proposed')"), postgresql_where=sa.text("state IN ('open', 'proposed')"))
        batch_op.drop_index(batch_op.f('ix_date_request_tenant_id'))
        batch_op.drop_index('ix_date_request_state')
        batch_op.drop_index(batch_op.f('ix_date_request_contact_id'))

    op.drop_table('date_request')
    with op.batch_alter_table('wave', schema=None) as batch_op:
        batch_op.drop_index('uq_wave_name', sqlite_where=sa.text('dropped_at IS NULL'), postgresql_where=sa.text('dropped_at IS NULL'))
        batch_op.drop_index(batch_op.f('ix_wave_release_id'))

    op.drop_table('wave')
