"""The page that proposes the releases of a year, and plans all of them at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from announcements.unreachable import unreachable_tenants
from entrypoints.forms import put_error, text
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.plan_reading import release_asked
from entrypoints.planner.blueprint import planner
from entrypoints.presenting import form_value
from entrypoints.year_forms import YearForm
from evidence.actors import May
from schedules.clashes import Clash, clashes_of_release
from schedules.errors import BreaksSLA
from schedules.ground import Ground
from schedules.judging import ReleasePlan
from schedules.proposing import proposed_year
from schedules.queries import releases_of_year
from schedules.stricter import Deadline, deadline_of
from schedules.year_planning import Judged, judged_together, schedule_releases
from sla.periods import YEARS
from sla.releases import release_year
from sla.terms import RELEASES_PER_YEAR, Change
from storage import Refused, db
from tenants import checks
from tenants.audiences import audience
from tenants.models import Product


@dataclass(frozen=True)
class Entry:
    """One of the releases on the page, with what is said of it."""

    place: int
    form: Any
    judged: Judged | None
    deadlines: list[Deadline]
    clashes: list[Clash]
    days_to_test: int
    # What stands in the fields, as far as it can be read.
    dates: Mapping[Change, datetime]


@planner.route("/releases/year", methods=["GET", "POST"])
def plan_year() -> str | Response | tuple[str, int]:
    """Propose releases spread evenly over a year; plan those that are wanted, all of them or none."""
    require_may(May.PLAN)
    product = chosen_product()
    year, number = _asked_for(product)
    if request.method == "GET":
        return _page(product, _proposed(product, year, number), year, number=number)
    form = YearForm()
    use_offer(form)
    wanted = [one.form for one in form.releases.entries if one.form.wanted.data]
    if not wanted:
        form.form_errors.append(_("Choose at least one release."))
    plans = _plans(wanted, product)
    if plans is None or not wanted:
        return _page(product, form, year)
    if request.form.get("step") == "plan":
        try:
            planned = schedule_releases(product, plans, actor(), now())
        except (Refused, BreaksSLA):
            # What is wrong with each is said below; none of them is planned.
            db.session.rollback()
        else:
            flash(
                ngettext("%(num)d release is planned.", "%(num)d releases are planned.", len(planned)),
                "success",
            )
            return redirect(url_for("planner.release_list", product=product.slug))
    judged = judged_together(product, plans, actor(), now())
    return _page(product, form, year, dict(zip(map(id, wanted), judged, strict=True)))


def _asked_for(product: Product) -> tuple[int, int]:
    """The year that is asked for, else the first that has room and is not nearly over; and how many releases."""
    this_year = release_year(now(), product.zone)
    year = request.args.get("year", type=int) or request.form.get("year", type=int) or 0
    if year not in YEARS:
        year = this_year + 1 if now().astimezone(product.zone).month > 9 else this_year
        while None not in releases_of_year(product, year):
            year += 1
    number = request.args.get("number", type=int) or RELEASES_PER_YEAR
    return year, max(1, min(number, RELEASES_PER_YEAR))


def _proposed(product: Product, year: int, number: int) -> YearForm:
    zone = product.timezone
    proposed = proposed_year(Ground.of(product, now()), year, number, now())
    return YearForm(
        formdata=None,
        releases=[
            {
                "wanted": True,
                "version": one.version,
                "acceptance_at": form_value(one.dates.acceptance_at, zone),
                "production_at": form_value(one.dates.production_at, zone),
            }
            for one in proposed
        ],
    )


def _plans(wanted: list[Any], product: Product) -> list[ReleasePlan] | None:
    """Read the releases that are wanted; None where one of them cannot be read, which is said beside it."""
    plans = []
    for form in wanted:
        try:
            plans.append(
                ReleasePlan(
                    version=checks.line("version", text(form, "version"), most=40),
                    acceptance_at=checks.local_moment("acceptance_at", text(form, "acceptance_at"), product.zone),
                    production_at=checks.local_moment("production_at", text(form, "production_at"), product.zone),
                    title_nl=checks.line("title_nl", text(form, "title_nl"), most=200, required=False),
                    title_en=checks.line("title_en", text(form, "title_en"), most=200, required=False),
                )
            )
        except Refused as refused:
            put_error(form, refused)
    return plans if len(plans) == len(wanted) else None


def use_offer(form: YearForm) -> None:
    """Lay the dates that the page offered for one of the releases into its fields."""
    place, *dates = request.form.get("use", "").split("|")
    if len(dates) == 2 and place.isascii() and place.isdigit() and int(place[:3]) < len(form.releases.entries):
        one = form.releases.entries[int(place[:3])].form
        one.acceptance_at.data, one.production_at.data = dates


def _page(
    product: Product, form: YearForm, year: int, judged: dict[int, Judged] | None = None, number: int = 0
) -> str | tuple[str, int]:
    """The releases, each with what is said of it; 422 where one of them cannot be."""
    ground, said = Ground.of(product, now()), judged or {}
    forms = [one.form for one in form.releases.entries]
    entries = [_entry(place, one, ground, said.get(id(one))) for place, one in enumerate(forms)]
    wrong = form.form_errors or any(_is_wrong(entry) for entry in entries)
    page = render_template(
        "planner/releases/year.html",
        product=product,
        year=year,
        form=form,
        entries=entries,
        checked=bool(said) and not wrong,
        slots=(slots := releases_of_year(product, year)),
        fewer=len(entries) < min(number, slots.count(None)),
        people=audience(product),
        unreachable=unreachable_tenants(product),
    )
    return (page, 422) if wrong and request.method == "POST" else page


def _entry(place: int, form: Any, ground: Ground, judged: Judged | None) -> Entry:
    if judged is not None and judged.refused is not None:
        put_error(form, judged.refused)
    typed = {name: text(form, name) for name in ("acceptance_at", "production_at")}
    dates = release_asked(typed, ground.product)[0].dates
    deadlines = [deadline_of(ground.product, change, moment) for change, moment in dates.items()]
    days = [moment.astimezone(ground.product.zone).date() for moment in dates.values()]
    days_to_test = (days[1] - days[0]).days if len(days) > 1 else 0
    return Entry(place, form, judged, deadlines, clashes_of_release(ground, dates), max(days_to_test, 0), dates)


def _is_wrong(entry: Entry) -> bool:
    return bool(entry.form.errors or entry.form.form_errors or (entry.judged and not entry.judged.is_good))
