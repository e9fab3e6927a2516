"""What a notice puts into a calendar: one entry, the same in the feed and in the mail."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from functools import lru_cache
from typing import Any, Self
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import gettext as _

from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, Says
from sla.terms import Change
from tenants.models import Product, Tenant
from tenants.wording import environment_in_words, moment_for_tenant


@dataclass(frozen=True)
class Publisher:
    """Who publishes: what calendars and their readers see of us."""

    base_url: str
    sender: str

    @classmethod
    def of(cls, config: Mapping[str, Any]) -> Self:
        """The publisher of the settings."""
        return cls(config["BASE_URL"], _address_in(config["MAIL_DEFAULT_SENDER"]))

    @classmethod
    def present(cls) -> Self:
        return cls.of(current_app.config)

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"


@lru_cache(maxsize=16)
def _address_in(sender: str) -> str:
    return parseaddr(sender)[1]


@dataclass(frozen=True)
class Subscriber:
    """A tenant as far as its calendar entries are concerned."""

    tenant_id: int
    slug: str
    timezone: str

    @classmethod
    def of(cls, tenant: Tenant) -> Self:
        return cls(tenant.id, tenant.slug, tenant.timezone)


@dataclass(frozen=True)
class Entry:
    """What one notice puts into a calendar, the same in the feed and in the mail."""

    uid: str
    sequence: int
    stamp: datetime
    starts_at: datetime
    ends_at: datetime
    summary: str
    description: str
    status: str
    url: str


def entry_of(notice: Notice, subscriber: Subscriber, publisher: Publisher, language: str, stamp: datetime) -> Entry:
    """Return the entry of a notice in the language that is in force; ``stamp`` is when it last changed."""
    change = notice.release or notice.maintenance
    if change is None:
        raise LookupError(f"notice {notice.id} is about nothing")
    product, ends_at = change.product, notice.expected_end
    starts = moment_for_tenant(notice.planned_at, product.timezone, subscriber.timezone, language)
    if isinstance(change, Release):
        about, summary = f"release/{change.id}/{notice.kind.value}", release_summary(product, change, notice.kind)
        lines = [change.title(language), _("Starts: %(moment)s", moment=starts)]
        path = f"/releases/{change.version}"
    else:
        about, summary = f"maintenance/{change.id}", maintenance_summary(product, change, language)
        # What was announced is the notice's; where it takes longer, or is done, everybody may see so.
        ends_at = change.until(notice.planned_at, ends_at)
        ends = moment_for_tenant(ends_at, product.timezone, subscriber.timezone, language)
        lines = [change.reason(language), _("Starts: %(moment)s", moment=starts), _("Ends: %(moment)s", moment=ends)]
        if change.expected_until is not None:
            announced = moment_for_tenant(notice.expected_end, product.timezone, subscriber.timezone, language)
            lines.append(_("It takes longer than announced; that was until %(moment)s.", moment=announced))
        path = "/maintenance"
    cancelled = notice.says is Says.CANCELLED
    url = f"{publisher.base_url}/portal/{subscriber.slug}{path}"
    sequence, stamp = product.as_edited(notice.revision - 1 + change.edits, stamp)
    return Entry(
        uid=event_uid(subscriber.tenant_id, about, publisher),
        sequence=sequence,
        stamp=stamp,
        starts_at=notice.planned_at,
        ends_at=ends_at,
        # Outlook shows a cancelled event as if it stood: the word must be in its title.
        summary=_("CANCELLED: %(summary)s", summary=summary) if cancelled else summary,
        description="\n".join([*(line for line in lines if line), url]),
        status="CANCELLED" if cancelled else "CONFIRMED",
        url=url,
    )


def event_uid(tenant_id: int, about: str, publisher: Publisher) -> str:
    """A name for an event of a tenant that stays for its life and tells nothing."""
    return event_uid_of(f"{tenant_id}/{about}", publisher)


def event_uid_of(about: str, publisher: Publisher) -> str:
    """The same for one that is nobody's in particular."""
    return f"{hashlib.sha256(about.encode()).hexdigest()[:32]}@{publisher.host}"


def last_changed(notice: Notice, told_at: datetime) -> datetime:
    """When the event of a notice last changed: its announcement, or what was changed of the plan's words since."""
    change = notice.release or notice.maintenance
    edited_at = change.edited_at if change is not None else None
    return max(told_at, edited_at) if edited_at else told_at


def release_summary(product: Product, release: Release, kind: Change) -> str:
    environment = environment_in_words(kind.value)
    return _(
        "%(product)s: %(environment)s to %(version)s",
        product=product.name,
        environment=environment,
        version=release.version,
    )


def maintenance_summary(product: Product, window: MaintenanceWindow, language: str) -> str:
    return _("%(product)s: maintenance, %(reason)s", product=product.name, reason=window.reason(language))
