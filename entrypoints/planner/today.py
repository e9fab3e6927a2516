"""The first page: what needs a person now, by deadline, and what comes by itself."""

from flask import render_template
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from entrypoints.coming import MOST, coming
from entrypoints.filters import asked_page
from entrypoints.guards import actor, chosen_product, now
from entrypoints.needs import Asking, folded, to_do, went_wrong
from entrypoints.planner.blueprint import planner
from evidence.actors import May
from schedules.losing_support import versions_losing_support
from schedules.queries import next_production, planned_ahead, releases_used
from sla.releases import release_year
from sla.terms import RELEASES_PER_YEAR
from storage import db
from tenants.audiences import without_contact_page
from tenants.models import Product, Tenant


@planner.get("/")
def today() -> str:
    """What needs somebody now, what comes within sixty days, and how much of the year's budget is used."""
    product = chosen_product()
    asking = Asking(product, now(), actor())
    wrong, needs, comes = went_wrong(asking), to_do(asking), coming(asking)
    shown_wrong, more_wrong = folded(wrong)
    shown, more = folded(needs)
    year = release_year(now(), product.zone)
    upcoming = next_production(product, now())
    return render_template(
        "planner/today.html",
        product=product,
        headline=headline(len(wrong) + len(needs), acts=_acts()),
        wrong=shown_wrong,
        needs=shown,
        more=more + more_wrong,
        comes=comes[:MOST],
        more_comes=max(0, len(comes) - MOST),
        used=releases_used(product, (year, year + 1)),
        budget=RELEASES_PER_YEAR,
        upcoming=upcoming,
        is_new=_is_new(product),
        losing=versions_losing_support(product, upcoming.version) if upcoming else [],
    )


@planner.get("/needs")
def all_needs() -> str:
    """The same, with nothing folded away."""
    product = chosen_product()
    asking = Asking(product, now(), actor())
    wrong, needs = went_wrong(asking), to_do(asking)
    return render_template(
        "planner/needs.html",
        product=product,
        headline=headline(len(wrong) + len(needs), acts=_acts()),
        wrong=wrong,
        needs=needs,
    )


@planner.get("/without-contact")
def without_contact() -> str:
    """The tenants at which there is nobody to tell."""
    product = chosen_product()
    return render_template(
        "planner/without_contact.html", product=product, found=without_contact_page(product, asked_page())
    )


def _is_new(product: Product) -> bool:
    """Whether there is nobody to tell of anything yet, or nothing to tell."""
    told = select(Tenant.id).where(Tenant.product_id == product.id).exists()
    return not (db.session.scalar(select(told)) and planned_ahead(product))


def _acts() -> bool:
    """Whether the reader is one who does things, or only looks."""
    return actor().may(May.PLAN) or actor().may(May.OPERATE)


def headline(number: int, *, acts: bool = True) -> str:
    """How much there is to do, in words as far as people say them; for the reader or, who only looks, a colleague."""
    if number == 0:
        return _("Nothing needs you today")
    words = {
        1: _("One"),
        2: _("Two"),
        3: _("Three"),
        4: _("Four"),
        5: _("Five"),
        6: _("Six"),
        7: _("Seven"),
        8: _("Eight"),
        9: _("Nine"),
    }.get(number, str(number))
    if not acts:
        return ngettext(
            "%(words)s thing waits for a colleague", "%(words)s things wait for a colleague", number, words=words
        )
    return ngettext("%(words)s thing needs you", "%(words)s things need you", number, words=words)
