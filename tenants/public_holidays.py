"""Public holidays of a country, or of a part of one, in both languages."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _

from storage import Refused
from tenants import checks


@dataclass(frozen=True)
class PublicHoliday:
    """A day off; its names are the country's own where the library has none in a language."""

    on: date
    name_nl: str
    name_en: str


def holidays_of(field: str, text: str | None) -> str:
    """A country such as ``NL``, or a part of one such as ``DE-BY``, as it is kept; empty where none is given."""
    value = checks.line(field, text, most=10, required=False)
    country, _dash, part = value.upper().partition("-")
    if not value:
        return ""
    try:
        _calendar(country, part, None, 2026)
    except NotImplementedError:
        raise Refused(
            field, _("There are no holidays known of this place. Write NL for a country, DE-BY for a part of one.")
        ) from None
    return f"{country}-{part}" if part else country


@lru_cache(maxsize=256)
def public_holidays(place: str, year: int) -> tuple[PublicHoliday, ...]:
    """The public holidays of a year, in order; none where no place is given, or one that is known no more."""
    country, _dash, part = place.partition("-")
    try:
        dutch, english = (_calendar(country, part, language, year) for language in ("nl", "en"))
    except NotImplementedError:
        return ()
    return tuple(PublicHoliday(on, _one_line(dutch[on]), _one_line(english[on])) for on in sorted(dutch))


def _calendar(country: str, part: str, language: str | None, year: int) -> Any:
    """Raises NotImplementedError for a place that the library does not know."""
    # The list of all countries takes its time: only who asks for holidays waits for it.
    import holidays

    whole = holidays.country_holidays(country, subdiv=part or None)
    spoken = next((one for one in whole.supported_languages if one.split("_")[0] == language), whole.default_language)
    return holidays.country_holidays(country, subdiv=part or None, years=year, language=spoken)


def _one_line(name: str) -> str:
    """Holidays that fall together, as people write them."""
    return name.replace("; ", ", ")
