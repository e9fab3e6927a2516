"""How values look on a page: moments and days in words."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask
from flask_babel import get_locale

from alarms.letters import words as alarm_words
from alarms.messages import problem_in_words
from announcements.contents import impact_in_words
from entrypoints.guards import may, may_read_mailbox, now
from entrypoints.shown_again import typed_here
from entrypoints.tenants_field import is_finding, tenants_found
from entrypoints.way_back import way_back
from entrypoints.whose_page import is_of_vendor, vendor_name, zone_over_all
from release_notes.report_links import report_link
from tenants.models import Product, Tenant
from tenants.wording import (
    contacts_in_words,
    day_and_time,
    day_in_words,
    environment_in_words,
    from_now,
    length_in_words,
    moment_for_tenant,
    moment_in_words,
    period_in_words,
    tenants_in_words,
)


def language() -> str:
    """The language of this page."""
    return str(get_locale() or "nl")


def when(moment: datetime, zone: str) -> str:
    """A moment with its zone and offset spelled out."""
    return moment_in_words(moment, zone, language())


def clock(moment: datetime, zone: str) -> str:
    """A moment where the zone is plain from the page."""
    return day_and_time(moment, zone, language())


def own_clock(moment: datetime, zone: str) -> str:
    """A moment in its product's own time, on a page over all products: with the zone where that is not the page's."""
    words = clock(moment, zone)
    return words if zone == zone_over_all() else f"{words} ({zone})"


def day(moment: datetime, zone: str) -> str:
    return day_in_words(moment, zone, language())


def date_in_words(one: date) -> str:
    """A day in words."""
    return format_date(one, "d MMMM y", locale=language())


def weekday_in_words(one: date) -> str:
    """A day in words, with its day of the week."""
    return format_date(one, "EEE d MMMM y", locale=language())


def away(moment: datetime, zone: str) -> str:
    """A moment relative to now; it stands beside the date, never alone."""
    return from_now(moment, now(), zone)


def in_both_zones(moment: datetime, product: Product, tenant: Tenant) -> str:
    """A moment in the product's time, and in the tenant's own where that clock differs."""
    return moment_for_tenant(moment, product.timezone, tenant.timezone, language())


def form_value(moment: datetime, zone: str) -> str:
    """A moment as a form's field holds it."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def set_up(app: Flask) -> None:
    """Give every template these words."""
    words: dict[str, Any] = {
        "way_back": way_back,
        "typed_here": typed_here,
        "is_of_vendor": is_of_vendor,
        "vendor_name": vendor_name,
        "when": when,
        "clock": clock,
        "day": day,
        "date_in_words": date_in_words,
        "weekday_in_words": weekday_in_words,
        "away": away,
        "in_both_zones": in_both_zones,
        "form_value": form_value,
        "length_in_words": length_in_words,
        "period_in_words": period_in_words,
        "environment_in_words": environment_in_words,
        "contacts_in_words": contacts_in_words,
        "tenants_in_words": tenants_in_words,
        "impact_in_words": impact_in_words,
        "report_link": report_link,
        "alarm_words": alarm_words,
        "problem_in_words": problem_in_words,
        "language": language,
        "may": may,
        "may_read_mailbox": may_read_mailbox,
        "now": now,
        "tenants_found": tenants_found,
        "is_finding": is_finding,
    }
    app.jinja_env.globals.update(words)
