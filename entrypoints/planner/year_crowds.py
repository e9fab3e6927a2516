"""Maintenance that comes too often for a finger: the marks of such a month share a link, to that month in the list."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from babel.lists import format_list
from flask import url_for
from flask_babel import gettext as _

from entrypoints.planner.year_scale import Scale
from entrypoints.planner.year_shapes import TARGET
from entrypoints.planner.year_told import signs_in_words
from entrypoints.planner.year_words import Words, month_in_words, sign_of, words_of
from entrypoints.presenting import language
from schedules.models import MaintenanceWindow
from schedules.year import Mark, MarkKind, Year
from schedules.year_notices import HowFar
from tenants.models import Product

# What went wrong is what a crowd shows, and then what is still to be done.
_FIRST = [HowFar.MISSED, HowFar.PLANNED, HowFar.PARTLY, HowFar.GIVEN, HowFar.SETTLED]


def together(year: Year, product: Product, scale: Scale) -> list[list[Mark]]:
    """The marks of a year in order of time, those that would lie over each other's links together."""
    lanes: dict[tuple[MarkKind, int], list[Mark]] = defaultdict(list)
    for mark in year.marks:
        if isinstance(mark.about, MaintenanceWindow):
            lanes[mark.kind, shown_at(mark, year, product).month].append(mark)
    crowd_of = {id(mark): lane for lane in lanes.values() if _crowded(lane, scale) for mark in lane}
    crowds = [crowd_of.get(id(mark), [mark]) for mark in year.marks]
    return [crowd for crowd, mark in zip(crowds, year.marks, strict=True) if crowd[0] is mark]


def shown_at(mark: Mark, year: Year, product: Product) -> datetime:
    """When a mark is, on the product's clock; what began before the year is shown where it begins."""
    return max(mark.at, year.begins_at).astimezone(product.zone)


def words_of_all(marks: Sequence[Mark], year: Year, product: Product, now: datetime) -> Words:
    """Say one mark, or a crowd: on which days of a month there is maintenance, or how far the notices of it are."""
    if len(marks) == 1:
        return words_of(marks[0], product, now)
    moments = [shown_at(mark, year, product) for mark in marks]
    days = format_list([str(moment.day) for moment in moments], locale=language())
    when = f"{days} {month_in_words(moments[0])}"
    what, how_far = _("maintenance, %(num)d times", num=len(marks)), ""
    if marks[0].kind is MarkKind.NOTICE:
        what = _("announce maintenance by then, %(num)d times", num=len(marks))
        signs = Counter(mark.told.how_far for mark in marks if mark.told is not None)
        how_far = signs_in_words({one: signs[one] for one in _FIRST if one in signs})
    anchor = f"month-{moments[0].month}"
    href = url_for("planner.year_page", product=product.slug, year=year.number, view="list", _anchor=anchor)
    return Words(when, what, how_far, href, f"{when}: {what}{'. ' if how_far else ''}{how_far}")


def sign_of_all(marks: Sequence[Mark]) -> str:
    """The class of the sign that stands for one mark or a crowd in the list."""
    return sign_of(min(marks, key=lambda mark: _FIRST.index(mark.told.how_far) if mark.told is not None else 0))


def _crowded(lane: Sequence[Mark], scale: Scale) -> bool:
    return any(scale(after.at) - scale(before.at) < TARGET for before, after in pairwise(lane))
