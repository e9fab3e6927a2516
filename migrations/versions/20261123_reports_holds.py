"""delivery reports, readings of mailboxes, holds of the outbox

Revision ID: faf0a2cc75d0
Revises: e46f3d2fb7bf
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

import storage.types

revision = 'faf0a2cc75d0'
down_revision = '32b54f0d8faa'
branch_labels = None
depends_on = None

OPEN = sa.text("effect IS NULL OR (effect = 'bounced' AND settled_at IS NULL)")
BOUNCED = sa.text("bounced_at IS NOT NULL")


def upgrade() -> None:
    op.create_table('mailbox_reading',
    sa.Column('name', sa.String(length=10), nullable=False),
    sa.Column('read_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('failing_since', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_mailbox_reading'))
    )
    op.create_table('outbox_count',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('identity', sa.String(length=32), nullable=False),
    sa.Column('generation', sa.Integer(), nullable=False),
    sa.Column('passes', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_count'))
    )
    # A copy of this database that is restored one day must be known as one of it.
    op.execute(f"INSERT INTO outbox_count (id, identity, generation, passes) VALUES (1, '{uuid4().hex}', 1, 0)")
    op.create_table('outbox_hold',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('present', sa.Boolean(), nullable=True),
    sa.Column('since', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('held_by', sa.String(length=254), nullable=False),
    sa.Column('back_to', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('compared_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('proven', sa.Integer(), nullable=False),
    sa.Column('released_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('released_by', sa.String(length=254), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox_hold')),
    sa.UniqueConstraint('present', name=op.f('uq_outbox_hold_present')),
    sqlite_autoincrement=True
    )
    op.create_table('delivery_report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('outbox_message_id', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('action', sa.Enum('failed', 'delayed', 'delivered', 'relayed', 'expanded', name='action', native_enum=False, length=30), nullable=False),
    sa.Column('status', sa.String(length=12), nullable=False),
    sa.Column('words', sa.Text(), nullable=False),
    sa.Column('arrived_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('read_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('effect', sa.Enum('bounced', 'proved', 'noted', name='effect', native_enum=False, length=30), nullable=True),
    sa.Column('settled_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['outbox_message_id'], ['outbox_message.id'], name=op.f('fk_delivery_report_outbox_message_id_outbox_message'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delivery_report')),
    sa.UniqueConstraint('outbox_message_id', 'sha256', name=op.f('uq_delivery_report_outbox_message_id_sha256')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_delivery_report_open', 'delivery_report', ['id'], unique=False, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index('ix_outbox_message_bounced', 'outbox_message', ['bounced_at'], unique=False, sqlite_where=BOUNCED, postgresql_where=BOUNCED)



def downgrade() -> None:
    op.drop_index('ix_outbox_message_bounced', 'outbox_message')
    op.drop_index('ix_delivery_report_open', 'delivery_report')
    op.drop_table('delivery_report')
    op.drop_table('outbox_hold')
    op.drop_table('outbox_count')
    op.drop_table('mailbox_reading')
