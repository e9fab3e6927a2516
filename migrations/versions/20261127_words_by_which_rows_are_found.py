"""The words by which tenants, contacts, releases, maintenance and announcements are found.

Revision ID: 3e8f52c7a6d1
Revises: 2f6b8d10c3a7
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "3e8f52c7a6d1"
down_revision = "2f6b8d10c3a7"
branch_labels = None
depends_on = None

FOUND_BY = {
    "tenant": ("name", "slug"),
    "contact": ("name", "email"),
    "release": ("version", "title_nl", "title_en"),
    "maintenance_window": ("reference", "reason_nl", "reason_en"),
    "bulletin": ("subject_nl", "subject_en"),
}
# As storage/sought.py has it today; a migration must not change with it.
PLAIN = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})


def upgrade() -> None:
    for name, columns in FOUND_BY.items():
        op.add_column(name, sa.Column("sought", sa.Text(), server_default="", nullable=False))
        table = sa.table(name, sa.column("id"), sa.column("sought"), *(sa.column(column) for column in columns))
        rows = op.get_bind().execute(sa.select(table.c.id, *(table.c[column] for column in columns))).all()
        if rows:
            found = [{"row": row[0], "words": words(" ".join(one or "" for one in row[1:]))} for row in rows]
            change = sa.update(table).where(table.c.id == sa.bindparam("row")).values(sought=sa.bindparam("words"))
            op.get_bind().execute(change, found)


def downgrade() -> None:
    for name in FOUND_BY:
        op.drop_column(name, "sought")


def words(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    whole = unicodedata.normalize("NFC", bare).translate(PLAIN).split()
    parts = [part for word in whole for part in re.split(r"[\W_]+", word) if part]
    return "".join(f" {word}" for word in dict.fromkeys(whole + parts))
