"""What a reader is told where a page cannot be had, and the way on from there."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import Flask, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from passlib.exc import PasswordSizeError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from accounts.administrators import administrators
from entrypoints.api.problems import problem_of
from entrypoints.client_address import client_address
from entrypoints.guards import NoProductYet, forget_who_is_gone, may
from entrypoints.presenting import language
from entrypoints.programs import asked_by_program
from entrypoints.too_late import too_late
from entrypoints.whose_page import is_of_vendor, only_product
from evidence.actors import NotAllowed
from storage import Conflict, Refused, db
from tenants.models import Tenant

Page = Callable[[Any], tuple[str, int]]


def set_up(app: Flask) -> None:
    def on(*errors: Any) -> Callable[[Page], Page]:
        """Answer these with a page, and with problem+json where a program asks."""

        def register(page: Page) -> Page:
            for error in errors:
                app.register_error_handler(error, lambda one: problem_of(one) if asked_by_program() else page(one))
            return page

        return register

    @on(403)
    def forbidden(error: HTTPException) -> tuple[str, int]:
        return _outside() if error.description == "address" else _beyond_the_role()

    @on(404)
    def unknown(_error: Exception) -> tuple[str, int]:
        return _error_page(404, _("There is nothing at this address, or it is not yours to see."))

    @on(400, 405, 415)
    def not_as_asked(error: HTTPException) -> tuple[str, int]:
        words = _("This address does not take that. Go back and use the buttons on the page.")
        return _error_page(error.code or 400, words)

    @on(413)
    def too_large(_error: Exception) -> tuple[str, int]:
        most = (request.max_content_length or 0) // 1024 // 1024
        return _error_page(413, _("That is more than %(most)d MB, which is too much for one form.", most=most))

    @on(PasswordSizeError)
    def endless_password(error: PasswordSizeError) -> tuple[str, int]:
        given = max(len(value) for value in request.form.values())
        words = _("This is too long: %(given)d characters, %(most)d at most.", given=given, most=error.max_size)
        return _error_page(422, words)

    @on(500)
    def broken(_error: Exception) -> tuple[str, int]:
        db.session.rollback()
        forget_who_is_gone()
        return _error_page(500, _("Something went wrong on our side. Nothing was changed. Try again in a minute."))

    @on(CSRFError)
    def stale(_error: Exception) -> tuple[str, int]:
        return too_late() or _error_page(
            400, _("This page stood open too long. Go back, load it again and send it once more.")
        )

    @on(NotAllowed)
    def not_allowed(_error: Exception) -> tuple[str, int]:
        return _beyond_the_role()

    @app.errorhandler(NoProductYet)
    def without_product(_error: NoProductYet) -> Response | str:
        return redirect(url_for("planner.first_steps")) if may("administer") else _without_product()

    @on(Refused)
    def refused(error: Refused) -> tuple[str, int]:
        db.session.rollback()
        return _error_page(409 if isinstance(error, Conflict) else 422, error.message)


def _beyond_the_role() -> tuple[str, int]:
    return _error_page(403, _("Your role does not reach this far. Ask someone who manages this product."))


def _without_product() -> str:
    """There is nothing to show yet: what is missing, and who can help."""
    return render_template("planner/without_product.html", product=None, administrators=administrators())


def _outside() -> tuple[str, int]:
    """The reader's address is not among those that its tenant lets in (SLA 2.3): which one it is, and whom to ask."""
    tenants: list[Tenant] = g.get("tenants", [])
    slug = (request.view_args or {}).get("slug")
    words = _(
        "Your organisation lets people in from certain addresses only, and yours, %(address)s, is not among them.",
        address=client_address(request) or _("unknown"),
    )
    advice = _("Sign in from your organisation's network, or ask the help desk to add this address.")
    desk = [way for one in tenants if one.slug == slug for way in one.product.help_desk(language())]
    return _error_page(403, words, advice, desk, barred=True, others=len(tenants) > 1)


def _error_page(
    status: int,
    message: str,
    advice: str = "",
    help_desk: Sequence[str] = (),
    *,
    barred: bool = False,
    others: bool = False,
) -> tuple[str, int]:
    """``barred``: the first page would only lead here again; ``others``: the reader has more tenants than this one."""
    if status >= 500:
        g.product_kept = None
    # Where something is broken, nothing more is read. Whoever has no pages of the vendor's keeps the bare one.
    of_vendor = status < 500 and is_of_vendor()
    page = {
        "status": status,
        "message": message,
        "advice": advice,
        "help_desk": help_desk,
        "of_vendor": of_vendor,
        "product": only_product() if of_vendor else None,
    }
    return render_template("error.html", **page, barred=barred, others=others), status
