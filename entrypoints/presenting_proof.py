"""What was mailed beside the notices, in the words of the pages and of the spreadsheet."""

from flask import Flask
from flask_babel import gettext as _

from announcements.models import Kind
from compliance.mailed_evidence import DATE_ANSWER, MailedProof
from schedules.models import Release


def mailed_in_words(proof: MailedProof) -> str:
    """What it was about, such as "Reminder of maintenance M-1"."""
    change = proof.change
    named = {"named": change.version if isinstance(change, Release) else change.reference}
    return {
        Kind.RELEASE_NOTES: _("Release notes of %(named)s", **named),
        Kind.ACCEPTANCE_UPDATED: _("Acceptance was updated to %(named)s", **named),
        Kind.PRODUCTION_UPDATED: _("Production was updated to %(named)s", **named),
        Kind.ACCEPTANCE_REMINDER: _("Reminder of %(named)s in acceptance", **named),
        Kind.PRODUCTION_REMINDER: _("Reminder of %(named)s in production", **named),
        Kind.MAINTENANCE_REMINDER: _("Reminder of maintenance %(named)s", **named),
        Kind.MAINTENANCE_STARTED: _("Maintenance %(named)s had begun", **named),
        Kind.MAINTENANCE_LONGER: _("Maintenance %(named)s took longer", **named),
        Kind.MAINTENANCE_DONE: _("Maintenance %(named)s was done", **named),
        DATE_ANSWER: _("Answer to the question for another date of %(named)s", **named),
    }[proof.kind]


def mailed_kind_in_words(kind: str) -> str | None:
    """What kind of mail it was, None for one that is a notice or was told by hand."""
    return {
        Kind.RELEASE_NOTES: _("release notes"),
        Kind.ACCEPTANCE_UPDATED: _("acceptance was updated"),
        Kind.PRODUCTION_UPDATED: _("production was updated"),
        Kind.ACCEPTANCE_REMINDER: _("reminder of acceptance"),
        Kind.PRODUCTION_REMINDER: _("reminder of production"),
        Kind.MAINTENANCE_REMINDER: _("reminder of maintenance"),
        Kind.MAINTENANCE_STARTED: _("maintenance had begun"),
        Kind.MAINTENANCE_LONGER: _("maintenance took longer"),
        Kind.MAINTENANCE_DONE: _("maintenance was done"),
        DATE_ANSWER: _("answer about another date"),
    }.get(kind)


def set_up(app: Flask) -> None:
    """Give every template these words."""
    app.jinja_env.globals["mailed_in_words"] = mailed_in_words
