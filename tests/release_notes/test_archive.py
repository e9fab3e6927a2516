"""Customers find what was published: by words, by version, between two versions; and what of theirs is solved."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from release_notes.archive import archive_page, changes_between, published_releases
from release_notes.excerpts import excerpt
from release_notes.image_names import new_name
from release_notes.models import Report
from release_notes.reports import ReportFacts, Reports, solved_reports
from release_notes.services import publish_notes, save_notes
from schedules.models import Release
from schedules.patches import record_patch
from schedules.release_cancelling import cancel_release
from storage import db
from tenants.history import TakenOver
from tenants.models import Tenant
from tests.planning import counted_queries, in_use, planned_release
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases

TEXTS = {
    "2027.1": ("# Zoeken\n\nSneller zoéken in facturen. INC-20811", "# Search\n\nFaster searching. INC-20811"),
    "2027.2": ("# Rapporten\n\nExport naar `Excel`. INC-21034", "# Reports\n\nExport to `Excel`. INC-21034"),
    "2027.3": ("Nog een schets over facturen", "Still a sketch"),
}
DATES = [("2027-01-11", "2027-02-08"), ("2027-04-12", "2027-05-10"), ("2027-07-12", "2027-08-09")]


@pytest.fixture
def releases(planned: World) -> dict[str, Release]:
    """Two releases with published notes, a day apart, and one with a draft."""
    made = {}
    for day, (version, (acceptance, production)) in enumerate(zip(TEXTS, DATES, strict=True)):
        release = planned_release(planned.product, version, f"{acceptance}T06:00", f"{production}T06:00")
        for language, text in zip(("nl", "en"), TEXTS[version], strict=True):
            save_notes(release, language, text, PLANNER, NOW)
        if version != "2027.3":
            publish_notes(release, MANAGER, NOW + timedelta(days=day))
        made[version] = release
    return made


def found(world: World, query: str = "", language: str = "nl") -> list[str]:
    return [entry.version for entry in archive_page(world.product, language, 1, query).entries]


@both_databases
def test_archive_is_found_by_how_words_begin(planned: World, releases: dict[str, Release]) -> None:
    record_patch(
        in_use(releases["2027.1"]), "2027.1.1", False, NOW, "Inloggen lukt weer", "Signing in works", OPERATOR, NOW
    )
    asked = {
        "": ["2027.2", "2027.1.1", "2027.1"],
        # As it stands in the title of both.
        "zoeken": ["2027.2", "2027.1"],
        "FACTÚREN": ["2027.1"],
        "zoek factuur": [],
        "zoek factu": ["2027.1"],
        "oeken": [],
        "inc-208": ["2027.1"],
        "21034": ["2027.2"],
        "excel": ["2027.2"],
        "2027.2": ["2027.2"],
        "2027.1": ["2027.1.1", "2027.1"],
        "inloggen": ["2027.1.1"],
        "schets": [],
        "search": [],
        "%": [],
        "_ _": [],
        "' OR 1=1 --": [],
        "\\": [],
        "💥": [],
    }
    assert {query: found(planned, query) for query in asked} == asked
    assert found(planned, "search", "en") == ["2027.2", "2027.1"]
    assert found(planned, "searching", "en") == ["2027.1"]


@both_databases
def test_correction_is_found_by_its_own_words_alone(planned: World, releases: dict[str, Release]) -> None:
    save_notes(releases["2027.1"], "nl", "Vinden gaat vlugger", PLANNER, NOW)
    before = found(planned, "vinden")
    publish_notes(releases["2027.1"], MANAGER, NOW)
    assert (before, found(planned, "vinden"), found(planned, "facturen")) == ([], ["2027.1"], [])


def test_cancelled_release_and_another_product_are_not_found(planned: World, releases: dict[str, Release]) -> None:
    cancel_release(releases["2027.1"], MANAGER, NOW)
    assert (found(planned), found(planned, "facturen")) == (["2027.2"], [])
    assert [one.version for one in published_releases(planned.product)] == ["2027.2"]


def test_excerpt_shows_where_the_words_stand() -> None:
    assert excerpt("# Kop\n\nSneller **zoéken** in facturen", ["zoek"]) == [
        ("Sneller ", False),
        ("zoéken", True),
        (" in facturen", False),
    ]
    long = "woord " * 100 + "naald " + "hooi " * 100
    pieces = excerpt(long, ["naald"])
    assert [words for words, marked in pieces if marked] == ["naald"]
    assert sum(len(words) for words, _marked in pieces) < 240
    assert excerpt("<script>x</script> & <b>vet</b>", ["vet"]) == [("& ", False), ("vet", True)]
    assert excerpt("", ["x"]) == []


NOTES = """# Inconto 2026.4: Reports rebuilt

## New

- Reports open in two seconds
- Export to Excel (INC-3)

## Solved

- INC-21034
- INC-21090, INC-21133

| Part | Change |
|---|---|
| API | `GET /invoices` |
"""


def test_excerpt_leaves_out_what_says_little_out_of_its_place() -> None:
    assert excerpt(NOTES, []) == [("Reports open in two seconds · Export to Excel (INC-3)", False)]
    picture = f"![Scherm](image:{new_name(10, 10, 'png')})"
    assert excerpt(f"Sneller\n\n{picture}", []) == [("Sneller", False)]
    # What a picture shows is found, and so it is shown.
    assert excerpt(f"Sneller\n\n{picture}", ["scherm"]) == [("Sneller · ", False), ("Scherm", True)]
    assert excerpt("# Only a heading", []) == [("Only a heading", False)]
    assert excerpt("- INC-1", []) == [("INC-1", False)]


@pytest.mark.parametrize("word", ["inc-21090", "rebuilt", "invoices"])
def test_excerpt_shows_where_a_word_stands_that_only_a_heading_a_number_or_a_table_says(word: str) -> None:
    assert [words.lower() for words, marked in excerpt(NOTES, [word]) if marked] == [word]


@both_databases
def test_changes_are_those_after_one_version_up_to_another(planned: World, releases: dict[str, Release]) -> None:
    record_patch(in_use(releases["2027.1"]), "2027.1.1", False, NOW, "Inloggen lukt weer", "Mended", OPERATOR, NOW)
    record_patch(in_use(releases["2027.2"]), "2027.2.1", False, NOW, "", "", OPERATOR, NOW)

    def between(after: str, until: str) -> list[str]:
        return [entry.version for entry in changes_between(planned.product, "nl", after, until)]

    assert between("", "2027.2") == ["2027.2", "2027.1.1", "2027.1"]
    assert between("2027.1", "2027.2") == ["2027.2", "2027.1.1"]
    assert between("2027.1.1", "2027.2") == ["2027.2"]
    # A version that no release has, and a release whose notes are a draft.
    assert between("2026.4", "2027.3") == ["2027.2", "2027.1.1", "2027.1"]
    assert between("2027.2", "2027.1") == []


def reported(tenant: Tenant, **numbers: str) -> list[TakenOver]:
    reports = Reports([tenant])
    done = [reports.take_over(tenant, ReportFacts(one.replace("_", "-"), title), NOW) for one, title in numbers.items()]
    db.session.commit()
    return done


@both_databases
def test_release_solves_the_reports_that_its_published_notes_name(planned: World, releases: dict[str, Release]) -> None:
    reported(planned.brug, INC_20811="Ours", inc_21034="Also ours", INC_99999="Open")
    reported(planned.peelrand, INC_20811="Not ours")
    first, second, draft = (releases[version].id for version in TEXTS)

    def titles(tenant: Tenant) -> dict[tuple[int, int], list[str]]:
        solved = solved_reports(tenant, [first, second, draft])
        return {key: [report.title for report in reports] for key, reports in solved.items()}

    assert titles(planned.brug) == {(first, 0): ["Ours"], (second, 0): ["Also ours"]}
    assert titles(planned.peelrand) == {(first, 0): ["Not ours"]}
    assert solved_reports(planned.brug, []) == {}


def test_report_is_taken_over_once(planned: World) -> None:
    assert reported(planned.brug, INC_1="One") == [TakenOver.NEW]
    assert reported(planned.brug, INC_1="One") == [TakenOver.UNCHANGED]
    assert reported(planned.brug, inc_1="Another") == [TakenOver.CHANGED]
    assert [(row.number, row.title) for row in db.session.scalars(select(Report))] == [("inc-1", "Another")]


def test_patch_solves_reports_too(planned: World, releases: dict[str, Release]) -> None:
    patch = record_patch(
        in_use(releases["2027.1"]), "2027.1.1", False, NOW, "Lost INC-7 op", "Solves it", OPERATOR, NOW
    )
    reported(planned.brug, INC_7="Seven")
    solved = solved_reports(planned.brug, [releases["2027.1"].id])
    assert {key: [one.number for one in reports] for key, reports in solved.items()} == {
        (releases["2027.1"].id, patch.id): ["INC-7"]
    }


def test_queries_do_not_grow(planned: World, releases: dict[str, Release]) -> None:
    with counted_queries() as few:
        archive_page(planned.product, "nl", 1, "sneller")
    for number in range(1, 9):
        record_patch(in_use(releases["2027.1"]), f"2027.1.{number}", False, NOW, "Sneller", "Faster", OPERATOR, NOW)
    with counted_queries() as many:
        page = archive_page(planned.product, "nl", 1, "sneller")
    assert (len(page.entries), len(many)) == (10, len(few))
