"""At the front door: wrong passwords, invitations, and the mail that somebody gets."""

import re

from sqlalchemy import select

from accounts.models import User
from outbox.models import OutboxMessage
from storage import db
from tests.faces.conftest import CONTACT
from tests.faces.pages import Form, Page, Reader
from tests.world import World

WRONG: Form = {"email": CONTACT, "password": "not this one either"}
NEW = "another horse battery"


def user(email: str = CONTACT) -> User:
    return db.session.scalars(select(User).where(User.email == email)).one()


def invited(manager: Reader, planned: World) -> Page:
    """A manager invites the contact who reads English."""
    return manager.post(f"/planner/tenants/zorggroep-de-brug/contacts/{planned.brug.contacts[1].id}/invite")


def try_wrong(reader: Reader, times: int) -> Page:
    pages = [reader.post("/login", WRONG) for _time in range(times)]
    assert {page.status for page in pages} == {200}
    return pages[-1]


def last_mail() -> OutboxMessage:
    return db.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()


def link_in(message: OutboxMessage) -> str:
    """The path of the one link in a mail."""
    found = re.findall(r"http://localhost(/\S+)", message.letter.plain)
    assert len(found) == 1
    path: str = found[0]
    return path


def plain(page: Page, email: str) -> str:
    """The page without what the reader typed."""
    return page.html.replace(email, "")
