"""Somebody who asks for an account, and what comes of it: as the tests of it tell it."""

import re

from sqlalchemy import select

from accounts.request_models import AccountRequest, RequestState
from evidence.models import Entry
from outbox.models import OutboxMessage
from storage import db
from tests.faces.pages import Form, Reader

ASK = "/account"
HOME = "/portal/zorggroep-de-brug"
SAM: Form = {"name": "Sam Smit", "email": "Sam@zorggroep-de-brug.example", "organisation": "De Brug"}
ADDRESS = "sam@zorggroep-de-brug.example"
# Of nobody's domain.
UNKNOWN: Form = {"name": "Sam Smit", "email": "sam@gmail.com", "organisation": "peelrand"}


def requests() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(AccountRequest).order_by(AccountRequest.id))
    return [(row.email, row.state.value) for row in rows]


def the_request() -> AccountRequest:
    return db.session.scalars(select(AccountRequest)).one()


def mails() -> list[tuple[str, str]]:
    rows = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id))
    return [(row.address, row.letter.subject) for row in rows]


def link_in_last_mail() -> str:
    last = db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
    (path,) = re.findall(r"http://localhost(/\S+)", last.letter.plain)
    return str(path)


def records() -> list[tuple[str, str, bool]]:
    rows = db.session.scalars(select(Entry).where(Entry.kind.startswith("account_")).order_by(Entry.id))
    return [(row.kind, row.actor, row.tenant_id is not None) for row in rows]


def waits(visitor: Reader, form: Form = SAM) -> int:
    """A request whose address is confirmed; its number."""
    visitor.post(ASK, form)
    visitor.post(link_in_last_mail())
    row = db.session.scalars(select(AccountRequest).order_by(AccountRequest.id.desc()).limit(1)).one()
    assert row.state is RequestState.WAITING
    return row.id
