"""Webhooks: who listens, what happened, whether it arrived there.

Revision ID: 7606add2c068
Revises: b7c41f0e92da
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = '7606add2c068'
down_revision = 'b7c41f0e92da'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('webhook_endpoint',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('product_id', sa.Integer(), nullable=True),
    sa.Column('tenant_id', sa.Integer(), nullable=True),
    sa.Column('scope', sa.String(length=30), nullable=False),
    sa.Column('url', sa.String(length=500), nullable=False),
    sa.Column('events', sa.String(length=200), nullable=False),
    sa.Column('salt', sa.String(length=64), nullable=False),
    sa.Column('previous_salt', sa.String(length=64), nullable=True),
    sa.Column('previous_until', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('created_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.String(length=254), nullable=False),
    sa.Column('off_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('off_by', sa.String(length=254), nullable=True),
    sa.Column('failing_since', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(off_at IS NULL) = (off_by IS NULL)', name=op.f('ck_webhook_endpoint_off_by_somebody')),
    sa.CheckConstraint('(previous_salt IS NULL) = (previous_until IS NULL)', name=op.f('ck_webhook_endpoint_previous_for_a_time')),
    sa.CheckConstraint('tenant_id IS NULL OR product_id IS NOT NULL', name=op.f('ck_webhook_endpoint_tenant_of_a_product')),
    sa.ForeignKeyConstraint(['product_id'], ['product.id'], name=op.f('fk_webhook_endpoint_product_id_product'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_webhook_endpoint_tenant_id_tenant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_endpoint')),
    sa.UniqueConstraint('scope', 'url', name=op.f('uq_webhook_endpoint_scope_url')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('webhook_endpoint', schema=None) as batch_op:
        batch_op.create_index('ix_webhook_endpoint_tenant', ['tenant_id'], unique=False)

    op.create_table('webhook_event',
    sa.Column('id', sa.String(length=40), nullable=False),
    sa.Column('type', sa.Enum('notice.given', 'notice.missed', 'release.moved', 'version.changed', 'maintenance.started', 'maintenance.ended', 'webhook.test', name='eventtype', native_enum=False, length=30), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=True),
    sa.Column('payload', sa.Text(), nullable=False),
    sa.Column('created_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_webhook_event_tenant_id_tenant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_event'))
    )
    with op.batch_alter_table('webhook_event', schema=None) as batch_op:
        batch_op.create_index('ix_webhook_event_made', ['created_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_webhook_event_tenant_id'), ['tenant_id'], unique=False)

    op.create_table('webhook_delivery',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('event_id', sa.String(length=40), nullable=False),
    sa.Column('endpoint_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.Enum('queued', 'sending', 'delivered', 'failed', name='deliverystate', native_enum=False, length=30), nullable=False),
    sa.Column('created_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('next_attempt_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('owner', sa.String(length=80), nullable=True),
    sa.Column('lease_until', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('attempted_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('delivered_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('problem', sa.Enum('not_allowed', 'unknown_name', 'unreachable', 'untrusted', 'slow', 'broken', 'redirected', 'lost', name='problem', native_enum=False, length=30), nullable=True),
    sa.Column('reply', sa.Text(), nullable=False),
    sa.CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name=op.f('ck_webhook_delivery_delivered_at_a_moment')),
    sa.CheckConstraint("(state = 'sending') = (owner IS NOT NULL AND lease_until IS NOT NULL)", name=op.f('ck_webhook_delivery_sent_by_one')),
    sa.ForeignKeyConstraint(['endpoint_id'], ['webhook_endpoint.id'], name=op.f('fk_webhook_delivery_endpoint_id_webhook_endpoint'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['event_id'], ['webhook_event.id'], name=op.f('fk_webhook_delivery_event_id_webhook_event'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_delivery')),
    sa.UniqueConstraint('event_id', 'endpoint_id', name=op.f('uq_webhook_delivery_event_id_endpoint_id')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('webhook_delivery', schema=None) as batch_op:
        batch_op.create_index('ix_webhook_delivery_latest', ['endpoint_id', 'id'], unique=False)
        batch_op.create_index('ix_webhook_delivery_leased', ['lease_until'], unique=False)
        batch_op.create_index('ix_webhook_delivery_queued', ['endpoint_id', 'next_attempt_at', 'id'], unique=False, sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))



def downgrade() -> None:
    with op.batch_alter_table('webhook_delivery', schema=None) as batch_op:
        batch_op.drop_index('ix_webhook_delivery_queued', sqlite_where=sa.text("state = 'queued'"), postgresql_where=sa.text("state = 'queued'"))
        batch_op.drop_index('ix_webhook_delivery_leased')
        batch_op.drop_index('ix_webhook_delivery_latest')

    op.drop_table('webhook_delivery')
    with op.batch_alter_table('webhook_event', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_webhook_event_tenant_id'))
        batch_op.drop_index('ix_webhook_event_made')

    op.drop_table('webhook_event')
    with op.batch_alter_table('webhook_endpoint', schema=None) as batch_op:
        batch_op.drop_index('ix_webhook_endpoint_tenant')

    op.drop_table('webhook_endpoint')
