"""Days and moments as people type them where a browser has no picker; services read ISO 8601.

Whatever is no plain date is left as it was typed, for the service to refuse.
"""

import re
from datetime import date, datetime
from typing import Any

from babel import Locale
from babel.dates import format_date
from wtforms import StringField
from wtforms.widgets import DateInput, DateTimeLocalInput

from storage.sought import folded
from tenants.models import LANGUAGES

# Longer than the longest date in words.
_LONGEST = 60
_ISO_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
# Day first, as here: which of the two a slash puts first nobody can tell.
_DAY = re.compile(r"(\d{1,2})[-.](\d{1,2})[-.](\d{4})", re.ASCII)
_DAY_IN_WORDS = re.compile(r"(?:[^\W\d]+\.? )?([0-9]{1,2})\.? ([^\W\d]+)\.? ([0-9]{4})")
_WHOLE = re.compile(r"\d{4}-\d\d-\d\d(?:T\d\d:\d\d)?", re.ASCII)
_WITH_CLOCK = re.compile(r"(.*?\d{1,4})(?:,? (?:om |at )?|t)(\d{1,2})[:.](\d{2})(?: ?(?:uur|h))?", re.ASCII)


def iso_day(typed: str) -> str:
    """``15-3-2027`` and ``15 maart 2027`` as ``2027-03-15``; what is no day as it was typed."""
    plain = folded(typed) if len(typed) <= _LONGEST else ""
    if iso := _ISO_DAY.fullmatch(plain):
        year, month, day = iso.groups()
    elif numbers := _DAY.fullmatch(plain):
        day, month, year = numbers.groups()
    elif (words := _DAY_IN_WORDS.fullmatch(plain)) and words[2] in _MONTHS:
        day, month, year = words[1], str(_MONTHS[words[2]]), words[3]
    else:
        return typed.strip()
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return typed.strip()


def iso_moment(typed: str) -> str:
    """``15-3-2027 6:00`` and ``15 March 2027, 06:00`` as ``2027-03-15T06:00``; what is no moment as it was typed."""
    found = _WITH_CLOCK.fullmatch(folded(typed)) if len(typed) <= _LONGEST else None
    day = iso_day(found[1]) if found else ""
    return f"{day}T{found[2]:0>2}:{found[3]}" if found and _ISO_DAY.fullmatch(day) else typed.strip()


def moment_typed(value: str, language: str) -> str:
    """A day, or a moment of a form, as a page says it; empty for whatever else was typed."""
    try:
        moment = datetime.fromisoformat(value) if _WHOLE.fullmatch(value) else None
    except ValueError:
        moment = None
    if moment is None:
        return ""
    day = format_date(moment, "EEE d MMMM y", locale=language)
    return f"{day}, {moment:%H:%M}" if "T" in value else day


class DayField(StringField):
    """A day."""

    widget = DateInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([iso_day(one) for one in valuelist if isinstance(one, str)])


class MomentField(StringField):
    """A local date and time; the service reads it, so that a time that does not exist gets its own words."""

    widget = DateTimeLocalInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([iso_moment(one) for one in valuelist if isinstance(one, str)])


def _months() -> dict[str, int]:
    """The numbers of the months by their names, whole and short, in the languages of the pages."""
    found = {"sept": 9}
    for language in LANGUAGES:
        months = Locale.parse(language).months
        for widths in months.values():
            found |= {
                folded(name).rstrip("."): number
                for width in ("wide", "abbreviated")
                for number, name in widths[width].items()
            }
    return found


_MONTHS = _months()
