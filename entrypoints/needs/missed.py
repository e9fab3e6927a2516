"""Notices that were not given in time: they hold their tenants back until a person decides."""

from flask import url_for
from flask_babel import gettext as _

from entrypoints.needs.duties import clause_of, named, page_of
from entrypoints.needs.need import Asking, Need
from entrypoints.presenting import clock
from schedules.models import Release
from tenants.wording import tenants_in_words


def missed(asking: Asking) -> list[Need]:
    """One row for what was missed of a change, however many tenants it concerns."""
    zone = asking.product.timezone
    found = []
    for duty in asking.missed:
        of_release = isinstance(duty.change, Release)
        if of_release:
            moment, clause = clock(duty.deadline_at, zone), clause_of(duty)
            lines = _("It had to be given by %(moment)s (%(clause)s).", moment=moment, clause=clause)
        else:
            lines = _("It started untold, on %(moment)s (SLA 3.3).", moment=clock(duty.planned_at, zone))
        found.append(
            Need(
                kind="missed",
                what=named(duty),
                page=page_of(duty),
                at=duty.deadline_at if of_release else duty.planned_at,
                label=_("missed"),
                wrong=True,
                lines=(lines,),
                people=tenants_in_words(duty.tenants),
                action=_("Decide") if of_release else "",
                action_page=url_for("planner.missed", release_id=duty.change.id) if of_release else "",
                about=named(duty),
            )
        )
    return found
