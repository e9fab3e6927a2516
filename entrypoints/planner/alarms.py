"""What is wrong now and what was, and whether the reader hears of it by mail."""

from typing import Any

from flask import abort, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_security import current_user
from flask_wtf import FlaskForm
from wtforms import BooleanField

from alarms.queries import alarm_page
from alarms.receivers import OF_MACHINERY, want_mail
from entrypoints.filters import asked_choice, in_address
from entrypoints.planner.acting import act
from entrypoints.planner.blueprint import planner
from entrypoints.whose_page import page_of


class AlarmsByMailForm(FlaskForm):
    wanted = BooleanField(lazy_gettext("Send me alarms by mail"))


@planner.get("/alarms")
def alarm_list() -> str:
    """Open and past alarms by the page: since when, who was told, since when they are over."""
    page = request.args.get("page", 1, type=int)
    if page < 1:
        abort(404)
    state = asked_choice("state", ("open", "over"))
    found = alarm_page(page, state)
    if page > found.pages:
        abort(404)
    return render_template(
        "planner/alarms.html",
        found=found,
        **page_of(),
        asked=in_address(state=state),
        form=AlarmsByMailForm(wanted=current_user.alarms_by_mail),
        gets_mail=current_user.role in OF_MACHINERY,
    )


@planner.post("/alarms/mail")
def alarms_by_mail() -> Any:
    """Turn the mails about alarms on or off for the reader."""
    form = AlarmsByMailForm()
    done = _("You get alarms by mail.") if form.wanted.data else _("You get no alarms by mail any more.")
    return act(form, lambda: want_mail(current_user, wanted=form.wanted.data), done, url_for("planner.alarm_list"))
