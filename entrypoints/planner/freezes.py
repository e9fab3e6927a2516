"""The page of days without changes, and the holidays beside them."""

from typing import Any

from babel import Locale
from flask import abort, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import EmptyForm, text
from entrypoints.freeze_forms import FreezeForm
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.acting import act
from entrypoints.planner.blueprint import planner
from entrypoints.presenting import language
from evidence.actors import May
from schedules.freeze_models import Freeze
from schedules.freezes import FreezeFacts, add_freeze, remove_freeze
from schedules.special_days import freezes_before, freezes_from
from sla.releases import release_year
from storage import db
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
    form = FreezeForm()
    return act(
        form,
        lambda: add_freeze(product, _facts(form), actor(), now()),
        _("The freeze is kept. Plans that fall on it stay as they are."),
        url_for("planner.freeze_list", product=product.slug),
        again=lambda: _page(product, form),
    )


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


def _in_words(place: str) -> str:
    """A country by its name, with the code of its part where holidays are those of one, such as DE-BY."""
    country, _hyphen, part = place.partition("-")
    name = Locale.parse(language()).territories.get(country, country)
    return f"{name} ({part})" if part else name


def _page(product: Product, form: FreezeForm) -> str:
    today, year = now().astimezone(product.zone).date(), release_year(now(), product.zone)
    page = max(1, min(request.args.get("page", 1, type=int), 10_000))
    return render_template(
        "planner/freezes.html",
        product=product,
        form=form,
        coming=freezes_from(product, today),
        over=freezes_before(product, today, page),
        page=page,
        place=_in_words(product.holidays_of),
        years={one: public_holidays(product.holidays_of, one) for one in (year, year + 1)},
    )
