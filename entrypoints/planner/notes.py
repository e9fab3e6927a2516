"""The page to write release notes: both languages beside each other, what is missing, the portal and the mail."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response

from announcements.notes_specimen import notes_mails, with_pictures
from entrypoints.forms import put_error, text
from entrypoints.guards import actor, now, require_may
from entrypoints.notes_forms import NotesForm, revisions_of
from entrypoints.planner.acting import release_or_404
from entrypoints.planner.blueprint import planner
from evidence.actors import May
from release_notes.image_names import reference
from release_notes.images import add_image, images_of
from release_notes.missing import missing_of
from release_notes.models import ReleaseNote
from release_notes.queries import drafts
from release_notes.services import save_languages
from release_notes.showing import notes_html
from schedules.models import Release
from storage import Refused, db
from storage.database import only_reads
from storage.snapshots import read_one_moment
from tenants import checks
from tenants.models import LANGUAGES

# Of both languages, and a picture.
LARGEST_FORM = 5 * 1024 * 1024
# A mail may do nothing but show itself, and only in our own page.
AS_A_MAIL: dict[str, Any] = {
    "frame_options": "SAMEORIGIN",
    "content_security_policy": {
        "default-src": "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "data:",
        "frame-ancestors": "'self'",
        "sandbox": "allow-popups",
    },
}


@planner.route("/releases/<int:release_id>/notes", methods=["GET", "POST"])
@planner.route("/releases/<int:release_id>/notes/<any(nl, en):language>", methods=["GET", "POST"])
def notes(release_id: int, **_language: str) -> str | Response | tuple[str, int]:
    """Write the notes. The address of one language leads to the same page."""
    require_may(May.PLAN)
    release = release_or_404(release_id)
    form = _form(drafts(release.id))
    step = request.form.get("step") if request.method == "POST" else None
    try:
        if step == "save":
            _save(release, form)
            flash(_("The notes are saved."), "success")
            return redirect(url_for("planner.notes", release_id=release_id))
        if step == "image":
            _take_in(release, form)
    except Refused as refused:
        db.session.rollback()
        put_error(form, refused)
    # Markdown takes its time, in which others write.
    read_one_moment()
    page = _page(release_or_404(release_id), form)
    return (page, 422) if form.errors or form.form_errors else page


@planner.route("/releases/<int:release_id>/notes/<any(nl, en):language>/mail", methods=["GET", "POST"])
@only_reads
def notes_mail(release_id: int, language: str) -> Response:
    """The mail with these notes, for the frame: as they are saved, or as they were typed."""
    require_may(May.PLAN)
    release = release_or_404(release_id)
    typed = _typed(NotesForm())[language] if request.method == "POST" else None
    saved = drafts(release.id).get(language)
    shown = typed if typed is not None else saved.markdown if saved else ""
    mail = notes_mails(release, {language: shown}, now())[language]
    return Response(with_pictures(release, mail.html), content_type="text/html; charset=utf-8")


notes_mail.talisman_view_options = AS_A_MAIL  # type: ignore[attr-defined]


def _form(newest: dict[str, ReleaseNote]) -> NotesForm:
    values: dict[str, Any] = {}
    for one in LANGUAGES:
        note = newest.get(one)
        values |= {
            f"markdown_{one}": note.markdown if note else "",
            f"revision_{one}": str(note.revision if note else 0),
        }
    return NotesForm(**values)


def _save(release: Release, form: NotesForm) -> None:
    """Save what is written; a language that nobody has written in yet may stay empty."""
    newest = drafts(release.id)
    texts = {one: text(form, f"markdown_{one}") for one in LANGUAGES}
    written = {one: words for one, words in texts.items() if words.strip() or one in newest}
    save_languages(release, written or texts, actor(), now(), revisions=revisions_of(form))


def _take_in(release: Release, form: NotesForm) -> None:
    """Take in a picture, and show it at the end of both texts; they are saved when somebody saves them."""
    file: Any = form.image.data
    data = file.read() if hasattr(file, "read") else b""
    image = add_image(release, data, text(form, "alt_nl"), text(form, "alt_en"), actor(), now())
    for one in LANGUAGES:
        field: Any = form[f"markdown_{one}"]
        before = text(form, f"markdown_{one}").rstrip()
        field.data = f"{before}\n\n{reference(image.name, image.alt(one))}\n".lstrip("\n")
    form.alt_nl.data = form.alt_en.data = ""
    flash(_("The picture stands at the end of both texts. Move it to its place, and save."), "success")


def _page(release: Release, form: NotesForm) -> str:
    newest, images = drafts(release.id), images_of(release)
    typed = _typed(form)
    return render_template(
        "planner/releases/notes.html",
        release=release,
        product=release.product,
        form=form,
        newest=newest,
        images=images,
        reference=reference,
        missing=missing_of(release, typed, [image.name for image in images]),
        mails=notes_mails(release, typed, now()),
        # Sanitised by the renderer.
        previews={one: Markup(notes_html(words, release.product)) for one, words in typed.items()},  # noqa: S704
        changed={one for one in LANGUAGES if typed[one] != (newest[one].markdown if one in newest else "")},
    )


def _typed(form: NotesForm) -> dict[str, str]:
    """The texts as they would be saved; one that is refused is shown as nothing."""
    shown = {}
    for one in LANGUAGES:
        try:
            shown[one] = checks.markdown("markdown", text(form, f"markdown_{one}"))
        except Refused:
            shown[one] = ""
    return shown
