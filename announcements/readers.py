"""Who reads an announcement, and what in it is the reader's own."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import Table, insert, select

from announcements.calendar_parts import calendar_fields
from announcements.models import Announcement
from announcements.sentences import OF_PRODUCTION, end_of_support, why_late
from outbox.models import Letter, OutboxMessage
from outbox.services import new_message_id
from schedules.entries import Publisher, Subscriber, entry_of, last_changed
from schedules.losing_support import losing_support
from schedules.models import Release, Waiver
from schedules.notices import Notice
from storage import among, db
from tenants.models import Contact, Environment, Product, Tenant
from tenants.wording import day_and_time, moment_for_tenant

_outbox: Table = OutboxMessage.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class Told:
    """What one tenant is told of one change: its own dates, and why they are as they are."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    previous_at: datetime | None = None
    previous_ends_at: datetime | None = None
    period: str = ""
    waiver: Waiver | None = None
    joined_late: bool = False
    # After this the mail is not sent any more.
    not_after: datetime | None = None
    # The notice that it gives, for the reader's calendar.
    notice: Notice | None = None
    # Fields that only this kind of announcement has, by language.
    more: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass
class Desk:
    """Addresses the mails of one announcement; the words of a date are found once for all who share them."""

    product: Product
    announcement: Announcement
    letters: dict[str, Letter]
    path: str
    # Before everything else that waits.
    urgent: bool = False
    # What is one contact's own, beside what all of its tenant share.
    own: Callable[[Any], dict[str, str]] | None = None
    # The one that it is about.
    release: Release | None = None
    publisher: Publisher = field(default_factory=Publisher.present)

    def queue(self, told: dict[int, Told], contacts: Iterable[Any], now: datetime) -> int:
        """Put one row a contact into the outbox, in the running transaction. Returns how many."""
        rows = self.addressed(told, contacts, now)
        if rows:
            # Into the table and not through its class: of tens of thousands of rows none is looked at again here.
            db.session.execute(insert(_outbox), rows)
        return len(rows)

    def addressed(self, told: dict[int, Told], contacts: Iterable[Any], now: datetime) -> list[dict[str, Any]]:
        """Return the rows of the outbox, one a contact, as ``queue`` writes them."""
        fields: dict[tuple[int, str], dict[str, str]] = {}
        losing = self._losing(told)
        rows = []
        for contact in contacts:
            key = (contact.tenant_id, contact.locale)
            if key not in fields:
                fields[key] = self._fields(told[contact.tenant_id], contact, losing.get(contact.tenant_id, ""), now)
            rows.append(
                {
                    "letter_id": self.letters[contact.locale].id,
                    "announcement_id": self.announcement.id,
                    "tenant_id": contact.tenant_id,
                    "contact_id": contact.id,
                    "address": contact.email,
                    "name": contact.name,
                    "fields": fields[key] | {"name": contact.name} | (self.own(contact) if self.own else {}),
                    "message_id": new_message_id(),
                    "created_at": now,
                    "next_attempt_at": now,
                    "not_after": told[contact.tenant_id].not_after,
                    "urgent": self.urgent,
                }
            )
        return rows

    def _fields(self, told: Told, contact: Any, loses: str, now: datetime) -> dict[str, str]:
        zone, language = self.product.timezone, contact.locale

        def words(moment: datetime | None) -> str:
            return moment_for_tenant(moment, zone, contact.tenant_zone, language) if moment else ""

        with force_locale(language):
            previous = words(told.previous_at)
            if told.previous_ends_at and previous:
                previous = _("%(start)s until %(end)s", start=previous, end=words(told.previous_ends_at))
            return {
                "tenant": contact.tenant_name,
                "starts": words(told.starts_at),
                "day_and_time": day_and_time(told.starts_at, zone, language) if told.starts_at else "",
                "ends": words(told.ends_at),
                "previous": previous,
                "exception": why_late(told, self.announcement, self.product, now, language),
                "support": end_of_support(told, self.release, loses, now, language) if self.release and loses else "",
                "link": f"{current_app.config['BASE_URL']}/portal/{contact.tenant_slug}{self.path}",
                **self._entry(told, contact, language, now),
                **told.more.get(language, {}),
            }

    def _entry(self, told: Told, contact: Any, language: str, now: datetime) -> dict[str, str]:
        """What goes into the reader's calendar; empty where the letter has no entry."""
        if told.notice is None or not self.letters[language].calendar:
            return {}
        subscriber = Subscriber(contact.tenant_id, contact.tenant_slug, contact.tenant_zone)
        # The feed shows it from this announcement on, with the same stamp.
        stamp = last_changed(told.notice, told.notice.announced_at or now)
        entry = entry_of(told.notice, subscriber, self.publisher, language, stamp)
        return calendar_fields(entry, contact.tenant_slug)

    def _losing(self, tenant_ids: Collection[int]) -> dict[int, str]:
        """What these tenants run in production that loses full support with the release told of (SLA 4.2)."""
        if self.release is None or self.announcement.kind not in OF_PRODUCTION:
            return {}
        return losing_support(self.release, among(Environment.tenant_id, tenant_ids))


def contacts_of(tenant_ids: Iterable[int]) -> list[Any]:
    """The contacts of these tenants, with what of the tenant their mail needs."""
    wanted = list(tenant_ids)
    columns = (
        Contact.id,
        Contact.tenant_id,
        Contact.email,
        Contact.name,
        Contact.locale,
        Contact.phone,
        Contact.unsubscribed_at,
        Tenant.name.label("tenant_name"),
        Tenant.slug.label("tenant_slug"),
        Tenant.timezone.label("tenant_zone"),
    )
    found: list[Any] = []
    # Databases limit the number of values in one statement.
    for start in range(0, len(wanted), 5000):
        found += db.session.execute(
            select(*columns)
            .join(Tenant)
            .where(Contact.tenant_id.in_(wanted[start : start + 5000]))
            .order_by(Contact.id)
        ).all()
    return found
