"""That what is shown is made up, and the way out of it."""

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
from demo.loading import beside_it, loaded
from demo.removing import accounts_that_go, accounts_that_stay, mails_that_go, tokens_that_stay
from entrypoints.forms import put_error, text
from entrypoints.guards import actor, forget_who_is_gone, now, require_may
from entrypoints.planner.blueprint import planner
from entrypoints.presenting import language
from entrypoints.whose_page import page_of
from evidence.actors import May
from schedules.models import MaintenanceWindow, Release
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.audiences import audience
from tenants.models import Product
from tenants.queries import products


class LeaveForm(FlaskForm):
    sure = BooleanField(lazy_gettext("Remove all of it. It does not come back."))
    # Asked instead where another product stands beside it: a tick is set too easily for that.
    name = StringField(lazy_gettext("Name of the product that goes"), render_kw={"autocomplete": "off"})
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
        with AllAtOnce() as each:
            each(_meant, form, product)
            if is_invented(actor().name):
                each(checks.email, "email", text(form, "email"))
        stays = leave(actor(), now(), text(form, "email"), language())
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        product = loaded()
        if product is not None:
            return _page(form, product), 422
        # Somebody else went first, and took along whoever came in as one of its people.
        forget_who_is_gone()
        return _gone_for_good()
    if stays is None:
        return _gone_for_good()
    # The account that one came in with is gone; the link lets its reader in, once.
    session.clear()
    logout_user()
    flash(gone, "success")
    return redirect(sign_in_link(stays))


def _gone_for_good() -> Response:
    """Where who stays reads on."""
    if products():
        flash(_("The demonstration is gone. What is your own has stayed."), "success")
        return redirect(url_for("planner.today", product=None))
    flash(_("The demonstration is gone. These are the first steps with your own product."), "success")
    return redirect(url_for("planner.first_steps", product=None))


def _meant(form: Any, product: Product) -> None:
    """Raise Refused unless it is said that this goes: its name, where others have one too."""
    if not beside_it():
        if not form.sure.data:
            raise Refused("sure", _("Tick this, so that nothing goes by mistake."))
    elif text(form, "name").strip().casefold() != product.name.casefold():
        raise Refused("name", _("Type %(name)s, so that nothing else goes by mistake.", name=product.name))


@planner.app_context_processor
def demonstration() -> dict[str, Any]:
    """Templates ask whether what they show is made up."""
    return {"in_demonstration": in_demonstration}


def in_demonstration(product: Product | None = None) -> bool:
    """Whether the demonstration is loaded, or whether this product is its; asked once a request."""
    if "demonstration" not in g:
        found = loaded()
        g.demonstration = found.slug if found is not None else None
    return g.demonstration is not None and (product is None or product.slug == g.demonstration)


def _page(form: Any, product: Product) -> str:
    releases, windows = (
        db.session.scalar(select(func.count()).where(kind.product_id == product.id))
        for kind in (Release, MaintenanceWindow)
    )
    return render_template(
        "planner/leave_demonstration.html",
        product=product,
        form=form,
        people=audience(product),
        others=[one.name for one in beside_it()],
        releases=releases,
        windows=windows,
        accounts=accounts_that_stay(),
        mails=dict(zip(("waiting", "sent"), mails_that_go(product), strict=True)),
        contacts=accounts_that_go(product),
        tokens=tokens_that_stay(product),
        invented=is_invented(actor().name),
    )
