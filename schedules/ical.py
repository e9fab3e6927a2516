"""Calendars of a tenant: for people, and as MAINTNOTE for programs. Unchanged rows give the same bytes.

Times are UTC, which every client reads alike; the local time stands in the description, its zone spelled out.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask_babel import force_locale
from flask_babel import gettext as _
from icalendar import Calendar, Event, vDuration, vText

from schedules.models import MaintenanceWindow, Notice, Release, Says
from sla.terms import Change
from tenants.models import EnvironmentKind, Product, Tenant
from tenants.wording import environment_in_words, moment_for_tenant


@dataclass(frozen=True)
class Publisher:
    """Who publishes: what calendars and their readers see of us."""

    base_url: str
    sender: str

    @property
    def host(self) -> str:
        return urlsplit(self.base_url).hostname or "localhost"


def people_calendar(tenant: Tenant, notices: Iterable[Notice], publisher: Publisher, language: str) -> bytes:
    """Return the calendar of a tenant's people: releases of both environments and maintenance, as it was told."""
    with force_locale(language):
        calendar = _calendar(_("%(product)s: %(tenant)s", product=tenant.product.name, tenant=tenant.name))
        calendar.add("method", "PUBLISH")
        events = [_event(tenant, notice, publisher, language) for notice in notices]
        for event in events or [_first_event(tenant, publisher)]:
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def maintnote_calendar(
    tenant: Tenant, notices: Iterable[Notice], quiet: Iterable[MaintenanceWindow], publisher: Publisher, language: str
) -> bytes:
    """Return maintenance alone, with the MAINTNOTE properties that programs of customers read."""
    with force_locale(language):
        calendar = _calendar(
            _("%(product)s: maintenance for %(tenant)s", product=tenant.product.name, tenant=tenant.name)
        )
        for notice in notices:
            if notice.maintenance is not None:
                event = _event(tenant, notice, publisher, language)
                cancelled = notice.says is Says.CANCELLED
                _add_maintnote(event, tenant, notice.maintenance, publisher, cancelled=cancelled)
                _count_reports(event, notice.maintenance, notice.revision - 1, _stamp(notice))
                calendar.add_component(event)
        for window in quiet:
            event = _quiet_event(tenant, window, publisher, language)
            _add_maintnote(event, tenant, window, publisher, cancelled=window.cancelled_at is not None)
            _count_reports(event, window, window.revision - 1, _quiet_stamp(window))
            calendar.add_component(event)
    return bytes(calendar.to_ical())


def changed_at(notices: Iterable[Notice], quiet: Iterable[MaintenanceWindow], since: datetime) -> datetime:
    """When a tenant's calendar last changed: never earlier than ``since``, when the tenant joined."""
    notices, quiet = list(notices), list(quiet)
    moments = [_stamp(notice) for notice in notices] + [_quiet_stamp(window) for window in quiet]
    for window in [*(notice.maintenance for notice in notices if notice.maintenance), *quiet]:
        moments += [moment for moment in (window.started_at, window.done_at) if moment]
    return max([since, *moments])


def event_uid(tenant_id: int, about: str, publisher: Publisher) -> str:
    """A name for an event that stays for its life and tells nothing."""
    return f"{hashlib.sha256(f'{tenant_id}/{about}'.encode()).hexdigest()[:32]}@{publisher.host}"


def _calendar(name: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", "-//Release announcements//NL")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    # The library leaves these unescaped unless they are wrapped.
    calendar.add("name", vText(name))
    calendar.add("x-wr-calname", vText(name))
    calendar.add("refresh-interval", vDuration(timedelta(hours=4)), parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", vDuration(timedelta(hours=4)))
    return calendar


def _event(tenant: Tenant, notice: Notice, publisher: Publisher, language: str) -> Event:
    product, zone = tenant.product, tenant.product.timezone
    change = notice.release or notice.maintenance
    if change is None:
        raise LookupError(f"notice {notice.id} is about nothing")
    starts = moment_for_tenant(notice.planned_at, zone, tenant.timezone, language)
    if isinstance(change, Release):
        ends_at = notice.expected_end
        about, summary = f"release/{change.id}/{notice.kind.value}", _release_summary(product, change, notice)
        lines = [change.title(language), _("Starts: %(moment)s", moment=starts)]
        path = f"/releases/{change.version}"
    else:
        about, summary = f"maintenance/{change.id}", _maintenance_summary(product, change, language)
        # What was announced is the notice's; where it takes longer, everybody may see so.
        ends_at = change.expected_until or notice.expected_end
        ends = moment_for_tenant(ends_at, zone, tenant.timezone, language)
        lines = [change.reason(language), _("Starts: %(moment)s", moment=starts), _("Ends: %(moment)s", moment=ends)]
        if change.expected_until is not None:
            announced = moment_for_tenant(notice.expected_end, zone, tenant.timezone, language)
            lines.append(_("It takes longer than announced; that was until %(moment)s.", moment=announced))
        path = "/maintenance"
    cancelled = notice.says is Says.CANCELLED
    event = Event()
    event.add("uid", event_uid(tenant.id, about, publisher))
    _set_version(event, notice.revision - 1 + change.edits, _stamp(notice))
    event.add("dtstart", notice.planned_at)
    event.add("dtend", ends_at)
    # Outlook shows a cancelled event as if it stood: the word must be in its title.
    event.add("summary", _("CANCELLED: %(summary)s", summary=summary) if cancelled else summary)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    url = f"{publisher.base_url}/portal/{tenant.slug}{path}"
    event.add("description", "\n".join([*(line for line in lines if line), url]))
    event.add("url", url)
    return event


def _first_event(tenant: Tenant, publisher: Publisher) -> Event:
    """When the tenant joined, for as long as nothing else is there.

    A calendar without an event is none by RFC 5545, 3.6, and vdirsyncer refuses it; this one lies in the past, where
    it is in nobody's way.
    """
    event = Event()
    event.add("uid", event_uid(tenant.id, "joined", publisher))
    _set_version(event, 0, tenant.joined_at)
    event.add("dtstart", tenant.joined_at)
    event.add("dtend", tenant.joined_at + timedelta(hours=1))
    event.add("summary", _("%(product)s: %(tenant)s", product=tenant.product.name, tenant=tenant.name))
    event.add("description", _("No update has been announced. You hear of the next one in time."))
    event.add("status", "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    event.add("url", f"{publisher.base_url}/portal/{tenant.slug}")
    return event


def _quiet_event(tenant: Tenant, window: MaintenanceWindow, publisher: Publisher, language: str) -> Event:
    event = Event()
    event.add("uid", event_uid(tenant.id, f"maintenance/{window.id}", publisher))
    _set_version(event, window.revision - 1 + window.edits, _quiet_stamp(window))
    event.add("dtstart", window.starts_at)
    event.add("dtend", window.lasts_until)
    summary, cancelled = _maintenance_summary(tenant.product, window, language), window.cancelled_at is not None
    event.add("summary", _("CANCELLED: %(summary)s", summary=summary) if cancelled else summary)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "TRANSPARENT")
    return event


def _add_maintnote(
    event: Event, tenant: Tenant, window: MaintenanceWindow, publisher: Publisher, *, cancelled: bool
) -> None:
    event.add("organizer", f"mailto:{publisher.sender}")
    properties = {
        "provider": publisher.host,
        "account": tenant.slug,
        "maintenance-id": window.reference,
        "impact": window.impact.value,
        "status": "CANCELLED" if cancelled else _maintnote_status(window),
    }
    for name, value in properties.items():
        event.add(f"x-maintnote-{name}", vText(value))
    for kind in window.environments:
        event.add("x-maintnote-object-id", vText(f"{tenant.slug}/{kind.value}"))


def _count_reports(event: Event, window: MaintenanceWindow, notices: int, stamp: datetime) -> None:
    """That it started or is done is another version of the event, for programs: people see no change in it."""
    reported = [moment for moment in (window.started_at, window.done_at) if moment]
    _set_version(event, notices + window.edits + len(reported), max([stamp, *reported]))


def _set_version(event: Event, sequence: int, stamp: datetime) -> None:
    for name, value in {"sequence": sequence, "dtstamp": stamp, "last-modified": stamp}.items():
        event.pop(name, None)
        event.add(name, value)


def _maintnote_status(window: MaintenanceWindow) -> str:
    if window.done_at is not None:
        return "COMPLETED"
    return "IN-PROCESS" if window.started_at is not None else "CONFIRMED"


def _release_summary(product: Product, release: Release, notice: Notice) -> str:
    kind = EnvironmentKind.ACCEPTANCE if notice.kind is Change.ACCEPTANCE else EnvironmentKind.PRODUCTION
    environment = environment_in_words(kind)
    return _(
        "%(product)s: %(environment)s to %(version)s",
        product=product.name,
        environment=environment,
        version=release.version,
    )


def _maintenance_summary(product: Product, window: MaintenanceWindow, language: str) -> str:
    return _("%(product)s: maintenance, %(reason)s", product=product.name, reason=window.reason(language))


def _stamp(notice: Notice) -> datetime:
    """When the event last changed: its announcement, or what was changed of the release or the window since."""
    change = notice.release or notice.maintenance
    told_at = notice.announced_at or notice.created_at
    edited_at = change.edited_at if change is not None else None
    return max(told_at, edited_at) if edited_at else told_at


def _quiet_stamp(window: MaintenanceWindow) -> datetime:
    return max(window.changed_at, window.edited_at) if window.edited_at else window.changed_at
