"""That what is shown is made up, and the way out of it."""

from shlex import quote
from typing import Any

from flask import flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import logout_user
from flask_wtf import FlaskForm
from sqlalchemy import func, select
from werkzeug.wrappers import Response
from wtforms import BooleanField, StringField
from wtforms.widgets import EmailInput

from accounts.people import sign_in_link
from demo.leaving import is_invented, leave
from demo.loading import ORDER, beside_it, loaded
from demo.removing import accounts_that_stay, tokens_that_stay
from entrypoints.forms import put_error, text
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.blueprint import planner
from entrypoints.presenting import language
from entrypoints.whose_page import page_of
from evidence.actors import May
from schedules.models import MaintenanceWindow, Release
from storage import Refused, db
from tenants.audiences import audience
from tenants.models import Product


class LeaveForm(FlaskForm):
    sure = BooleanField(lazy_gettext("Remove all of it. It does not come back."))
    email = StringField(
        lazy_gettext("Your e-mail address"),
        description=lazy_gettext("You become the first administrator; the next page asks you to choose a password."),
        widget=EmailInput(),
    )


@planner.route("/demonstration/leave", methods=["GET", "POST"])
def leave_demonstration() -> str | Response | tuple[str, int]:
    """What goes and what stays; who ticks that it is meant leaves an empty product."""
    require_may(May.ADMINISTER)
    product = loaded()
    if product is None:
        page = render_template("planner/no_demonstration.html", **page_of())
        return page if request.method == "GET" else (page, 422)
    form: Any = LeaveForm()
    if request.method == "GET":
        return _page(form, product)
    # In the language of somebody who may be gone afterwards.
    gone = _("The demonstration is gone. Choose a password for your own account.")
    try:
        if not form.sure.data:
            raise Refused("sure", _("Tick this, so that nothing goes by mistake."))
        stays = leave(actor(), now(), text(form, "email"), language())
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        product = loaded()
        return (_page(form, product), 422) if product is not None else redirect(url_for("planner.today"))
    if stays is None:
        flash(_("The demonstration is gone. These are the first steps with your own product."), "success")
        return redirect(url_for("planner.first_steps"))
    # The account that one came in with is gone; the link lets its reader in, once.
    session.clear()
    logout_user()
    flash(gone, "success")
    return redirect(sign_in_link(stays))


@planner.app_context_processor
def demonstration() -> dict[str, Any]:
    """Templates ask whether what they show is made up."""
    return {"in_demonstration": in_demonstration}


def in_demonstration() -> bool:
    """Whether the demonstration is loaded; asked once a request."""
    if "in_demonstration" not in g:
        g.in_demonstration = loaded() is not None
    return bool(g.in_demonstration)


def _page(form: Any, product: Product) -> str:
    others = beside_it()
    if others:
        return render_template(
            "planner/leave_beside.html", product=product, form=form, others=others, kinds=ORDER, quote=quote
        )
    releases, windows = (
        db.session.scalar(select(func.count()).where(kind.product_id == product.id))
        for kind in (Release, MaintenanceWindow)
    )
    return render_template(
        "planner/leave_demonstration.html",
        product=product,
        form=form,
        people=audience(product),
        releases=releases,
        windows=windows,
        accounts=accounts_that_stay(),
        tokens=tokens_that_stay(),
        invented=is_invented(actor().name),
    )
