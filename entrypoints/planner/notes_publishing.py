"""The page to publish release notes: first who gets which mail and what is missing, then the button."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from announcements.notes_run import notes_run
from entrypoints.guards import actor, now, require_may
from entrypoints.notes_forms import PublishForm, revisions_of
from entrypoints.planner.acting import release_or_404
from entrypoints.planner.blueprint import planner
from evidence.actors import May
from release_notes.queries import drafts
from release_notes.services import publish_notes
from release_notes.showing import notes_html
from storage import Refused, db
from tenants.models import LANGUAGES


@planner.route("/releases/<int:release_id>/notes/publish", methods=["GET", "POST"])
def publish(release_id: int) -> str | Response:
    """Put the notes on the portal and mail them, exactly as both were shown; where they are others now, show those."""
    require_may(May.MANAGE)
    release = release_or_404(release_id)
    if request.method == "POST":
        try:
            publish_notes(release, actor(), now(), revisions=revisions_of(PublishForm()))
        except Refused as refused:
            db.session.rollback()
            flash(refused.message, "danger")
            return redirect(url_for("planner.publish", release_id=release_id))
        flash(_("The release notes are on the portal; the mails leave within a minute."), "success")
        return redirect(url_for("planner.release_page", release_id=release_id))
    newest = drafts(release.id)
    seen = {f"revision_{one}": str(newest[one].revision if one in newest else 0) for one in LANGUAGES}
    form: Any = PublishForm(formdata=None, **seen)
    return render_template(
        "planner/releases/publish.html",
        release=release,
        product=release.product,
        form=form,
        drafts=newest,
        run=notes_run(release, newest, now(), request.args.get("page", 1, type=int)),
        waiting=len(newest) == 2 and any(note.published_at is None for note in newest.values()),
        previews={
            one: Markup(notes_html(note.markdown, release.product))  # noqa: S704 - sanitised
            for one, note in newest.items()
        },
    )
