"""How promises, notices and what becomes of them are said."""

from typing import Any

from flask import Flask
from flask_babel import gettext as _

from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, NoticeState, Says
from sla.terms import NOTICE_CLAUSE, Change
from sla.versions import Support
from tenants.wording import period_in_words


def clause_in_words(clause: str) -> str:
    """A clause as people cite it; an agreement's in the reader's language."""
    return clause if clause.startswith("SLA") else _("the signed agreement")


def state_in_words(state: NoticeState) -> str:
    return {
        NoticeState.PLANNED: _("planned"),
        NoticeState.DUE: _("due, nobody to tell"),
        NoticeState.ANNOUNCED: _("announced, no proof yet"),
        NoticeState.GIVEN: _("given"),
        NoticeState.COMPLETE: _("given to all"),
        NoticeState.MISSED: _("missed"),
        NoticeState.SUPERSEDED: _("replaced"),
        NoticeState.CANCELLED: _("cancelled"),
        NoticeState.WAIVED: _("waived"),
        NoticeState.TAKEN_OVER: _("taken over"),
    }[state]


def support_in_words(support: Support) -> str:
    return {
        Support.AHEAD: _("full support, ahead of production"),
        Support.CURRENT: _("full support, the last version"),
        Support.PREVIOUS: _("full support, the version before the last"),
        Support.UPDATE_FIRST: _("update first"),
        Support.UNKNOWN: _("unknown version"),
    }[support]


def change_in_words(kind: Change) -> str:
    return {
        Change.ACCEPTANCE: _("acceptance"),
        Change.PRODUCTION: _("production"),
        Change.MAINTENANCE: _("maintenance"),
    }[kind]


def says_in_words(says: Says) -> str:
    return {Says.PLANNED: _("notice"), Says.MOVED: _("new date"), Says.CANCELLED: _("cancellation")}[says]


def told_in_words(change: Release | MaintenanceWindow, kind: Change, says: Says) -> str:
    """What is told of a plan, such as "Notice of 2027.1 in production"."""
    what = says_in_words(says).capitalize()
    if isinstance(change, Release):
        named = {"what": what, "version": change.version, "environment": change_in_words(kind)}
        return _("%(what)s of %(version)s in %(environment)s", **named)
    return _("%(what)s of maintenance %(reference)s", what=what, reference=change.reference)


def is_due_by_known_date(notice: Notice) -> bool:
    """Whether a notice had to come before the date that its reader knew: what is off, and what was put off."""
    return notice.says is Says.CANCELLED or (notice.says is Says.MOVED and notice.deadline_at == notice.previous_at)


def is_aim(notice: Notice) -> bool:
    """Whether its period is what we aim at: of maintenance the SLA promises no more, an agreement may (SLA 3.3)."""
    return notice.kind is Change.MAINTENANCE and notice.clause == NOTICE_CLAUSE


def promised_in_words(notice: Notice) -> str:
    """What was promised of a notice and by which clause, as planners read it."""
    if is_due_by_known_date(notice):
        return _("before the date that the tenant knew")
    promised = {"period": period_in_words(notice.period), "clause": clause_in_words(notice.clause)}
    if is_aim(notice):
        return _("aimed at: %(period)s ahead (%(clause)s)", **promised)
    return _("%(period)s ahead (%(clause)s)", **promised)


def set_up(app: Flask) -> None:
    """Give every template these words."""
    words: dict[str, Any] = {
        "clause_in_words": clause_in_words,
        "state_in_words": state_in_words,
        "support_in_words": support_in_words,
        "change_in_words": change_in_words,
        "says_in_words": says_in_words,
        "told_in_words": told_in_words,
        "is_due_by_known_date": is_due_by_known_date,
        "is_aim": is_aim,
        "promised_in_words": promised_in_words,
    }
    app.jinja_env.globals.update(words)
