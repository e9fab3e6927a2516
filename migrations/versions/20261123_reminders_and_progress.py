"""reminders and how maintenance goes

Revision ID: a1ffc169cdc1
Revises: e46f3d2fb7bf
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = 'a1ffc169cdc1'
down_revision = '943ee1062cfc'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('maintenance_progress',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('maintenance_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('started', 'longer', 'done', name='progress', native_enum=False, length=30), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('said_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('said_by', sa.String(length=254), nullable=False),
    sa.Column('new_end', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('reason_nl', sa.String(length=300), nullable=False),
    sa.Column('reason_en', sa.String(length=300), nullable=False),
    sa.Column('told_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("(kind = 'longer') = (new_end IS NOT NULL)", name=op.f('ck_maintenance_progress_longer_until')),
    sa.ForeignKeyConstraint(['maintenance_id'], ['maintenance_window.id'], name=op.f('fk_maintenance_progress_maintenance_id_maintenance_window'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_maintenance_progress')),
    sa.UniqueConstraint('maintenance_id', 'kind', 'step', name=op.f('uq_maintenance_progress_maintenance_id_kind_step'))
    )
    with op.batch_alter_table('maintenance_progress', schema=None) as batch_op:
        batch_op.create_index('ix_maintenance_progress_to_tell', ['maintenance_id'], unique=False, sqlite_where=sa.text('told_at IS NULL'), postgresql_where=sa.text('told_at IS NULL'))

    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.add_column(sa.Column('holds_while', sa.String(length=60), server_default='', nullable=False))

    with op.batch_alter_table('maintenance_window', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reminded_at', storage.types.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('started_at', storage.types.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('done_at', storage.types.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('expected_until', storage.types.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('edits', sa.Integer(), server_default=sa.text('0'), nullable=False))
        batch_op.add_column(sa.Column('edited_at', storage.types.UTCDateTime(timezone=True), nullable=True))

    with op.batch_alter_table('release', schema=None) as batch_op:
        batch_op.add_column(sa.Column('acceptance_reminded_at', storage.types.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('production_reminded_at', storage.types.UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('release', schema=None) as batch_op:
        batch_op.drop_column('production_reminded_at')
        batch_op.drop_column('acceptance_reminded_at')

    with op.batch_alter_table('maintenance_window', schema=None) as batch_op:
        batch_op.drop_column('edited_at')
        batch_op.drop_column('edits')
        batch_op.drop_column('expected_until')
        batch_op.drop_column('done_at')
        batch_op.drop_column('started_at')
        batch_op.drop_column('reminded_at')

    with op.batch_alter_table('letter', schema=None) as batch_op:
        batch_op.drop_column('holds_while')

    with op.batch_alter_table('maintenance_progress', schema=None) as batch_op:
        batch_op.drop_index('ix_maintenance_progress_to_tell', sqlite_where=sa.text('told_at IS NULL'), postgresql_where=sa.text('told_at IS NULL'))

    op.drop_table('maintenance_progress')
