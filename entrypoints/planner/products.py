"""Pages about products and their settings."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types that we have

from entrypoints.forms import put_error, text
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.blueprint import planner
from entrypoints.product_forms import ProductForm
from evidence.actors import May
from sla.periods import Period
from storage import Refused, db
from tenants.models import Product
from tenants.products import ProductFacts, change_product, create_product
from tenants.queries import product_by_slug, products
from tenants.wording import period_in_words

# Plain choices; a product that was made by a command may have any other.
TEST_PERIODS = ("P3D", "P1W", "P10D", "P2W", "P3W", "P1M", "P2M")
AHEAD = ("P1D", "P3D", "P1W", "P10D", "P2W", "P1M")


@planner.route("/products/new", methods=["GET", "POST"])
def new_product() -> str | Response | tuple[str, int]:
    require_may(May.ADMINISTER)
    form = ProductForm()
    return _edit(form, None, lambda: create_product(text(form, "slug"), _facts(form), actor()))


@planner.route("/products/<slug>", methods=["GET", "POST"])
def edit_product(slug: str) -> str | Response | tuple[str, int]:
    require_may(May.ADMINISTER)
    product = product_by_slug(slug)
    if product is None:
        abort(404)
    form = ProductForm(obj=product)
    if request.method == "GET":
        form.update_minutes.data = str(product.update_minutes)
        form.remind_before.data = product.remind_before.split()
    return _edit(form, product, lambda: change_product(product, _facts(form), actor(), now()))


def _edit(form: ProductForm, product: Product | None, save: Any) -> str | Response | tuple[str, int]:
    status = 200
    if request.method == "POST":
        try:
            save()
            flash(_("The product is saved."), "success")
            saved = product.slug if product is not None else text(form, "slug").strip()
            return redirect(url_for("planner.today", product=saved if len(products()) > 1 else None))
        except Refused as refused:
            db.session.rollback()
            put_error(form, refused)
            status = 422
    for field, offered in ((form.test_period, TEST_PERIODS), (form.announce_ahead, AHEAD)):
        field.choices = period_choices(offered, field.data)
    return render_template("planner/product.html", form=form, product=product), status


def _facts(form: ProductForm) -> ProductFacts:
    values: dict[str, Any] = {one.name: text(form, one.name) for one in fields(ProductFacts)}
    ticked = (
        "restart_when_postponed",
        "needs_approval",
        "tells_start",
        "tells_done",
        "tells_longer",
        "public_calendar",
    )
    values |= {name: bool(form[name].data) for name in ticked}
    return ProductFacts(**(values | {"remind_before": tuple(form.remind_before.data or ())}))


def period_choices(offered: Iterable[str], present: str | None) -> list[Any]:
    """Periods in words, the shortest first; the present one among them, whatever it is."""
    known = {one: Period.parse(one) for one in offered}
    try:
        given = Period.parse(present or "")
    except ValueError:
        given = None
    if given is not None and present not in known:
        # The same period may be written in two ways: the one that stands is chosen.
        known = {one: period for one, period in known.items() if period != given} | {present or "": given}
    ordered = sorted(known, key=lambda one: known[one].months * 31 + known[one].days)
    return [SelectChoice(one, period_in_words(one)) for one in ordered]
