"""What is said of a duty to give notice, wherever one is shown."""

from flask import url_for
from flask_babel import gettext as _

from entrypoints.presenting import clock
from entrypoints.presenting_notices import clause_in_words, told_in_words
from schedules.duty_groups import DutyGroup
from schedules.models import MaintenanceWindow
from sla.terms import NOTICE_CLAUSE


def named(duty: DutyGroup) -> str:
    """Such as "Notice of 2027.1 in production"."""
    return told_in_words(duty.change, duty.kind, duty.says)


def page_of(duty: DutyGroup) -> str:
    """The page of the change that it is about."""
    if isinstance(duty.change, MaintenanceWindow):
        return url_for("planner.maintenance_page", window_id=duty.change.id)
    return url_for("planner.release_page", release_id=duty.change.id)


def mails_of(duty: DutyGroup) -> str:
    """Where what it says can be read before it leaves, and approved."""
    if isinstance(duty.change, MaintenanceWindow):
        return url_for("planner.mails", window_id=duty.change.id, says=duty.says.value)
    return url_for("planner.mails", release_id=duty.change.id, kind=duty.kind.value, says=duty.says.value)


def clause_of(duty: DutyGroup) -> str:
    """By which clause it is promised; both where some tenants' agreements differ."""
    if len(duty.clauses) > 1:
        return _("SLA 3.3 and signed agreements")
    return clause_in_words(*duty.clauses)


def until_when(duty: DutyGroup, zone: str) -> str:
    """By when it must be given. A week ahead of maintenance is an aim, which an agreement may make a promise; what
    starts untold is missed (SLA 3.3)."""
    if isinstance(duty.change, MaintenanceWindow) and duty.clauses == {NOTICE_CLAUSE}:
        return _(
            "The aim is to tell it by %(aim)s, a week ahead (SLA 3.3). "
            "It is missed only if it starts untold, on %(start)s.",
            aim=clock(duty.deadline_at, zone),
            start=clock(duty.planned_at, zone),
        )
    return _("Must be given by %(moment)s (%(clause)s).", moment=clock(duty.deadline_at, zone), clause=clause_of(duty))
