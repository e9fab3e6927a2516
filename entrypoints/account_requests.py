"""Ask for an account without having one, and the links that show an address to be one's own (SLA 4.1)."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_security import current_user, login_user
from werkzeug.wrappers import Response

from accounts.own_address import confirm_address, contact_to_change
from accounts.people import user_with
from accounts.request_pace import asked_too_often
from accounts.requests import RequestFacts, ask_for_account, confirm_request, request_to_confirm
from entrypoints.client_address import place_of
from entrypoints.forms import put_error, text
from entrypoints.guards import now
from entrypoints.login import login
from entrypoints.presenting import language
from entrypoints.request_forms import AccountRequestForm
from storage import Refused, db

__all__ = ["login"]


@login.route("/account", methods=["GET", "POST"])
def account() -> str | Response | tuple[str, int]:
    """Ask for an account. The answer is the same whatever we know of the address: nobody learns who is a customer."""
    form = AccountRequestForm()
    if request.method == "GET":
        return render_template("login/account.html", form=form)
    if asked_too_often(*place_of(request), now()):
        form.form_errors.append(_("Too many requests came in this hour. Try again in an hour, or call the help desk."))
        return render_template("login/account.html", form=form), 429
    facts = RequestFacts(text(form, "name"), text(form, "email"), text(form, "organisation"))
    try:
        ask_for_account(facts, language(), now())
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        return render_template("login/account.html", form=form), 422
    return redirect(url_for("login.account_asked"))


@login.get("/account/asked")
def account_asked() -> str:
    """What happens next."""
    return render_template("login/asked.html")


@login.route("/account/<token>", methods=["GET", "POST"])
def confirm_account(token: str) -> str | tuple[str, int]:
    """Show that the address is one's own. A program that only looks at the link in the mail confirms nothing."""
    if request.method == "POST" and confirm_request(token, now()):
        return render_template("login/confirmed.html")
    found = request_to_confirm(token, now())
    if found is None:
        return render_template("login/no_link.html", again=url_for("login.account")), 410
    return render_template("login/confirm_account.html", asked=found)


@login.route("/address/<token>", methods=["GET", "POST"])
def confirm_new_address(token: str) -> str | Response | tuple[str, int]:
    """A contact's new address, from its mail."""
    found = contact_to_change(token)
    if found is None:
        return render_template("login/no_link.html", again=""), 410
    contact, address = found
    if request.method == "GET":
        return render_template("login/confirm_address.html", contact=contact, address=address)
    signed_in = current_user.id if current_user.is_authenticated else None
    try:
        confirm_address(token, now())
    except Refused as refused:
        db.session.rollback()
        flash(refused.message, "danger")
        return render_template("login/no_link.html", again=""), 409
    user = user_with(address)
    if user is not None and user.id == signed_in:
        # Its sessions have ended, but for whoever came here by the link.
        login_user(user)
    flash(_("From now on we write to %(address)s, and you sign in with it.", address=address), "success")
    return redirect(url_for("portal.choose") if current_user.is_authenticated else url_for("security.login"))
