"""The contacts of De Brug: their page, what was put on record of them, and what was mailed."""

import json
import re

from sqlalchemy import select

from evidence.models import Entry
from outbox.models import OutboxMessage
from storage import db
from tenants.models import Contact
from tests.faces.pages import Form

HOME = "/portal/zorggroep-de-brug"
LIST = f"{HOME}/contacts"
NOOR: Form = {"name": "Noor van Dam", "email": "Noor@Brug.example", "phone": "020 123 4567", "locale": "en"}
SECOND = "contact2@zorggroep-de-brug.example"


def contact_named(email: str) -> Contact:
    return db.session.scalars(select(Contact).where(Contact.email == email)).one()


def addresses() -> list[str]:
    """The contacts of De Brug in the order of their places."""
    query = select(Contact.email).where(Contact.email.not_like("%peelrand%")).order_by(Contact.slot)
    return list(db.session.scalars(query))


def records() -> list[tuple[str, str, dict[str, object]]]:
    """What was put on record of contacts since the world began, with who did it."""
    rows = db.session.scalars(select(Entry).where(Entry.kind.startswith("contact_")).order_by(Entry.id))
    return [(row.kind, row.actor, json.loads(row.facts)) for row in rows][3:]


def mails() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(row.address, row.letter.subject) for row in rows]


def link_in_last_mail() -> str:
    last = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
    (path,) = re.findall(r"http://localhost(/\S+)", last.letter.plain)
    return str(path)
