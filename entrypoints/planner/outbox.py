"""What is held in the outbox, and the button that lets it go."""

from flask import current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from entrypoints.filters import asked_choice, asked_page, asked_text, in_address
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.blueprint import planner
from entrypoints.planner.state_words import standing_in_words
from entrypoints.whose_page import page_of
from evidence.actors import May
from outbox.holds import present_hold, release, waiting_mails
from outbox.lists import Standing, mail_page, standing
from outbox.places import laid_in
from storage import Refused
from storage.sought import sought_words
from tenants.queries import tenants_of_words


@planner.get("/outbox")
def outbox_page() -> str:
    """Why nothing is sent, what was found in the journal, what would be sent; and the mails, by the page."""
    state, words = asked_choice("state", list(Standing)), asked_text()
    sought = sought_words(words)
    return render_template(
        "planner/outbox.html",
        hold=present_hold(),
        waiting=waiting_mails(),
        **page_of(),
        journal=bool(current_app.config.get("MAIL_JOURNAL_READ")),
        found=mail_page(asked_page(), Standing(state) if state else None, tenants_of_words(sought) if sought else None),
        standing=standing,
        laid_in=laid_in,
        states=[(one.value, standing_in_words(one)) for one in Standing],
        standing_in_words=standing_in_words,
        asked=in_address(state=state, words=words),
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
