"""What is held in the outbox, and the button that lets it go."""

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.planner.blueprint import planner
from evidence.actors import May
from outbox.holds import present_hold, release, waiting_mails
from storage import Refused


@planner.get("/outbox")
def outbox_page() -> str:
    """Why nothing is sent, what was found in the journal, and what would be sent."""
    return render_template(
        "planner/outbox.html",
        hold=present_hold(),
        waiting=waiting_mails(),
        zone=chosen_product().timezone,
        journal=bool(current_app.config.get("MAIL_JOURNAL_READ")),
    )


@planner.post("/outbox/release")
def release_outbox() -> Response:
    require_may(May.MANAGE)
    try:
        waiting = release(actor(), now())
    except Refused as refused:
        flash(refused.message, "danger")
    else:
        words = ngettext("Released: %(num)d mail waits.", "Released: %(num)d mails wait.", waiting)
        flash(words + " " + _("What is late by now is not sent by itself."), "success")
    return redirect(url_for("planner.outbox_page"))
