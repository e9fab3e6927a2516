"""Calendars of a tenant: for people, and as MAINTNOTE for programs. Unchanged rows give the same bytes.

Times are UTC, which every client reads alike; the local time stands in the description, its zone spelled out.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from icalendar import Calendar, Event, vDuration, vText

from schedules.entries import Publisher, Subscriber, entry_of, event_uid, last_changed, maintenance_summary
from schedules.models import MaintenanceWindow
from schedules.notices import Notice, Says
from tenants.models import Tenant


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
    entry = entry_of(notice, Subscriber.of(tenant), publisher, language, _stamp(notice))
    event = Event()
    event.add("uid", entry.uid)
    _set_version(event, entry.sequence, entry.stamp)
    event.add("dtstart", entry.starts_at)
    event.add("dtend", entry.ends_at)
    event.add("summary", entry.summary)
    event.add("status", entry.status)
    event.add("transp", "TRANSPARENT")
    event.add("description", entry.description)
    event.add("url", entry.url)
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
    summary, cancelled = maintenance_summary(tenant.product, window, language), window.cancelled_at is not None
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


def _stamp(notice: Notice) -> datetime:
    return last_changed(notice, notice.announced_at or notice.created_at)


def _quiet_stamp(window: MaintenanceWindow) -> datetime:
    return max(window.changed_at, window.edited_at) if window.edited_at else window.changed_at
