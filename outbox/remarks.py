"""What we add to a server's last words."""

from sqlalchemy import ColumnElement, case

from outbox.models import OutboxMessage


def remark(words: str) -> ColumnElement[str]:
    """The row's ``reply`` with ``words`` after it: what the server said stays to the letter."""
    return case((OutboxMessage.reply == "", words), else_=OutboxMessage.reply + "; " + words)
