"""The calendar entry that a notice's mail carries: the one of the feed, so that a calendar that has both agrees.

One part for all readers of a letter; what is a tenant's own stands in places like those of the texts. Values are
escaped and lines folded when the mail is made, except what is named `ics_raw_`: moments and numbers of our own.
"""

from datetime import UTC, datetime

from announcements.fields import laid_in
from announcements.models import Kind
from schedules.entries import Entry, Publisher
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Says

LINE_END = "\r\n"


def calendar_part(change: Release | MaintenanceWindow, kind: Kind, says: Says, publisher: Publisher) -> str:
    """Return the calendar of a letter, with places. Maintenance carries what programs read (MAINTNOTE)."""
    note_status = "IN-PROCESS" if kind is Kind.MAINTENANCE_LONGER else _status(says)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Release announcements//NL",
        "CALSCALE:GREGORIAN",
        # The same as the method of the mail's part (RFC 6047, 2.4).
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{laid_in('ics_raw_uid')}",
        f"SEQUENCE:{laid_in('ics_raw_sequence')}",
        f"DTSTAMP:{laid_in('ics_raw_stamp')}",
        f"LAST-MODIFIED:{laid_in('ics_raw_stamp')}",
        f"DTSTART:{laid_in('ics_raw_starts')}",
        f"DTEND:{laid_in('ics_raw_ends')}",
        f"SUMMARY:{laid_in('ics_summary')}",
        f"STATUS:{_status(says)}",
        "TRANSP:TRANSPARENT",
        f"DESCRIPTION:{laid_in('ics_description')}",
        f"URL:{laid_in('ics_raw_url')}",
        *(_maintnote(change, note_status, publisher) if isinstance(change, MaintenanceWindow) else []),
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    return LINE_END.join(lines)


def calendar_fields(entry: Entry, slug: str) -> dict[str, str]:
    """Return what is laid into the places of ``calendar_part`` for one tenant."""
    return {
        "ics_raw_uid": entry.uid,
        "ics_raw_sequence": str(entry.sequence),
        "ics_raw_stamp": _utc(entry.stamp),
        "ics_raw_starts": _utc(entry.starts_at),
        "ics_raw_ends": _utc(entry.ends_at),
        "ics_raw_url": entry.url,
        "ics_summary": entry.summary,
        "ics_description": entry.description,
        "ics_account": slug,
    }


def _maintnote(window: MaintenanceWindow, status: str, publisher: Publisher) -> list[str]:
    account = laid_in("ics_account")
    return [
        f"ORGANIZER:mailto:{publisher.sender}",
        f"X-MAINTNOTE-PROVIDER:{publisher.host}",
        f"X-MAINTNOTE-ACCOUNT:{account}",
        f"X-MAINTNOTE-MAINTENANCE-ID:{_text(window.reference)}",
        f"X-MAINTNOTE-IMPACT:{window.impact.value}",
        f"X-MAINTNOTE-STATUS:{status}",
        *(f"X-MAINTNOTE-OBJECT-ID:{account}/{kind.value}" for kind in window.environments),
    ]


def _status(says: Says) -> str:
    return "CANCELLED" if says is Says.CANCELLED else "CONFIRMED"


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(value: str) -> str:
    """A value as RFC 5545 3.3.11 wants it."""
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")
