"""The page that proposes the releases of a year, and plans all of them at once."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from announcements.unreachable import unreachable_tenants
from entrypoints.forms import put_error, text
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.blueprint import planner
from entrypoints.planner.year_entries import beside_fields, entries_of
from entrypoints.presenting import form_value
from entrypoints.year_forms import YearForm
from evidence.actors import May
from schedules.errors import BreaksSLA
from schedules.ground import Ground
from schedules.judging import ReleasePlan
from schedules.proposing import proposed_year
from schedules.queries import releases_of_year
from schedules.release_words import checked_plan
from schedules.year_planning import Judged, judged_together, schedule_releases
from sla.periods import YEARS
from sla.releases import release_year
from sla.terms import RELEASES_PER_YEAR
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.audiences import audience
from tenants.models import Product


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


@planner.post("/releases/year/answer")
def year_answer() -> str:
    """What the releases that are being filled in would mean: a part of their page. Nothing stays written."""
    require_may(May.PLAN)
    product = chosen_product()
    form = YearForm()
    wanted = [one.form for one in form.releases.entries if one.form.wanted.data]
    plans = _plans(wanted, product)
    judged = judged_together(product, plans, actor(), now()) if plans else []
    entries = entries_of(product, form, dict(zip(map(id, wanted), judged, strict=False)))
    return render_template(
        "planner/releases/_year_answer.html",
        live=True,
        product=product,
        entries=entries,
        checked=bool(judged) and not any(entry.is_wrong for entry in entries),
        bad=sum(entry.is_wrong for entry in entries if entry.judged),
        wrong=beside_fields(entries, product),
    )


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
            with AllAtOnce() as each:
                plan = ReleasePlan(
                    version=text(form, "version"),
                    acceptance_at=each(checks.local_moment, "acceptance_at", text(form, "acceptance_at"), product.zone),
                    production_at=each(checks.local_moment, "production_at", text(form, "production_at"), product.zone),
                    title_nl=text(form, "title_nl"),
                    title_en=text(form, "title_en"),
                )
                plan = each(checked_plan, plan)
            plans.append(plan)
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
    said = judged or {}
    entries = entries_of(product, form, said)
    wrong = form.form_errors or any(entry.is_wrong for entry in entries)
    page = render_template(
        "planner/releases/year.html",
        product=product,
        year=year,
        form=form,
        entries=entries,
        checked=bool(said) and not wrong,
        bad=sum(entry.is_wrong for entry in entries),
        slots=(slots := releases_of_year(product, year)),
        fewer=len(entries) < min(number, slots.count(None)),
        people=audience(product),
        unreachable=unreachable_tenants(product),
    )
    return (page, 422) if wrong and request.method == "POST" else page
