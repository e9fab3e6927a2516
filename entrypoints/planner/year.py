"""A product's year on one page: drawn, and as a list."""

from datetime import datetime
from itertools import groupby

from flask import render_template, request

from entrypoints.filters import asked_year
from entrypoints.guards import chosen_product, now
from entrypoints.planner.blueprint import planner
from entrypoints.planner.year_crowds import shown_at, sign_of_all, together, words_of_all
from entrypoints.planner.year_drawing import drawing_of
from entrypoints.planner.year_scale import Scale
from entrypoints.planner.year_words import Words, month_in_words, off_in_words, short_day
from schedules.year import Mark, Year, year_of
from sla.periods import YEARS
from sla.releases import release_year
from tenants.models import Product

# Both ways are on the page, of which a style sheet shows the one that suits the width; a reader may ask for the list.
VIEWS = ("drawing", "list")
# A sign with its words; today has none.
Entry = tuple[str, Words | None]


@planner.get("/year")
def year_page() -> str:
    """Twelve months of a product: its releases in their slots, maintenance, notices, holidays and freezes."""
    product = chosen_product()
    this_year = release_year(now(), product.zone)
    number = asked_year() or this_year
    asked_view = request.args.get("view")
    view = asked_view if asked_view in VIEWS else VIEWS[0]
    year, scale = year_of(product, number, now()), Scale(number, product.zone)
    # Beside the drawing the list says what that shows, no more; alone it has everything.
    shown = together(year, product, scale) if view == "drawing" else [[mark] for mark in year.marks]
    return render_template(
        "planner/year/page.html",
        product=product,
        year=year,
        years=[one for one in (number - 1, number + 1) if one in YEARS],
        this_year=this_year,
        view=view,
        drawing=drawing_of(year, shown, scale, product, now()) if view == "drawing" else None,
        months=_by_month(shown, year, product),
        called_off=[off_in_words(change, product) for change in year.called_off],
        month_in_words=month_in_words,
        short_day=short_day,
    )


def _by_month(shown: list[list[Mark]], year: Year, product: Product) -> list[tuple[datetime, list[Entry]]]:
    """The marks in words, by the month in which they are shown; today stands among them, with no words."""
    entries: list[tuple[datetime, Entry]] = [
        (shown_at(marks[0], year, product), (sign_of_all(marks), words_of_all(marks, year, product, now())))
        for marks in shown
    ]
    if entries and year.begins_at <= now() < year.ends_at:
        today = now().astimezone(product.zone)
        place = sum(at.date() < today.date() for at, _entry in entries)
        entries.insert(place, (today, ("today", None)))
    return [
        (datetime(year.number, month, 1), [entry for _at, entry in group])  # noqa: DTZ001 - of a calendar
        for month, group in groupby(entries, key=lambda one: one[0].month)
    ]
