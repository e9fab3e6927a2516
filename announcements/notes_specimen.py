"""The mail of release notes as a real reader would get it, before it is published; written nowhere."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import func, select

from announcements import contents
from announcements.models import Announcement, Kind
from announcements.readers import Desk, Told, contacts_of
from announcements.rendering import letter_of
from announcements.specimen import parts_of
from announcements.updates import told_dates
from outbox.mime import render
from outbox.models import OutboxMessage
from release_notes.images import images_of
from release_notes.showing import PATH
from schedules.models import Release
from schedules.notices import Says
from storage import db
from tenants.models import Contact, Product, Tenant


@dataclass(frozen=True)
class NotesMail:
    """One mail in one language; ``reader`` is whom it would go to, an invented one where nobody reads the language."""

    language: str
    reader: Any
    subject: str
    text: str
    html: str


def notes_mails(release: Release, texts: Mapping[str, str], now: datetime) -> dict[str, NotesMail]:
    """Return the mail of these notes in each language, to the first contact who reads it."""
    readers = _readers(release.product)
    return {one: _mail(release, one, text, readers.get(one) or _invented(one), now) for one, text in texts.items()}


def with_pictures(release: Release, html: str) -> str:
    """A mail's HTML with its pictures within: before notes are published nobody else may fetch them."""
    for image in images_of(release):
        source = f'src="{current_app.config["BASE_URL"]}{PATH}{image.name}"'
        if source in html:
            data = b64encode(image.data).decode()
            html = html.replace(source, f'src="data:{image.media_type};base64,{data}"')
    return html


def _mail(release: Release, language: str, markdown: str, reader: Any, now: datetime) -> NotesMail:
    with force_locale(language):
        letter = letter_of(contents.of_notes(release, markdown, language), language, f"release-{release.id}", now)
    announcement = Announcement(kind=Kind.RELEASE_NOTES, says=Says.PLANNED, plan_revision=1, created_at=now)
    desk = Desk(release.product, announcement, {language: letter}, f"/releases/{release.version}")
    told = {reader.tenant_id: Told(more=told_dates(release, [reader.tenant_id])[reader.tenant_id])}
    as_if = SimpleNamespace(**(reader._asdict() if hasattr(reader, "_asdict") else vars(reader)) | {"locale": language})
    (row,) = desk.addressed(told, [as_if], now)
    mail = parts_of(render(letter, OutboxMessage(**row), now))
    return NotesMail(language, reader, mail["subject"], mail["text/plain"], mail["text/html"])


def _readers(product: Product) -> dict[str, Any]:
    """The first contact of a product by language."""
    firsts = db.session.execute(
        select(Contact.locale, func.min(Contact.id))
        .join(Tenant)
        .where(Tenant.product_id == product.id)
        .group_by(Contact.locale)
    )
    chosen = {number: language for language, number in firsts}
    tenants = select(Contact.tenant_id).where(Contact.id.in_(chosen))
    rows = contacts_of(db.session.scalars(tenants.distinct()).all()) if chosen else []
    return {chosen[row.id]: row for row in rows if row.id in chosen}


def _invented(language: str) -> Any:
    with force_locale(language):
        return SimpleNamespace(
            id=0,
            tenant_id=0,
            email="reader@example.com",
            name=_("a reader"),
            locale=language,
            tenant_name=_("an organisation"),
            tenant_slug="example",
            tenant_zone="",
        )
