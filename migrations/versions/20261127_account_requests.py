"""requests for an account, and how often somebody asks

Revision ID: 3d9b6a51c0f4
Revises: 3e8f52c7a6d1
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = '3d9b6a51c0f4'
down_revision = "3e8f52c7a6d1"
branch_labels = None
depends_on = None

OPEN = sa.text("state IN ('asked', 'waiting')")


def upgrade() -> None:
    op.create_table('account_request',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('organisation', sa.String(length=160), nullable=False),
    sa.Column('locale', sa.String(length=2), nullable=False),
    sa.Column('state', sa.Enum('asked', 'waiting', 'granted', 'refused', 'expired', name='requeststate', native_enum=False, length=30), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('asked_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('tenant_id', sa.Integer(), nullable=True),
    sa.Column('answered_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.String(length=254), nullable=False),
    sa.Column('reason', sa.String(length=1000), nullable=False),
    sa.CheckConstraint("(state IN ('asked', 'waiting')) = (answered_at IS NULL)", name=op.f('ck_account_request_answered_once')),
    sa.CheckConstraint("state = 'asked' OR confirmed_at IS NOT NULL", name=op.f('ck_account_request_confirmed_first')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_account_request_tenant_id_tenant'), ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_request')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_account_request_token_hash')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('account_request', schema=None) as batch_op:
        batch_op.create_index('ix_account_request_state', ['state', 'asked_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_account_request_tenant_id'), ['tenant_id'], unique=False)
        batch_op.create_index('uq_account_request_open', ['email'], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)

    op.create_table('request_pace',
    sa.Column('key', sa.String(length=64), nullable=False),
    sa.Column('period', sa.Integer(), nullable=False),
    sa.Column('used', sa.Integer(), nullable=False),
    sa.Column('ends_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_request_pace'))
    )
    with op.batch_alter_table('request_pace', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_request_pace_ends_at'), ['ends_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('request_pace', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_request_pace_ends_at'))

    op.drop_table('request_pace')
    with op.batch_alter_table('account_request', schema=None) as batch_op:
        batch_op.drop_index('uq_account_request_open')
        batch_op.drop_index(batch_op.f('ix_account_request_tenant_id'))
        batch_op.drop_index('ix_account_request_state')

    op.drop_table('account_request')
