"""What is said of a notice that was about to leave when its change got another date."""

from flask import flash
from flask_babel import gettext as _

from entrypoints.guards import now
from entrypoints.presenting import when
from schedules.about_to_leave import told_from
from schedules.models import MaintenanceWindow, Release
from sla.terms import Change
from tenants.wording import environment_in_words


def say_taken_back(change: Release | MaintenanceWindow, leaving: frozenset[Change]) -> None:
    """Say of each kind that was ``leaving`` before the move when its new date is told."""
    for kind, moment in told_from(change, leaving).items():
        named = {
            "what": _("maintenance") if kind is Change.MAINTENANCE else environment_in_words(kind.value),
            "moment": when(moment, change.product.timezone),
        }
        if moment <= now():
            words = _(
                "The notice of %(what)s that was about to leave was not sent; it leaves with the new date.", **named
            )
        else:
            words = _(
                "The notice of %(what)s that was about to leave is taken back: nobody was mailed the old date. The "
                "new one is told at its own time, from %(moment)s. To tell it now, announce it again on this page.",
                **named,
            )
        flash(words, "warning")
