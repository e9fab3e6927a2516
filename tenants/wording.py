"""Dates, periods and environments in words, in the reader's language; the one way they are written everywhere."""

from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_timezone_location
from flask_babel import force_locale, get_locale, ngettext
from flask_babel import gettext as _

from sla.periods import Period
from tenants.models import EnvironmentKind


@lru_cache(maxsize=4096)
def moment_in_words(moment: datetime, zone_name: str, language: str) -> str:
    """Return ``Mon 7 December 2026, 06:00, Amsterdam time (UTC+1)``: the zone and its offset spelled out."""
    zone = ZoneInfo(zone_name)
    return f"{day_and_time(moment, zone_name, language)}, {_zone_in_words(moment, zone, zone_name, language)}"


@lru_cache(maxsize=4096)
def day_and_time(moment: datetime, zone_name: str, language: str) -> str:
    """Return ``Mon 7 December 2026, 06:00``."""
    return format_datetime(moment.astimezone(ZoneInfo(zone_name)), "EEE d MMMM y, HH:mm", locale=language)


def day_and_time_here(moment: datetime, zone_name: str) -> str:
    """The same in the language of whoever reads now."""
    return day_and_time(moment, zone_name, str(get_locale() or "en"))


@lru_cache(maxsize=4096)
def day_in_words(moment: datetime, zone_name: str, language: str) -> str:
    """Return ``Mon 7 December 2026``."""
    return format_datetime(moment.astimezone(ZoneInfo(zone_name)), "EEE d MMMM y", locale=language)


def offset_in_words(moment: datetime, zone: tzinfo) -> str:
    """Return ``UTC+1``, ``UTC-3:30``, or ``UTC`` alone."""
    seconds = int((moment.astimezone(zone).utcoffset() or moment - moment).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    if not seconds:
        return "UTC"
    return f"UTC{'-' if seconds < 0 else '+'}{hours}" + (f":{minutes:02d}" if minutes else "")


def moment_for_tenant(moment: datetime, product_zone: str, tenant_zone: str, language: str) -> str:
    """Return a moment in the product's time, and in the tenant's own beside it where that clock differs."""
    words = moment_in_words(moment, product_zone, language)
    if tenant_zone and tenant_zone != product_zone:
        here, there = moment.astimezone(ZoneInfo(product_zone)), moment.astimezone(ZoneInfo(tenant_zone))
        if here.utcoffset() != there.utcoffset():
            return f"{words} = {moment_in_words(moment, tenant_zone, language)}"
    return words


def period_in_words(text: str) -> str:
    """Return an ISO 8601 period in the reader's language: ``one month``, ``two weeks and three days``."""
    period = Period.parse(text)
    weeks, days = divmod(period.days, 7)
    if days and weeks:
        weeks, days = 0, period.days
    parts = [
        ngettext("%(num)d month", "%(num)d months", period.months) if period.months else "",
        ngettext("%(num)d week", "%(num)d weeks", weeks) if weeks else "",
        ngettext("%(num)d day", "%(num)d days", days) if days else "",
    ]
    return _(" and ").join(part for part in parts if part)


def length_in_words(length: timedelta) -> str:
    """Return ``5 hours and 30 minutes``, ``364 days and 10 hours``; no minutes beside days."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    days, hours = divmod(hours, 24)
    parts = [
        ngettext("%(num)d day", "%(num)d days", days) if days else "",
        ngettext("%(num)d hour", "%(num)d hours", hours) if hours else "",
        ngettext("%(num)d minute", "%(num)d minutes", minutes) if not days and (minutes or not hours) else "",
    ]
    return _(" and ").join(part for part in parts if part)


def contacts_in_words(number: int) -> str:
    return ngettext("%(num)d contact", "%(num)d contacts", number)


def tenants_in_words(number: int) -> str:
    return ngettext("%(num)d tenant", "%(num)d tenants", number)


def environment_in_words(kind: EnvironmentKind | str) -> str:
    return {"acceptance": _("acceptance"), "production": _("production")}[str(kind)]


def days_until(moment: datetime, now: datetime, zone: tzinfo) -> int:
    """How many days of the calendar a moment lies ahead; negative where it has passed."""
    return (moment.astimezone(zone).date() - now.astimezone(zone).date()).days


def from_now(moment: datetime, now: datetime, zone_name: str) -> str:
    """Return a moment relative to now, to stand beside the date: ``in 14 days``, ``2 hours ago``.

    From two days on they are days of the calendar there, as people count them: on Friday, Monday is in 3 days.
    """
    seconds = (moment.astimezone(UTC) - now).total_seconds()
    minutes = int(abs(seconds) // 60)
    days = abs(days_until(moment, now, ZoneInfo(zone_name)))
    if minutes < 60:
        words = ngettext("%(num)d minute", "%(num)d minutes", max(minutes, 1))
    elif minutes < 48 * 60:
        words = ngettext("%(num)d hour", "%(num)d hours", minutes // 60)
    else:
        words = ngettext("%(num)d day", "%(num)d days", days)
    return _("in %(time)s", time=words) if seconds >= 0 else _("%(time)s ago", time=words)


def _zone_in_words(moment: datetime, zone: tzinfo, zone_name: str, language: str) -> str:
    offset = offset_in_words(moment, zone)
    # As people write it: Curaçao, Londen. Of some Babel knows no name, and gives the path.
    city = get_timezone_location(zone_name, locale=language, return_city=True).rsplit("/", 1)[-1]
    if offset == "UTC" and zone_name in {"UTC", "Etc/UTC"}:
        return "UTC"
    with force_locale(language):
        return _("%(city)s time (%(offset)s)", city=city, offset=offset)
