"""calls and later words of bulletins

Revision ID: 1372a48a2dcb
Revises: e46f3d2fb7bf
"""

import sqlalchemy as sa
from alembic import op

import storage.types

revision = '1372a48a2dcb'
down_revision = '35f37e77a07c'
branch_labels = None
depends_on = None


def bulletin():
    """A batch on bulletins; SQLite makes the table anew, and would forget that no number is given twice."""
    return op.batch_alter_table("bulletin", schema=None, table_kwargs={"sqlite_autoincrement": True})


def upgrade() -> None:
    op.create_table('bulletin_call',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('bulletin_id', sa.Integer(), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=False),
    sa.Column('contact_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=160), nullable=False),
    sa.Column('phone', sa.String(length=40), nullable=False),
    sa.Column('state', sa.Enum('to_call', 'reached', 'no_answer', 'wrong_number', name='callstate', native_enum=False, length=30), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('called_by', sa.String(length=254), nullable=False),
    sa.Column('called_at', storage.types.UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['bulletin_id'], ['bulletin.id'], name=op.f('fk_bulletin_call_bulletin_id_bulletin'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_bulletin_call_tenant_id_tenant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_bulletin_call')),
    sa.UniqueConstraint('bulletin_id', 'contact_id', name=op.f('uq_bulletin_call_bulletin_id_contact_id')),
    sqlite_autoincrement=True
    )
    op.create_index('ix_bulletin_call_tenant', 'bulletin_call', ['tenant_id'], unique=False)

    with bulletin() as batch_op:
        batch_op.add_column(sa.Column('revision', sa.Integer(), server_default=sa.text('1'), nullable=False))
        batch_op.add_column(sa.Column('announced_by', sa.String(length=254), server_default='', nullable=False))
        batch_op.add_column(sa.Column('closed_by', sa.String(length=254), server_default='', nullable=False))
        batch_op.add_column(sa.Column('dropped_at', storage.types.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('dropped_by', sa.String(length=254), server_default='', nullable=False))
        batch_op.add_column(sa.Column('missed_at', storage.types.UTCDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('follows_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_bulletin_follows_id'), ['follows_id'], unique=False)
        batch_op.create_foreign_key(batch_op.f('fk_bulletin_follows_id_bulletin'), 'bulletin', ['follows_id'], ['id'])



def downgrade() -> None:
    with bulletin() as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_bulletin_follows_id_bulletin'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_bulletin_follows_id'))
        batch_op.drop_column('follows_id')
        batch_op.drop_column('missed_at')
        batch_op.drop_column('dropped_by')
        batch_op.drop_column('dropped_at')
        batch_op.drop_column('closed_by')
        batch_op.drop_column('announced_by')
        batch_op.drop_column('revision')

    op.drop_index('ix_bulletin_call_tenant', 'bulletin_call')
    op.drop_table('bulletin_call')
