"""The vendor's own people: who is let in as what, and the forms to let one in, change a role, let one in no more."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types that we have
from wtforms.widgets import EmailInput

from accounts.colleagues import (
    ROLES,
    add_colleague,
    close_account,
    colleague,
    colleagues,
    give_role,
    mail_link_again,
    open_account,
)
from accounts.models import User
from accounts.tokens import tokens_made_by
from entrypoints import role_words
from entrypoints.forms import LANGUAGE_NAMES, EmptyForm, put_error, text
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.acting import act
from entrypoints.planner.blueprint import planner
from entrypoints.presenting import language
from entrypoints.whose_page import page_of
from evidence.actors import May, Role
from storage import Refused, db

CHOICES: list[Any] = [SelectChoice(role.value, role_words.ROLES[role]) for role in ROLES]


class ColleagueForm(FlaskForm):
    email = StringField(
        lazy_gettext("E-mail address"),
        description=lazy_gettext("A link to choose a password is mailed to it."),
        widget=EmailInput(),
        render_kw={"autocomplete": "off"},
    )
    role = SelectField(lazy_gettext("Role"), choices=CHOICES, validate_choice=False)
    locale = SelectField(lazy_gettext("Language"), choices=LANGUAGE_NAMES, validate_choice=False)


class RoleForm(FlaskForm):
    role = SelectField(lazy_gettext("Role"), choices=CHOICES, validate_choice=False)


@planner.route("/colleagues", methods=["GET", "POST"])
def colleague_list() -> str | Response | tuple[str, int]:
    require_may(May.ADMINISTER)
    form = ColleagueForm(role=Role.PLANNER.value, locale=language())
    if request.method == "GET":
        return _list(form)
    try:
        user = add_colleague(text(form, "email"), _role(form), text(form, "locale"), actor(), now())
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        return _list(form), 422
    flash(_("%(address)s is let in. A link to choose a password is on its way.", address=user.email), "success")
    return redirect(url_for("planner.colleague_list"))


@planner.route("/colleagues/<int:user_id>", methods=["GET", "POST"])
def colleague_page(user_id: int) -> str | Response | tuple[str, int]:
    require_may(May.ADMINISTER)
    user = _colleague(user_id)
    form = RoleForm(role=user.role.value)
    if request.method == "GET":
        return _page(user, form)
    return act(
        form,
        lambda: give_role(user, _role(form), actor(), now()),
        _("%(address)s has another role from now on.", address=user.email),
        url_for("planner.colleague_list"),
        lambda: _page(_colleague(user_id), form),
    )


@planner.post("/colleagues/<int:user_id>/close")
def close_colleague(user_id: int) -> str | Response | tuple[str, int]:
    require_may(May.ADMINISTER)
    user = _colleague(user_id)
    done = _("%(address)s is let in no more.", address=user.email)
    return _do(user, lambda: close_account(user, actor(), now()), done)


@planner.post("/colleagues/<int:user_id>/open")
def open_colleague(user_id: int) -> str | Response | tuple[str, int]:
    require_may(May.ADMINISTER)
    user = _colleague(user_id)
    done = _("%(address)s is let in. A link to choose a password is on its way.", address=user.email)
    return _do(user, lambda: open_account(user, actor(), now()), done)


@planner.post("/colleagues/<int:user_id>/link")
def mail_colleague_link(user_id: int) -> str | Response | tuple[str, int]:
    require_may(May.ADMINISTER)
    user = _colleague(user_id)
    done = _("A new link is on its way to %(address)s.", address=user.email)
    return _do(user, lambda: mail_link_again(user, actor(), now()), done)


def _do(user: User, verb: Any, done: str) -> str | Response | tuple[str, int]:
    return act(EmptyForm(), verb, done, url_for("planner.colleague_page", user_id=user.id))


def _colleague(user_id: int) -> User:
    user = colleague(user_id)
    if user is None:
        abort(404)
    return user


def _role(form: Any) -> Role:
    role = text(form, "role")
    if role not in {one.value for one in ROLES}:
        raise Refused("role", _("Choose a role."))
    return Role(role)


def _list(form: ColleagueForm) -> str:
    return _rendered("list", colleagues=colleagues(), form=form)


def _page(user: User, form: RoleForm) -> str:
    tokens = tokens_made_by(user.email)
    return _rendered("page", user=user, form=form, own=user.email == actor().name, tokens=tokens)


def _rendered(name: str, **shown: Any) -> str:
    return render_template(
        f"planner/colleagues/{name}.html",
        **page_of(),
        role_words=role_words.ROLES,
        reaches=role_words.REACHES,
        **shown,
    )
