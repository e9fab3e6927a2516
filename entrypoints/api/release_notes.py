"""Release notes: read, write, publish (SLA 3.3)."""

from datetime import datetime
from typing import Annotated

from flask import abort
from pydantic import ConfigDict, Field

from entrypoints.api.calls import Answer, IfMatch, call
from entrypoints.api.found import the_release
from entrypoints.api.guard import caller
from entrypoints.api.release_answers import release_answer
from entrypoints.api.release_shapes import ReleaseAnswer
from entrypoints.api.releases import etag_of
from entrypoints.api.revisions import changed_meanwhile, may_match
from entrypoints.api.shapes import Markdown, Shape
from entrypoints.guards import now
from evidence.actors import May
from release_notes.models import ReleaseNote
from release_notes.queries import drafts
from release_notes.services import publish_notes, save_notes
from storage import Conflict

ADDRESS = "/releases/<int:release_id>/notes/<any(nl, en):language>"


class Notes(Shape):
    """Release notes in one language."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"markdown": "## Search\n\nIt is **faster** now."}]})

    markdown: Markdown


class RevisionsSeen(Shape):
    """The newest revision of each language that was read."""

    nl: Annotated[int, Field(ge=1, le=1_000_000_000)]
    en: Annotated[int, Field(ge=1, le=1_000_000_000)]


class Publishing(Shape):
    """What is published: the notes that were read, and no others."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revisions": {"nl": 3, "en": 2}}]})

    revisions: RevisionsSeen


class NotesAnswer(Shape):
    """The newest notes in one language."""

    release: int
    language: str
    markdown: str
    revision: int
    saved_at: datetime
    saved_by: str
    published_at: datetime | None
    published_by: str | None


@call("GET", ADDRESS, may=May.LOOK, answer=NotesAnswer, tagged=True)
def get_notes(release_id: int, language: str) -> Answer:
    """The newest notes of a release in a language, published or not."""
    note = drafts(the_release(release_id).id).get(language)
    if note is None:
        abort(404)
    return _shown(note)


@call("PUT", ADDRESS, may=May.PLAN, body=Notes, answer=NotesAnswer, if_match=IfMatch.OPTIONAL, tagged=True)
def put_notes(release_id: int, language: str, body: Notes) -> Answer:
    """Write the notes of a release in a language. Customers see them once they are published."""
    release = the_release(release_id)
    newest = drafts(release.id).get(language)
    revision = newest.revision if newest is not None else 0
    may_match(str(revision))
    try:
        return _shown(save_notes(release, language, body.markdown, caller(), now(), revision=revision))
    except Conflict:
        raise changed_meanwhile() from None


@call(
    "POST",
    "/releases/<int:release_id>/notes/publish",
    may=May.MANAGE,
    body=Publishing,
    answer=ReleaseAnswer,
    tagged=True,
    conflicts=True,
)
def publish_release_notes(release_id: int, body: Publishing) -> Answer:
    """Put the notes in both languages on the portal; the first time they are mailed to every contact as well.

    Where somebody saved others since those revisions were read, nothing is published: 409.
    """
    release = the_release(release_id)
    publish_notes(release, caller(), now(), revisions=body.revisions.model_dump())
    return Answer(release_answer(release), etag_of(release))


def _shown(note: ReleaseNote) -> Answer:
    return Answer(
        NotesAnswer(
            release=note.release_id,
            language=note.language,
            markdown=note.markdown,
            revision=note.revision,
            saved_at=note.saved_at,
            saved_by=note.saved_by,
            published_at=note.published_at,
            published_by=note.published_by,
        ),
        str(note.revision),
    )
