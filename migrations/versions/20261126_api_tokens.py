"""api tokens, the answers that programs got, and their pace

Revision ID: c1a7f0d2e946
Revises: b7c41e90d5a3
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = 'c1a7f0d2e946'
down_revision = 'b7c41e90d5a3'
branch_labels = None
depends_on = None

IN_USE = sa.text("revoked_at IS NULL")


def upgrade() -> None:
    op.create_table('api_token',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('role', sa.Enum('viewer', 'planner', 'operator', 'manager', 'admin', 'contact', name='role', native_enum=False, length=30), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=True),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=254), nullable=False),
    sa.Column('last_used_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('revoked_by', sa.String(length=254), nullable=False),
    sa.CheckConstraint("(role = 'contact') = (tenant_id IS NOT NULL)", name=op.f('ck_api_token_contact_of_a_tenant')),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_api_token_tenant_id_tenant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_api_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_api_token_token_hash')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_api_token_tenant_id'), ['tenant_id'], unique=False)
        batch_op.create_index('uq_api_token_name', ['name'], unique=True, sqlite_where=IN_USE, postgresql_where=IN_USE)

    op.create_table('kept_answer',
    sa.Column('token_id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=255), nullable=False),
    sa.Column('request_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('headers', sa.String(length=2000), nullable=False),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.ForeignKeyConstraint(['token_id'], ['api_token.id'], name=op.f('fk_kept_answer_token_id_api_token'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_id', 'key', name=op.f('pk_kept_answer'))
    )
    with op.batch_alter_table('kept_answer', schema=None) as batch_op:
        batch_op.create_index('ix_kept_answer_made', ['made_at'], unique=False)

    op.create_table('token_pace',
    sa.Column('token_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('minute', sa.BigInteger(), nullable=False),
    sa.Column('used', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['token_id'], ['api_token.id'], name=op.f('fk_token_pace_token_id_api_token'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_id', name=op.f('pk_token_pace'))
    )


def downgrade() -> None:
    op.drop_table('token_pace')
    with op.batch_alter_table('kept_answer', schema=None) as batch_op:
        batch_op.drop_index('ix_kept_answer_made')

    op.drop_table('kept_answer')
    with op.batch_alter_table('api_token', schema=None) as batch_op:
        batch_op.drop_index('uq_api_token_name')
        batch_op.drop_index(batch_op.f('ix_api_token_tenant_id'))

    op.drop_table('api_token')
