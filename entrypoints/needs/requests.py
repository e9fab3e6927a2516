"""People who ask for an account (SLA 4.1)."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from accounts.request_queries import requests_waiting
from entrypoints.needs.need import Asking, Need

_NAMES = 3


def for_an_account(asking: Asking) -> list[Need]:
    """One row for all that wait, by the one that waits longest: nobody is promised a deadline, but somebody waits."""
    found = requests_waiting()
    if not found.rows:
        return []
    first = found.rows[0]
    one = found.total == 1
    page = url_for("planner.account_request", request_id=first.id) if one else url_for("planner.account_requests")
    what = _("%(name)s of %(organisation)s asks for an account.", name=first.name, organisation=first.organisation)
    if not one:
        what = ngettext("%(num)d person asks for an account.", "%(num)d people ask for an account.", found.total)
    names = ", ".join(f"{each.name} ({each.organisation})" for each in found.rows[:_NAMES])
    more = found.total - _NAMES
    listed = _("%(names)s and %(num)d more", names=names, num=more) if more > 0 else names
    return [
        Need(
            kind="account_requests",
            what=what,
            page=page,
            label=_("waits"),
            sign="due",
            at=first.confirmed_at or first.asked_at,
            lines=() if one else (listed,),
            action=_("Answer") if asking.may("manage") else _("Look"),
            action_page=page,
            about=first.name if one else "",
        )
    ]
