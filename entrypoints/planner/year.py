"""A product's year on one page: drawn, and as a list."""

from datetime import datetime
from itertools import groupby

from flask import render_template, request

from entrypoints.guards import chosen_product, now
from entrypoints.planner.blueprint import planner
from entrypoints.planner.year_drawing import drawing_of
from entrypoints.planner.year_words import Words, month_in_words, off_in_words, short_day, sign_of, words_of
from schedules.year import Year, year_of
from sla.releases import release_year
from tenants.models import Product
from tenants.queries import products

# Both ways are on the page, of which a style sheet shows the one that suits the width; a reader may ask for the list.
VIEWS = ("drawing", "list")
YEARS = range(2000, 2200)


@planner.get("/year")
def year_page() -> str:
    """Twelve months of a product: its releases in their slots, maintenance, notices, holidays and freezes."""
    product = chosen_product()
    this_year = release_year(now(), product.zone)
    asked = request.args.get("year", type=int)
    number = asked if asked is not None and asked in YEARS else this_year
    view = request.args.get("view")
    year = year_of(product, number, now())
    return render_template(
        "planner/year/page.html",
        product=product,
        products=products(),
        year=year,
        years=[one for one in (number - 1, number + 1) if one in YEARS],
        this_year=this_year,
        view=view if view in VIEWS else VIEWS[0],
        drawing=drawing_of(year, product, now()),
        months=_by_month(year, product),
        called_off=[off_in_words(change, product) for change in year.called_off],
        month_in_words=month_in_words,
        short_day=short_day,
    )


def _by_month(year: Year, product: Product) -> list[tuple[datetime, list[tuple[str, Words]]]]:
    """The marks in words, by the month in which they are; what began before the year stands in its first one."""
    local = [(max(mark.at, year.begins_at).astimezone(product.zone), mark) for mark in year.marks]
    return [
        (datetime(year.number, month, 1), [(sign_of(mark), words_of(mark, product, now())) for _at, mark in group])  # noqa: DTZ001 - of a calendar
        for month, group in groupby(local, key=lambda one: one[0].month)
    ]
