"""A mail exactly as one real reader would get it, rendered by the code that sends, and written nowhere."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from types import SimpleNamespace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from announcements.concerned import concerned
from announcements.notice_desks import told_of
from announcements.readers import Desk, contacts_of
from outbox.mime import render
from outbox.models import Letter, OutboxMessage
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, Says
from sla.terms import Change
from storage import db
from tenants.models import LANGUAGES, Contact


@dataclass(frozen=True)
class Specimen:
    """One mail to one reader: its parts as the reader sees them, and what of it is the reader's own.

    ``theirs``: whether this is the language that the reader gets it in; nobody may have asked for the other one.
    """

    language: str
    reader: Any
    theirs: bool
    subject: str
    text: str
    html: str
    calendar: str
    letter: Letter
    fields: dict[str, str]


def specimens(
    change: Release | MaintenanceWindow, kind: Change, says: Says, desk: Desk, now: datetime, reader: int | None = None
) -> list[Specimen]:
    """Return the mail in every language; empty where nobody would get one.

    To the contact asked for with ``reader``, where that one gets a mail, else to the first who reads the language, or
    else to the first of all. A constant number of queries.
    """
    in_time = concerned(change, kind, says, now)
    firsts = db.session.execute(
        select(Contact.locale, func.min(Contact.id))
        .join(Notice, Notice.tenant_id == Contact.tenant_id)
        .where(in_time)
        .where(Contact.id == reader if reader is not None else Contact.id.is_not(None))
        .group_by(Contact.locale)
    ).all()
    chosen = {row[0]: row[1] for row in firsts}
    if not chosen:
        return specimens(change, kind, says, desk, now) if reader is not None else []
    tenants = select(Contact.tenant_id).where(Contact.id.in_(chosen.values()))
    contacts = {row.id: row for row in contacts_of(db.session.scalars(tenants).all())}
    notices = db.session.scalars(
        select(Notice).where(in_time, Notice.tenant_id.in_(tenants)).options(joinedload(Notice.waiver))
    )
    by_tenant = {notice.tenant_id: notice for notice in notices}
    made = []
    for language in LANGUAGES:
        contact = contacts[chosen.get(language, min(chosen.values()))]
        made.append(_specimen(desk, by_tenant[contact.tenant_id], contact, language, now))
    return made


def _specimen(desk: Desk, notice: Notice, contact: Any, language: str, now: datetime) -> Specimen:
    as_if = SimpleNamespace(**(contact._asdict() | {"locale": language}))
    (row,) = desk.addressed({contact.tenant_id: told_of(notice)}, [as_if], now)
    letter = desk.letters[language]
    parts = parts_of(render(letter, OutboxMessage(**row), now))
    return Specimen(
        language,
        contact,
        contact.locale == language,
        parts["subject"],
        parts.get("text/plain", ""),
        parts.get("text/html", ""),
        parts.get("text/calendar", ""),
        letter,
        row["fields"],
    )


def parts_of(data: bytes) -> dict[str, str]:
    """The texts of a mail by their type, and its subject."""
    mail = message_from_bytes(data, policy=modern)
    return dict(_parts(mail)) | {"subject": str(mail["Subject"])}


def _parts(mail: Any) -> Iterator[tuple[str, str]]:
    """The texts of a mail by their type."""
    for part in mail.walk():
        if isinstance(part, EmailMessage) and part.get_content_maintype() == "text":
            yield part.get_content_type(), str(part.get_content()).replace("\r\n", "\n")
