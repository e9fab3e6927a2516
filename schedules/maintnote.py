"""Maintenance as programs of customers read it: MAINTNOTE, the NANOG's best current operational practice."""

from datetime import date, datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from icalendar import Event, vText

from schedules.entries import Publisher, event_uid, last_changed, maintenance_summary
from schedules.ical import Made, made, named_calendar, new_event, set_version, shown_since
from schedules.models import MaintenanceWindow
from schedules.notices import Notice, Says
from schedules.people_calendar import notice_event
from schedules.queries import quiet_windows, told_notices
from tenants.models import Tenant


def maintnote_calendar(tenant: Tenant, today: date, publisher: Publisher, language: str) -> Made:
    """Return maintenance alone: what was told, and what has no impact and is told to nobody. It may have no event."""
    product, since = tenant.product, shown_since(today)
    with force_locale(language):
        calendar = named_calendar(
            _("%(product)s: maintenance for %(tenant)s", product=product.name, tenant=tenant.name)
        )
        events = [
            _told_event(tenant, notice, notice.maintenance, publisher, language)
            for notice in told_notices(tenant, since)
            if notice.maintenance is not None
        ]
        quiet = quiet_windows(tenant, since, cancelled=True)
        events += [_quiet_event(tenant, window, publisher, language) for window in quiet]
        return made(calendar, events, tenant.joined_at)


def _told_event(
    tenant: Tenant, notice: Notice, window: MaintenanceWindow, publisher: Publisher, language: str
) -> Event:
    event = notice_event(tenant, notice, publisher, language)
    _add_maintnote(event, tenant, window, publisher, cancelled=notice.says is Says.CANCELLED)
    _count_reports(event, window, notice.revision - 1, last_changed(notice, notice.announced_at or notice.created_at))
    return event


def _quiet_event(tenant: Tenant, window: MaintenanceWindow, publisher: Publisher, language: str) -> Event:
    stamp = max(window.changed_at, window.edited_at) if window.edited_at else window.changed_at
    summary, cancelled = maintenance_summary(tenant.product, window, language), window.cancelled_at is not None
    event = new_event(
        event_uid(tenant.id, f"maintenance/{window.id}", publisher),
        (0, stamp),
        (window.starts_at, window.lasts_until),
        _("CANCELLED: %(summary)s", summary=summary) if cancelled else summary,
        "CANCELLED" if cancelled else "CONFIRMED",
    )
    _add_maintnote(event, tenant, window, publisher, cancelled=cancelled)
    _count_reports(event, window, window.revision - 1, stamp)
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
    """That it started or is done is another version of the event, for programs: of a start people see no change."""
    reported = [moment for moment in (window.started_at, window.done_at) if moment]
    sequence = notices + window.edits + len(reported)
    set_version(event, *window.product.as_edited(sequence, max([stamp, *reported])))


def _maintnote_status(window: MaintenanceWindow) -> str:
    if window.done_at is not None:
        return "COMPLETED"
    return "IN-PROCESS" if window.started_at is not None else "CONFIRMED"
