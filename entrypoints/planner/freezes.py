"""The page of days without changes, and the holidays beside them."""

from collections.abc import Sequence
from typing import Any

from babel import Locale
from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import EmptyForm, put_error, text
from entrypoints.freeze_forms import FreezeForm
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.acting import act
from entrypoints.planner.blueprint import planner
from entrypoints.presenting import language
from evidence.actors import May
from schedules.freeze_models import Freeze
from schedules.freezes import FreezeFacts, add_freeze, checked_freeze, remove_freeze
from schedules.planned_on import Planned, planned_on
from schedules.special_days import DayKind, SpecialDay, freezes_before, freezes_from, special_days
from sla.releases import release_year
from storage import Refused, db
from tenants.models import Product
from tenants.public_holidays import public_holidays


@planner.get("/freezes")
def freeze_list() -> str:
    """Days without changes to come, those that are over, and the public holidays of this year and the next."""
    return _page(chosen_product(), FreezeForm())


@planner.post("/freezes")
def new_freeze() -> str | Response | tuple[str, int]:
    require_may(May.PLAN)
    product = chosen_product()
    form, facts = FreezeForm(), _facts(FreezeForm())
    try:
        days = checked_freeze(product, facts, now())
        hit = planned_on(product, days.from_on, days.until_on, now())
        special = special_days(product, days.from_on, days.until_on)
        # What it hits was read beside these very days, or there is nothing.
        if hit and request.form.get("meant") != f"{days.from_on}/{days.until_on}":
            return _page(product, form, hit, special)
        add_freeze(product, facts, actor(), now())
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        return _page(product, form), 422
    flash(_("The freeze is kept. Plans that fall on it stay as they are.") if hit else _kept(special), "success")
    return redirect(url_for("planner.freeze_list", product=product.slug))


@planner.post("/freezes/<int:freeze_id>/remove")
def drop_freeze(freeze_id: int) -> str | Response | tuple[str, int]:
    require_may(May.PLAN)
    freeze = db.session.get(Freeze, freeze_id)
    if freeze is None:
        abort(404)
    return act(
        EmptyForm(),
        lambda: remove_freeze(freeze, actor(), now()),
        _("The freeze is taken away."),
        url_for("planner.freeze_list", product=freeze.product.slug),
    )


def _facts(form: Any) -> FreezeFacts:
    return FreezeFacts(
        text(form, "from_on"),
        text(form, "until_on"),
        text(form, "reason_nl"),
        text(form, "reason_en"),
    )


def _kept(special: list[SpecialDay]) -> str:
    """That it is kept, and which public holidays lie in it."""
    names = ", ".join(one.name(language()) for one in special if one.kind is DayKind.HOLIDAY)
    if not names:
        return _("The freeze is kept. Nothing is planned on these days.")
    return _("The freeze is kept. Nothing is planned on these days; holidays among them: %(names)s.", names=names)


def _in_words(place: str) -> str:
    """A country by its name, with the code of its part where holidays are those of one, such as DE-BY."""
    country, _hyphen, part = place.partition("-")
    name = Locale.parse(language()).territories.get(country, country)
    return f"{name} ({part})" if part else name


def _page(product: Product, form: FreezeForm, hit: Sequence[Planned] = (), special: Sequence[SpecialDay] = ()) -> str:
    today, year = now().astimezone(product.zone).date(), release_year(now(), product.zone)
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    return render_template(
        "planner/freezes/page.html",
        product=product,
        form=form,
        hit=hit,
        special=special,
        coming=freezes_from(product, today),
        over=freezes_before(product, today, page),
        page=page,
        place=_in_words(product.holidays_of),
        years={one: public_holidays(product.holidays_of, one) for one in (year, year + 1)},
    )
