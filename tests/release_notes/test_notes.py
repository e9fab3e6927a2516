"""Release notes are saved as drafts in each language, and published in both at once."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from evidence.actors import NotAllowed
from evidence.chain import Kind
from evidence.models import Entry
from release_notes.models import ReleaseNote
from release_notes.queries import drafts, fully_published, languages_written, notes_owed, published, published_in
from release_notes.services import publish_notes, save_notes
from schedules.models import Release
from schedules.release_cancelling import cancel_release
from storage import Conflict, Refused, db
from tests.at_once import Act, Prepared, at_once
from tests.planning import counted_queries, planned_release
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local

ROUNDS = 5


@pytest.fixture
def release(planned: World) -> Release:
    return planned_release(planned.product)


def write(release: Release, nl: str = "# Nieuw", en: str = "# New") -> None:
    save_notes(release, "nl", nl, PLANNER, NOW)
    save_notes(release, "en", en, PLANNER, NOW)


@both_databases
def test_save_notes_keeps_every_revision(release: Release) -> None:
    first = save_notes(release, "EN", "# One\r\n\x00two\ue000", PLANNER, NOW)
    second = save_notes(release, "en", "# Two", PLANNER, NOW, revision=1)

    assert (first.language, first.revision, first.markdown, first.saved_by) == ("en", 1, "# One\ntwo", PLANNER.name)
    assert (second.revision, drafts(release.id)) == (2, {"en": second})


def test_save_notes_makes_no_revision_of_what_did_not_change(release: Release) -> None:
    first = save_notes(release, "nl", "# Nieuw\n", PLANNER, NOW)

    assert save_notes(release, "nl", "# Nieuw\r\n\n", PLANNER, NOW, revision=1) == first
    assert db.session.scalar(select(func.count(ReleaseNote.id))) == 1


@pytest.mark.parametrize(
    ("language", "markdown", "field"),
    [
        pytest.param("en", " \n\x00 ", "markdown_en", id="nothing"),
        pytest.param("nl", "é" * 524_289, "markdown_nl", id="over-a-megabyte"),
        pytest.param("de", "# Neu", "language", id="no-such-language"),
    ],
)
def test_save_notes_refuses_nonsense_at_its_field(release: Release, language: str, markdown: str, field: str) -> None:
    with pytest.raises(Refused) as refusal:
        save_notes(release, language, markdown, PLANNER, NOW)

    assert refusal.value.field == field
    assert drafts(release.id) == {}


@pytest.mark.parametrize("revision", [0, 2])
def test_save_notes_is_refused_to_whoever_looked_before_the_last_change(release: Release, revision: int) -> None:
    save_notes(release, "nl", "# Nieuw", PLANNER, NOW)

    with pytest.raises(Conflict):
        save_notes(release, "nl", "# Anders", PLANNER, NOW, revision=revision)
    assert drafts(release.id)["nl"].markdown == "# Nieuw"


@both_databases
def test_two_people_who_save_at_once_get_one_refusal(app: Flask, release: Release) -> None:
    release_id = release.id

    def writer(text: str) -> Prepared:
        def prepare() -> Act:
            own = db.session.get_one(Release, release_id)
            return lambda: save_notes(own, "nl", text, PLANNER, NOW, revision=0)

        return prepare

    outcomes = at_once(app, [writer("# Een"), writer("# Twee")])

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Conflict", "ReleaseNote"]
    assert db.session.scalar(select(func.count(ReleaseNote.id))) == 1


@both_databases
def test_publish_notes_puts_both_languages_on_the_portal(release: Release) -> None:
    write(release)
    before = published(release.id)
    publish_notes(release, MANAGER, NOW)

    assert before == {}
    assert {
        language: (note.markdown, note.published_at, note.published_by, note.told_at)
        for language, note in published(release.id).items()
    } == {
        "nl": ("# Nieuw", NOW, MANAGER.name, None),
        "en": ("# New", NOW, MANAGER.name, None),
    }


@both_databases
def test_notes_that_were_published_at_once_are_on_record_once(app: Flask, planned: World) -> None:
    for number in range(1, ROUNDS + 1):
        year = 2027 + number
        release = planned_release(planned.product, f"{year}.1", f"{year}-01-17T06:00", f"{year}-02-07T06:00")
        write(release)
        release_id = release.id

        def prepare(release_id: int = release_id) -> Act:
            own = db.session.get_one(Release, release_id)
            return lambda: publish_notes(own, MANAGER, NOW)

        outcomes = at_once(app, [prepare] * 3)

        assert sorted(type(one).__name__ for one in outcomes) == ["NoneType", "Refused", "Refused"]
        on_record = select(func.count(Entry.id)).where(Entry.kind == Kind.NOTES_PUBLISHED)
        assert db.session.scalar(on_record) == number


@both_databases
def test_notes_are_published_or_their_release_is_cancelled_first(app: Flask, planned: World) -> None:
    for number in range(1, ROUNDS + 1):
        year = 2027 + number
        release = planned_release(planned.product, f"{year}.1", f"{year}-01-17T06:00", f"{year}-02-07T06:00")
        write(release)
        release_id = release.id

        def publishing(release_id: int = release_id) -> Act:
            own = db.session.get_one(Release, release_id)
            return lambda: publish_notes(own, MANAGER, NOW)

        def cancelling(release_id: int = release_id) -> Act:
            own = db.session.get_one(Release, release_id)
            return lambda: cancel_release(own, MANAGER, NOW)

        published_it, cancelled_it = at_once(app, [publishing, cancelling])

        assert cancelled_it is None
        kinds = select(Entry.kind).order_by(Entry.id.desc()).limit(2)
        last, before = db.session.scalars(kinds)
        if published_it is None:
            assert (before, last) == (Kind.NOTES_PUBLISHED, Kind.CANCELLED)
        else:
            assert (type(published_it), last) == (Refused, Kind.CANCELLED)


@both_databases
def test_notes_that_were_not_seen_are_not_published(release: Release) -> None:
    write(release)
    save_notes(release, "en", "# Never seen", PLANNER, NOW)

    for seen in ({"nl": 1, "en": 1}, {"nl": 1}, {}):
        with pytest.raises(Conflict) as refusal:
            publish_notes(release, MANAGER, NOW, revisions=seen)
        assert refusal.value.field == "revisions"
    assert published(release.id) == {}
    publish_notes(release, MANAGER, NOW, revisions={"nl": 1, "en": 2})
    assert published(release.id)["en"].markdown == "# Never seen"


def test_draft_after_publishing_shows_only_once_it_is_published(release: Release) -> None:
    write(release)
    publish_notes(release, MANAGER, NOW)
    save_notes(release, "en", "# Newer", PLANNER, NOW)
    shown = published(release.id)["en"].markdown
    publish_notes(release, MANAGER, NOW)

    assert (shown, published(release.id)["en"].markdown) == ("# New", "# Newer")


def test_publish_notes_needs_both_languages(release: Release) -> None:
    save_notes(release, "en", "# New", PLANNER, NOW)

    with pytest.raises(Refused) as refusal:
        publish_notes(release, MANAGER, NOW)
    assert (refusal.value.field, published(release.id)) == ("notes", {})


def test_publish_notes_is_refused_where_nothing_is_new_or_the_release_is_off(release: Release) -> None:
    write(release)
    publish_notes(release, MANAGER, NOW)
    with pytest.raises(Refused):
        publish_notes(release, MANAGER, NOW)

    cancel_release(release, MANAGER, NOW)
    save_notes(release, "en", "# Newer", PLANNER, NOW)
    with pytest.raises(Refused):
        publish_notes(release, MANAGER, NOW)


def test_notes_are_written_by_planners_and_published_by_managers(release: Release) -> None:
    with pytest.raises(NotAllowed):
        save_notes(release, "nl", "# Nieuw", OPERATOR, NOW)
    write(release)
    with pytest.raises(NotAllowed):
        publish_notes(release, PLANNER, NOW)


@both_databases
def test_reads_of_many_releases_ask_one_query(planned: World) -> None:
    releases = [
        planned_release(planned.product, f"2027.{one}", f"2027-{one:02d}-04T06:00", f"2027-{one:02d}-25T06:00")
        for one in (1, 2, 3)
    ]
    write(releases[0])
    publish_notes(releases[0], MANAGER, NOW)
    save_notes(releases[1], "nl", "# Nieuw", PLANNER, NOW)
    first, second, third = ids = [release.id for release in releases]

    with counted_queries() as queries:
        found = languages_written(ids), fully_published(ids), set(published_in("en", ids))

    assert found == ({first: {"nl": True, "en": True}, second: {"nl": False}}, {first}, {first})
    assert len(queries) == 3
    assert languages_written([third]) == {}


def test_notes_owed_are_those_not_published_in_both_languages_by_acceptance(planned: World) -> None:
    first = planned_release(planned.product, "2027.1", "2027-01-18T06:00", "2027-02-15T06:00")
    planned_release(planned.product, "2027.2", "2027-04-18T06:00", "2027-05-15T06:00")

    def owed(moment: str) -> list[tuple[str, list[str], bool]]:
        found = notes_owed(planned.product, local(moment), timedelta(days=60))
        return [(release.version, missing, late) for release, missing, late in found]

    assert owed("2026-11-10T06:00") == []
    assert owed("2026-12-01T06:00") == [("2027.1", ["nl", "en"], False)]
    save_notes(first, "nl", "Nieuw", PLANNER, NOW)
    assert owed("2026-12-01T06:00") == [("2027.1", ["en"], False)]
    save_notes(first, "en", "New", PLANNER, NOW)
    assert owed("2027-01-18T06:00") == [("2027.1", [], True)]
    publish_notes(first, MANAGER, NOW)
    assert owed("2027-01-18T06:00") == []
