"""alarms

Revision ID: 32b54f0d8faa
Revises: e46f3d2fb7bf
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = '32b54f0d8faa'
down_revision = '1372a48a2dcb'
branch_labels = None
depends_on = None

STUCK = "state IN ('queued', 'claimed', 'committing') AND reply <> ''"
REFUSED = "(state = 'failed' OR bounced_at IS NOT NULL)"


def only(rows: str) -> dict[str, sa.TextClause]:
    """An index for a part of the rows, in the words of both databases."""
    return {"sqlite_where": sa.text(rows), "postgresql_where": sa.text(rows)}


def upgrade() -> None:
    op.create_table('alarm',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('deadline_near', 'missed', 'out_of_reach', 'mail_refused', 'mail_waits', 'put_aside', 'worker_silent', name='alarmkind', native_enum=False, length=30), nullable=False),
    sa.Column('subject', sa.String(length=160), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('facts', sa.JSON(), nullable=False),
    sa.Column('seen_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('raised_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('over_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alarm'))
    )
    with op.batch_alter_table('alarm', schema=None) as batch_op:
        batch_op.create_index('ix_alarm_raised', ['raised_at'], unique=False)
        batch_op.create_index('uq_alarm_open', ['kind', 'subject'], unique=True, **only("over_at IS NULL"))

    op.create_table('alarm_telling',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('alarm_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.Integer(), nullable=False),
    sa.Column('over', sa.Boolean(), nullable=False),
    sa.Column('channel', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=254), nullable=False),
    sa.Column('created_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('told_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('next_attempt_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('error', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['alarm_id'], ['alarm.id'], name=op.f('fk_alarm_telling_alarm_id_alarm'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_alarm_telling')),
    sa.UniqueConstraint('alarm_id', 'step', 'over', 'channel', name=op.f('uq_alarm_telling_alarm_id_step_over_channel'))
    )
    with op.batch_alter_table('alarm_telling', schema=None) as batch_op:
        batch_op.create_index('ix_alarm_telling_waiting', ['next_attempt_at'], unique=False, **only("next_attempt_at IS NOT NULL"))

    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.create_index('ix_notice_missed', ['state', 'planned_at'], unique=False, **only("state = 'missed'"))

    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_message_unsettled')
        batch_op.create_index('ix_outbox_message_unsettled', ['state', 'announcement_id', 'tenant_id'], unique=False, **only('settled_at IS NULL'))
        batch_op.create_index('ix_outbox_message_refused', ['created_at'], unique=False, **only(REFUSED))
        batch_op.create_index('ix_outbox_message_stuck', ['state', 'id'], unique=False, **only(STUCK))

    with op.batch_alter_table('installation', schema=None) as batch_op:
        batch_op.drop_index('ix_installation_to_tell')
        batch_op.create_index('ix_installation_to_tell', ['told_at', 'environment_id'], unique=False, **only('told_at IS NULL'))

    with op.batch_alter_table('user_account', schema=None) as batch_op:
        batch_op.add_column(sa.Column('alarms_by_mail', sa.Boolean(), server_default=sa.true(), nullable=False))



def downgrade() -> None:
    with op.batch_alter_table('user_account', schema=None) as batch_op:
        batch_op.drop_column('alarms_by_mail')

    with op.batch_alter_table('installation', schema=None) as batch_op:
        batch_op.drop_index('ix_installation_to_tell')
        batch_op.create_index('ix_installation_to_tell', ['environment_id'], unique=False, **only('told_at IS NULL'))

    with op.batch_alter_table('outbox_message', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_message_stuck')
        batch_op.drop_index('ix_outbox_message_unsettled')
        batch_op.create_index('ix_outbox_message_unsettled', ['announcement_id', 'tenant_id'], unique=False, **only('settled_at IS NULL'))
        batch_op.drop_index('ix_outbox_message_refused')

    with op.batch_alter_table('notice', schema=None) as batch_op:
        batch_op.drop_index('ix_notice_missed')

    with op.batch_alter_table('alarm_telling', schema=None) as batch_op:
        batch_op.drop_index('ix_alarm_telling_waiting')

    op.drop_table('alarm_telling')
    with op.batch_alter_table('alarm', schema=None) as batch_op:
        batch_op.drop_index('uq_alarm_open')
        batch_op.drop_index('ix_alarm_raised')

    op.drop_table('alarm')
