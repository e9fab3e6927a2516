"""Words to look for in what was published, pictures of release notes, reports of tenants.

Revision ID: 9a3d1c5be720
Revises: a84c0e5f2b17
"""

import sqlalchemy as sa
from alembic import op

import storage.types
from storage.words import words

revision = '9a3d1c5be720'
down_revision = 'a84c0e5f2b17'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('note_image',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('media_type', sa.String(length=20), nullable=False),
    sa.Column('width', sa.Integer(), nullable=False),
    sa.Column('height', sa.Integer(), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('alt_nl', sa.String(length=300), nullable=False),
    sa.Column('alt_en', sa.String(length=300), nullable=False),
    sa.Column('uploaded_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('uploaded_by', sa.String(length=254), nullable=False),
    sa.Column('look_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.Column('data', sa.LargeBinary(), nullable=False),
    sa.CheckConstraint('width > 0 AND height > 0 AND size > 0', name=op.f('ck_note_image_something_to_see')),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_note_image_release_id_release'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_note_image')),
    sa.UniqueConstraint('name', name=op.f('uq_note_image_name')),
    sa.UniqueConstraint('release_id', 'sha256', name=op.f('uq_note_image_release_id_sha256'))
    )
    with op.batch_alter_table('note_image', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_note_image_look_at'), ['look_at'], unique=False)

    op.create_table('report',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('tenant_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.String(length=40), nullable=False),
    sa.Column('word', sa.String(length=60).with_variant(sa.String(length=60, collation='C'), 'postgresql'), nullable=False),
    sa.Column('title', sa.String(length=300), nullable=False),
    sa.Column('changed_at', storage.types.UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['tenant_id'], ['tenant.id'], name=op.f('fk_report_tenant_id_tenant'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('tenant_id', 'word', name=op.f('uq_report_tenant_id_word'))
    )
    op.create_table('published_word',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('release_id', sa.Integer(), nullable=False),
    sa.Column('patch_id', sa.Integer(), nullable=True),
    sa.Column('language', sa.String(length=2), nullable=False),
    sa.Column('word', sa.String(length=60).with_variant(sa.String(length=60, collation='C'), 'postgresql'), nullable=False),
    sa.ForeignKeyConstraint(['patch_id'], ['patch.id'], name=op.f('fk_published_word_patch_id_patch'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['release_id'], ['release.id'], name=op.f('fk_published_word_release_id_release'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_published_word'))
    )
    with op.batch_alter_table('published_word', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_published_word_patch_id'), ['patch_id'], unique=False)
        batch_op.create_index('ix_published_word_release_id', ['release_id', 'language'], unique=False)
        batch_op.create_index('ix_published_word_word', ['word', 'language', 'release_id'], unique=False)

    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.add_column(sa.Column('report_prefixes', sa.String(length=80), server_default='', nullable=False))
        batch_op.add_column(sa.Column('report_address', sa.String(length=300), server_default='', nullable=False))

    _index_what_is_published()


def _index_what_is_published() -> None:
    connection = op.get_bind()
    table = sa.table(
        'published_word',
        *(sa.column(name) for name in ('release_id', 'patch_id', 'language', 'word')),
    )
    notes = connection.execute(sa.text(
        'SELECT release_id, language, markdown FROM release_note AS note WHERE published_at IS NOT NULL AND NOT EXISTS ('
        'SELECT 1 FROM release_note AS later WHERE later.release_id = note.release_id '
        'AND later.language = note.language AND later.published_at IS NOT NULL AND later.revision > note.revision)'
    )).all()
    patches = connection.execute(sa.text('SELECT id, release_id, notes_nl, notes_en FROM patch')).all()
    texts = [(release_id, None, language, text) for release_id, language, text in notes]
    for patch_id, release_id, notes_nl, notes_en in patches:
        texts += [(release_id, patch_id, 'nl', notes_nl), (release_id, patch_id, 'en', notes_en)]
    for release_id, patch_id, language, text in texts:
        rows = [
            {'release_id': release_id, 'patch_id': patch_id, 'language': language, 'word': word}
            for word in sorted(words(text))[:20_000]
        ]
        if rows:
            connection.execute(table.insert(), rows)


def downgrade() -> None:
    with op.batch_alter_table('product', schema=None) as batch_op:
        batch_op.drop_column('report_address')
        batch_op.drop_column('report_prefixes')

    with op.batch_alter_table('published_word', schema=None) as batch_op:
        batch_op.drop_index('ix_published_word_word')
        batch_op.drop_index('ix_published_word_release_id')
        batch_op.drop_index(batch_op.f('ix_published_word_patch_id'))

    op.drop_table('published_word')
    op.drop_table('report')
    with op.batch_alter_table('note_image', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_note_image_look_at'))

    op.drop_table('note_image')
