"""The front door: where everyone is sent on, invitations, and the choice of language."""

import re

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_security import current_user, login_user
from flask_security.recoverable import reset_password_token_status, update_password
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import PasswordField
from wtforms.validators import EqualTo, Length

from accounts.people import note_sign_in
from entrypoints.babel import remember
from entrypoints.guards import now
from entrypoints.presenting import language
from evidence.actors import Role
from storage import db
from tenants.models import LANGUAGES

login = Blueprint("login", __name__)

SHORTEST_PASSWORD = 10
# Only a path of our own: an address elsewhere would make us a stepping stone. Browsers leave out tabs and line breaks,
# and take a backslash for a slash.
_OWN_PATH = re.compile(r"/(?![/\\])[^\x00-\x1f\x7f]*")


class WelcomeForm(FlaskForm):
    password = PasswordField(
        lazy_gettext("Password"),
        description=lazy_gettext("At least ten characters."),
        render_kw={"autocomplete": "new-password"},
        validators=[Length(min=SHORTEST_PASSWORD, max=200, message=lazy_gettext("Use at least ten characters."))],
    )
    again = PasswordField(
        lazy_gettext("The same password again"),
        render_kw={"autocomplete": "new-password"},
        validators=[EqualTo("password", message=lazy_gettext("These two differ. Type the same one twice."))],
    )


@login.get("/")
def front_door() -> Response:
    """Sign-in, the portal or the planner, by who you are."""
    if not current_user.is_authenticated:
        return redirect(url_for("security.login"))
    return redirect(url_for("portal.choose" if current_user.role is Role.CONTACT else "planner.today"))


@login.route("/welcome/<token>", methods=["GET", "POST"])
def welcome(token: str) -> str | Response | tuple[str, int]:
    """Follow an invitation: choose a password and be signed in. The link works once."""
    expired, invalid, user = reset_password_token_status(token)
    if not user or invalid or expired or not user.is_active:
        return render_template("login/used.html"), 410
    form, again = WelcomeForm(), user.password is not None
    if form.validate_on_submit():
        if user.invited_at is None and user.password is None:
            # Nobody chose a language for who was let in on the server.
            user.locale = language()
        update_password(user, form.password.data)
        note_sign_in(user, now())
        db.session.commit()
        login_user(user)
        flash(_("Your new password is set.") if again else _("Welcome. Your password is set."), "success")
        return redirect(url_for("login.front_door"))
    page = render_template("login/welcome.html", form=form, email=user.email, token=token, again=again)
    return (page, 422) if form.errors else page


@login.post("/language/<language>")
def choose_language(language: str) -> Response:
    """Keep the language for this browser, and for the person who is signed in; back to the page one came from."""
    if language not in LANGUAGES:
        abort(404)
    back = request.form.get("back", "")
    remember(language)
    return redirect(back if _OWN_PATH.fullmatch(back) else "/")
