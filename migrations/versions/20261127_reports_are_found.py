"""The words by which reports of tenants are found.

Revision ID: b05d7c2e91f8
Revises: 7ce3a84e9e9f
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "b05d7c2e91f8"
down_revision = "7ce3a84e9e9f"
branch_labels = None
depends_on = None

# As storage/sought.py has it today; a migration must not change with it.
PLAIN = str.maketrans({"ø": "o", "đ": "d", "ð": "d", "ł": "l", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"})
REPORT = sa.table("report", *(sa.column(name) for name in ("id", "number", "title", "sought")))


def upgrade() -> None:
    op.add_column("report", sa.Column("sought", sa.Text(), server_default="", nullable=False))
    rows = op.get_bind().execute(sa.select(REPORT.c.id, REPORT.c.number, REPORT.c.title)).all()
    if rows:
        found = [{"row": row[0], "words": words(f"{row[1]} {row[2]}")} for row in rows]
        change = sa.update(REPORT).where(REPORT.c.id == sa.bindparam("row")).values(sought=sa.bindparam("words"))
        op.get_bind().execute(change, found)


def downgrade() -> None:
    op.drop_column("report", "sought")


def words(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    whole = unicodedata.normalize("NFC", bare).translate(PLAIN).split()
    parts = [part for word in whole for part in re.split(r"[\W_]+", word) if part]
    return "".join(f" {word}" for word in dict.fromkeys(whole + parts))
