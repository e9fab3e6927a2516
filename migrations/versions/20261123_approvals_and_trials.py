"""approvals and trials: a second person approves, and anybody may try a mail on themselves

Revision ID: 35f37e77a07c
Revises: e46f3d2fb7bf
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = '35f37e77a07c'
down_revision = 'a1ffc169cdc1'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('trial_mail',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('message_id', sa.Integer(), nullable=False),
    sa.Column('asked_by', sa.String(length=254), nullable=False),
    sa.Column('asked_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['message_id'], ['outbox_message.id'], name=op.f('fk_trial_mail_message_id_outbox_message'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trial_mail')),
    sa.UniqueConstraint('message_id', name=op.f('uq_trial_mail_message_id'))
    )
    with op.batch_alter_table('trial_mail', schema=None) as batch_op:
        batch_op.create_index('ix_trial_mail_asked', ['asked_by', 'asked_at'], unique=False)

    op.create_table('approval',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=True),
    sa.Column('maintenance_id', sa.Integer(), nullable=True),
    sa.Column('bulletin_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.Enum('acceptance', 'production', 'maintenance', 'release_notes', 'acceptance_updated', 'production_updated', 'acceptance_reminder', 'production_reminder', 'maintenance_reminder', 'maintenance_started', 'maintenance_longer', 'maintenance_done', 'urgent', 'newsletter', 'terms', name='kind', native_enum=False, length=30), nullable=False),
    sa.Column('says', sa.Enum('planned', 'moved', 'cancelled', name='says', native_enum=False, length=30), nullable=False),
    sa.Column('plan_revision', sa.Integer(), nullable=False),
    sa.Column('changed_by', sa.String(length=254), nullable=False),
    sa.Column('approved_by', sa.String(length=254), nullable=False),
    sa.Column('approved_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('announcement_id', sa.Integer(), nullable=False),
    sa.Column('fingerprint', sa.String(length=64), nullable=False),
    sa.Column('tenants', sa.Integer(), nullable=False),
    sa.Column('recipients', sa.Integer(), nullable=False),
    sa.CheckConstraint('(CASE WHEN release_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN maintenance_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN bulletin_id IS NULL THEN 0 ELSE 1 END) = 1', name=op.f('ck_approval_one_subject')),
    sa.ForeignKeyConstraint(['announcement_id'], ['announcement.id'], name=op.f('fk_approval_announcement_id_announcement')),
    sa.ForeignKeyConstraint(['bulletin_id'], ['bulletin.id'], name=op.f('fk_approval_bulletin_id_bulletin')),
    sa.ForeignKeyConstraint(['maintenance_id'], ['maintenance_window.id'], name=op.f('fk_approval_maintenance_id_maintenance_window')),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_approval_release_id_release')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_approval')),
    sa.UniqueConstraint('bulletin_id', name=op.f('uq_approval_bulletin_id')),
    sa.UniqueConstraint('maintenance_id', 'kind', 'says', 'plan_revision', name=op.f('uq_approval_maintenance_id_kind_says_plan_revision')),
    sa.UniqueConstraint('release_id', 'kind', 'says', 'plan_revision', name=op.f('uq_approval_release_id_kind_says_plan_revision')),
    sqlite_autoincrement=True
    )
    with op.batch_alter_table('maintenance_window', schema=None) as batch_op:
        batch_op.add_column(sa.Column('changed_by', sa.String(length=254), server_default='', nullable=False))

    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_message_returned', ['contact_id'], unique=False, sqlite_where=sa.text('bounced_at IS NOT NULL'), postgresql_where=sa.text('bounced_at IS NOT NULL'))

    with op.batch_alter_table('release', schema=None) as batch_op:
        batch_op.add_column(sa.Column('changed_by', sa.String(length=254), server_default='', nullable=False))


def downgrade() -> None:
    with op.batch_alter_table('release', schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column('changed_by')

    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_message_returned', sqlite_where=sa.text('bounced_at IS NOT NULL'), postgresql_where=sa.text('bounced_at IS NOT NULL'))

    with op.batch_alter_table('maintenance_window', schema=None, table_kwargs={"sqlite_autoincrement": True}) as batch_op:
        batch_op.drop_column('changed_by')

    op.drop_table('approval')
    with op.batch_alter_table('trial_mail', schema=None) as batch_op:
        batch_op.drop_index('ix_trial_mail_asked')

    op.drop_table('trial_mail')
