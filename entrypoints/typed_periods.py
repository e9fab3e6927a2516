"""A length of time as people type and read it, in either language; services, files and programs have ISO 8601."""

import re
from typing import Any

from wtforms import StringField

from storage.sought import folded
from tenants.wording import period_in_words

_LONGEST = 60
_UNITS = {
    "Y": "year years jaar jaren",
    "M": "month months maand maanden mnd",
    "W": "week weeks weken wk",
    "D": "day days dag dagen d",
}
_UNIT_OF = {word: unit for unit, words in _UNITS.items() for word in words.split()}
_NUMBERS = ("een one a an", "twee two", "drie three", "vier four", "vijf five", "zes six")
_NUMBER_OF = {word: str(number) for number, words in enumerate(_NUMBERS, 1) for word in words.split()}
_PART = re.compile(r"([0-9]{1,3}|[a-z]+) ?([a-z]+)")
_BETWEEN = re.compile(r" (?:and|en) |, ?")


def iso_period(typed: str) -> str:
    """``3 weken`` and ``two months and 10 days`` as ``P3W`` and ``P2M10D``; what is neither as it was typed."""
    asked: dict[str, str] = {}
    for part in _BETWEEN.split(folded(typed)) if len(typed) <= _LONGEST else [""]:
        found = _PART.fullmatch(part)
        number = _NUMBER_OF.get(found[1], found[1]) if found else ""
        unit = _UNIT_OF.get(found[2], "") if found else ""
        if not number.isdigit() or not unit or unit in asked:
            return typed.strip()
        asked[unit] = number
    return "P" + "".join(f"{asked[unit]}{unit}" for unit in _UNITS if unit in asked)


class PeriodField(StringField):
    """A length of time: a service gets ISO 8601, a reader words."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        super().process_formdata([iso_period(one) for one in valuelist if isinstance(one, str)])

    def _value(self) -> str:
        try:
            return period_in_words((self.data or "").upper())
        except ValueError:
            return self.data or ""
