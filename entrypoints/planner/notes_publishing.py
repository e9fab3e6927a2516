"""The page to publish release notes: first who gets which mail and what is missing, then the button."""

from flask import render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from announcements.notes_run import notes_run
from entrypoints.forms import EmptyForm
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.acting import act, release_or_404
from entrypoints.planner.blueprint import planner
from evidence.actors import May
from release_notes.queries import drafts
from release_notes.services import publish_notes
from release_notes.showing import notes_html


@planner.route("/releases/<int:release_id>/notes/publish", methods=["GET", "POST"])
def publish(release_id: int) -> str | Response | tuple[str, int]:
    """Put the notes on the portal and mail them, after a look at both."""
    require_may(May.MANAGE)
    release = release_or_404(release_id)
    form = EmptyForm()
    if request.method == "POST":
        return act(
            form,
            lambda: publish_notes(release, actor(), now()),
            _("The release notes are on the portal; the mails leave within a minute."),
            url_for("planner.release_page", release_id=release_id),
        )
    newest = drafts(release.id)
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
