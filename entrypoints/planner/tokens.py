"""Programs that are let in: who they are, when they last came, and the buttons to let one in or no more."""

from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response
from wtforms import SelectField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the types that we have

from accounts.token_models import ApiToken
from accounts.tokens import issue_token, revoke_token, token_name
from accounts.tokens import tokens as all_tokens
from entrypoints.forms import EmptyForm, put_error, text
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.acting import act
from entrypoints.planner.blueprint import planner
from entrypoints.role_words import ROLES
from entrypoints.whose_page import page_of
from evidence.actors import May, Role
from storage import AllAtOnce, Refused, db
from tenants.finding import tenant_meant, tenants_to_offer


class TokenForm(FlaskForm):
    name = StringField(lazy_gettext("Name"), description=lazy_gettext("What it is for; records show it."))
    role = SelectField(
        lazy_gettext("Role"),
        choices=[SelectChoice(role.value, words) for role, words in ROLES.items()],
        validate_choice=False,
    )
    tenant = StringField(
        lazy_gettext("Tenant"),
        description=lazy_gettext("Of a contact's token: the tenant's name, or the beginning of it."),
        render_kw={"list": "tenant-names", "autocomplete": "off"},
    )


@planner.route("/tokens", methods=["GET", "POST"])
def token_list() -> str | tuple[str, int]:
    """The tokens; a new one is shown in the answer to the form that made it, and never again."""
    require_may(May.ADMINISTER)
    form = TokenForm(role=Role.OPERATOR.value)
    if request.method == "GET":
        return _page(form)
    try:
        _row, secret = _issue(form)
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
        return _page(form), 422
    return _page(TokenForm(formdata=None, role=Role.OPERATOR.value), secret)


@planner.post("/tokens/<int:token_id>/revoke")
def revoke(token_id: int) -> str | Response | tuple[str, int]:
    require_may(May.ADMINISTER)
    row = db.session.get(ApiToken, token_id)
    if row is None:
        abort(404)
    name, back = row.name, url_for("planner.token_list")
    return act(
        EmptyForm(), lambda: revoke_token(row, actor(), now()), _("%(name)s is let in no more.", name=name), back
    )


def _issue(form: Any) -> tuple[ApiToken, str]:
    name, slug = text(form, "name"), text(form, "tenant").strip()
    with AllAtOnce() as each:
        each(token_name, name)
        role = each(_role, text(form, "role"))
        tenant = each(tenant_meant, "tenant", slug) if slug else None
    return issue_token(name, role, actor(), now(), tenant=tenant)


def _role(typed: str) -> Role:
    if typed not in {one.value for one in Role}:
        raise Refused("role", _("Choose a role."))
    return Role(typed)


def _page(form: TokenForm, secret: str = "") -> str:
    return render_template(
        "planner/tokens.html",
        **page_of(),
        tokens=all_tokens(),
        roles=ROLES,
        form=form,
        secret=secret,
        tenant_names=tenants_to_offer(),
    )
