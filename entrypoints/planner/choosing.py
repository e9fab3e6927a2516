"""The page on which an admin says whether customers may choose their production date themselves."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import put_error, text
from entrypoints.guards import actor, require_may
from entrypoints.planner.blueprint import planner
from entrypoints.rollout_forms import ChoiceForm
from evidence.actors import May
from storage import Refused, db
from tenants.choosing import ChoiceFacts, set_choice
from tenants.queries import product_by_slug


@planner.route("/products/<slug>/dates", methods=["GET", "POST"])
def dates_to_choose(slug: str) -> str | Response | tuple[str, int]:
    require_may(May.ADMINISTER)
    product = product_by_slug(slug)
    if product is None:
        abort(404)
    form = ChoiceForm(
        choice_window=product.choice_window,
        choice_days=product.choice_days.split(),
        choice_times=product.choice_times,
        choice_most=str(product.choice_most or ""),
    )
    status = 200
    if request.method == "POST":
        days = tuple(form.choice_days.data or ())
        try:
            rest = text(form, "choice_times"), text(form, "choice_most")
            set_choice(product, ChoiceFacts(text(form, "choice_window"), days, *rest), actor())
            flash(_("What customers may choose is saved."), "success")
            return redirect(url_for("planner.edit_product", slug=slug))
        except Refused as refused:
            db.session.rollback()
            put_error(form, refused)
            status = 422
    return render_template("planner/dates_to_choose.html", product=product_by_slug(slug), form=form), status
