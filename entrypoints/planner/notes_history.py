"""Pages about what became of release notes: their versions, what changed between two, an earlier one again."""

from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import revision_of
from entrypoints.guards import actor, now, require_may
from entrypoints.notes_forms import RestoreForm
from entrypoints.planner.acting import act, release_or_404
from entrypoints.planner.blueprint import planner
from evidence.actors import May
from release_notes.comparing import compared
from release_notes.queries import revision_named, revisions_page
from release_notes.services import restore_notes

OF_LANGUAGE = "/releases/<int:release_id>/notes/<any(nl, en):language>"


@planner.get(f"{OF_LANGUAGE}/history")
def notes_history(release_id: int, language: str) -> str:
    """Every version that was saved in a language, the newest first; two of them beside each other in the address."""
    release = release_or_404(release_id)
    found = revisions_page(release.id, language, request.args.get("page", 1, type=int))
    before, after = (_number(request.args.get(name, "")) for name in ("before", "after"))
    if after is None and found.rows:
        # What came of the last time that somebody saved.
        after = found.newest
        before = before if before is not None else found.newest - 1
    shown = {number: revision_named(release.id, language, number) for number in {before, after} - {None}}
    earlier, later = shown.get(before), shown.get(after)
    form: Any = RestoreForm(formdata=None, revision=str(found.newest))
    return render_template(
        "planner/releases/notes_history.html",
        release=release,
        product=release.product,
        notes_language=language,
        found=found,
        before=before,
        after=after,
        earlier=earlier,
        later=later,
        lines=compared(earlier.markdown if earlier else "", later.markdown) if later else [],
        form=form,
    )


@planner.post(f"{OF_LANGUAGE}/restore")
def restore(release_id: int, language: str) -> str | Response | tuple[str, int]:
    """Save an earlier version's text once more."""
    require_may(May.PLAN)
    release = release_or_404(release_id)
    form = RestoreForm()
    number = _number(request.form.get("number", "")) or 0
    return act(
        form,
        lambda: restore_notes(release, language, number, actor(), now(), revision=revision_of(form)),
        _("Version %(number)d is the newest again. Customers see it once it is published.", number=number),
        url_for("planner.notes_history", release_id=release_id, language=language),
    )


def _number(typed: str) -> int | None:
    """The number of a version that an address names, None for anything else."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None
