"""Rows of the outbox to start from, and a look at them as they are in the database."""

from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from outbox.models import Letter, OutboxMessage
from outbox.services import new_message_id
from storage import db
from tests.smtp_server import SMTPServer
from tests.world import NOW

DEADLINE = NOW + timedelta(days=1)


def letter(**values: Any) -> Letter:
    """An announcement's letter, in English unless told otherwise."""
    usual = {"subject": "Release 26.4", "plain": "Hello,\n\nIt comes.", "html": "<p>It comes.</p>", "language": "en"}
    return Letter(**({"created_at": NOW, "announcement_id": 1} | usual | values))


def queue(count: int = 1, of: Letter | None = None, **values: Any) -> list[int]:
    """That many mails of one letter, one to each reader, due now. Returns their ids."""
    shared = of or letter()
    usual = {"created_at": NOW, "next_attempt_at": NOW, "not_after": DEADLINE, "announcement_id": 1, "tenant_id": 1}
    messages = [
        OutboxMessage(
            letter=shared,
            **(
                usual
                | {"address": f"reader{number}@brug.example", "contact_id": number, "message_id": new_message_id()}
                | values
            ),
        )
        for number in range(1, count + 1)
    ]
    db.session.add_all(messages)
    db.session.flush()
    ids = [message.id for message in messages]
    # Nothing may be read after this: it would begin a transaction, and on SQLite keep every worker waiting.
    db.session.commit()
    return ids


def row(message_id: int) -> OutboxMessage:
    """A copy of the row as the database has it now."""
    with Session(db.engine, expire_on_commit=False) as session:
        return session.get_one(OutboxMessage, message_id)


def states(*message_ids: int) -> list[str]:
    return [row(message_id).state.value for message_id in message_ids]


def use(app: Flask, server: SMTPServer, **more: Any) -> None:
    """Hand mail in at this server."""
    app.config.update({"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": server.port, "MAIL_TIMEOUT": 5.0} | more)
