"""Whether customers of a product may choose their production date themselves, and from which moments."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time

from flask_babel import gettext as _

from evidence.actors import Actor, May, require
from sla.periods import Period
from storage import Refused, db
from tenants import checks
from tenants.models import Product

_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_MOST_TIMES = 4
# What a reader can still choose from.
_LONGEST = Period(months=3)
_SOME_DAY = date(2026, 1, 1)


@dataclass(frozen=True)
class ChoiceFacts:
    """What a person says of it; texts as typed, days as the digits 1 (Monday) to 7."""

    choice_window: str
    choice_days: Collection[str]
    choice_times: str
    choice_most: str = ""


def set_choice(product: Product, facts: ChoiceFacts, by: Actor) -> None:
    """Let customers choose their production date within a window, or not. Raises Refused, nothing having changed."""
    require(by, May.ADMINISTER)
    window = checks.period("choice_window", facts.choice_window) or ""
    if window and Period.parse(window).after(_SOME_DAY) > _LONGEST.after(_SOME_DAY):
        raise Refused("choice_window", _("This is too long: three months at most."))
    most = None
    if facts.choice_most.strip():
        most = checks.whole_number("choice_most", facts.choice_most, least=1, most=10_000)
    days = " ".join(day for day in "1234567" if day in facts.choice_days)
    if not days or not set(facts.choice_days) <= set("1234567"):
        raise Refused("choice_days", _("Choose one day at least."))
    product.choice_window, product.choice_days, product.choice_most = window, days, most
    product.choice_times = " ".join(f"{one:%H:%M}" for one in _times(facts.choice_times))
    db.session.commit()


def days_of_choice(product: Product, general: date) -> Collection[date]:
    """The days from the general date on within the window, on which a date may be chosen; empty where none may."""
    if not product.choice_window:
        return []
    last = Period.parse(product.choice_window).after(general)
    every = (date.fromordinal(one) for one in range(general.toordinal(), last.toordinal() + 1))
    return [day for day in every if str(day.isoweekday()) in product.choice_days.split()]


def times_of_choice(product: Product, general: datetime) -> list[time]:
    """The clock times that may be chosen: those that were set, else that of the general date."""
    return _times(product.choice_times) or [general.astimezone(product.zone).time()]


def _times(typed: str) -> list[time]:
    words = typed.replace(",", " ").split()
    found = set()
    for word in words:
        clock = _CLOCK.fullmatch(word)
        if clock is None:
            raise Refused("choice_times", _("Write times as 06:00, apart by a space."))
        found.add(time(int(clock[1]), int(clock[2])))
    if len(found) > _MOST_TIMES:
        raise Refused("choice_times", _("These are too many: four times at most."))
    return sorted(found)
