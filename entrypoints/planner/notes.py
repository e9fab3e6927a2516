"""Pages to write, preview and publish release notes."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from entrypoints.forms import EmptyForm, NotesForm, put_error, revision_of, text
from entrypoints.guards import actor, now, require_may
from entrypoints.planner.acting import act, release_or_404
from entrypoints.planner.blueprint import planner
from evidence.actors import May
from release_notes.queries import drafts
from release_notes.rendering import to_html
from release_notes.services import publish_notes, save_notes
from storage import Refused
from tenants.models import LANGUAGES
from tenants.queries import audience


@planner.route("/releases/<int:release_id>/notes/<language>", methods=["GET", "POST"])
def notes(release_id: int, language: str) -> str | Response | tuple[str, int]:
    """Write the notes in one language, with a preview of what customers will read."""
    require_may(May.PLAN)
    if language not in LANGUAGES:
        abort(404)
    release = release_or_404(release_id)
    newest = drafts(release.id).get(language)
    form = NotesForm(revision=str(newest.revision if newest else 0), markdown=newest.markdown if newest else "")
    refused = False
    if request.method == "POST" and request.form.get("step") == "save":
        try:
            save_notes(
                release,
                language,
                text(form, "markdown"),
                actor(),
                now(),
                revision=revision_of(form),
            )
            flash(_("The notes are saved."), "success")
            return redirect(url_for("planner.notes", release_id=release_id, language=language))
        except Refused as error:
            put_error(form, Refused("markdown" if error.field.startswith("markdown") else error.field, error.message))
            refused = True
    page = render_template(
        "planner/releases/notes.html",
        release=release_or_404(release_id),
        product=release.product,
        notes_language=language,
        newest=newest,
        form=form,
        # Sanitised by the renderer.
        preview=Markup(to_html(text(form, "markdown"))),  # noqa: S704
    )
    return (page, 422) if refused else page


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
        people=audience(release.product),
        drafts=newest,
        previews={one: Markup(to_html(note.markdown)) for one, note in newest.items()},  # noqa: S704 - sanitised
        first=not any(note.published_at for note in newest.values()),
    )
