"""The archive of release notes on the portal: found, compared, and with what it solves of the reader's own."""

import re

import pytest

from release_notes.models import Report
from release_notes.rendering import to_html
from release_notes.services import publish_notes, save_notes
from schedules.models import Release
from schedules.patches import record_patch
from schedules.running import report_version
from storage import db
from tenants.models import EnvironmentKind, Tenant
from tests.faces.pages import Page, Reader, everything, words
from tests.planning import in_use, planned_release
from tests.world import MANAGER, NOW, OPERATOR, World, both_databases

HOME = "/portal/zorggroep-de-brug"
DATES = {"2027.1": ("2027-01-11", "2027-02-08"), "2027.2": ("2027-04-12", "2027-05-10")}


@pytest.fixture
def releases(planned: World) -> dict[str, Release]:
    """Two with published notes, of which one has a patch; and what the reader's tenant runs."""
    made = {}
    for version, (acceptance, production) in DATES.items():
        release = planned_release(planned.product, version, f"{acceptance}T06:00", f"{production}T06:00")
        for language in ("nl", "en"):
            save_notes(release, language, f"# About {version}\n\nFaster *searching*. INC-{version[-1]}", MANAGER, NOW)
        publish_notes(release, MANAGER, NOW)
        made[version] = release
    record_patch(in_use(made["2027.1"]), "2027.1.1", False, NOW, "Inloggen", "Signing in works. INC-9", OPERATOR, NOW)
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2027.1", NOW, OPERATOR, NOW)
    for tenant, number, title in (
        (planned.brug, "INC-1", "Our first"),
        (planned.brug, "INC-2", "Our second"),
        (planned.brug, "INC-9", "Our ninth"),
        (planned.peelrand, "INC-2", "Their secret"),
    ):
        report(tenant, number, title)
    return made


def report(tenant: Tenant, number: str, title: str) -> None:
    db.session.add(Report(tenant_id=tenant.id, number=number, word=number.lower(), title=title, changed_at=NOW))
    db.session.commit()


def versions(page: Page) -> list[str]:
    """The versions that a page lists, in its order."""
    heads = re.findall(r"<h2(?: id=\"v-[^\"]*\")?>(.*?)</h2>", page.html, re.DOTALL)
    return [words(head).split()[0] for head in heads if words(head)[:4] == "2027"]


def solved(page: Page) -> list[str]:
    found = re.findall(r'<ul class="solved">(.*?)</ul>', page.html, re.DOTALL)
    return [words(one) for part in found for one in re.findall(r"<li>(.*?)</li>", part, re.DOTALL)]


def test_archive_lists_releases_and_patches_with_what_they_solve(contact: Reader, releases: dict[str, Release]) -> None:
    page = contact.get(f"{HOME}/releases")
    assert versions(page) == ["2027.2", "2027.1.1", "2027.1"]
    assert page.main.count("release , published on Mon 23 November 2026") == 2
    assert "patch , Mon 23 November 2026" in page.main
    assert solved(page) == ["INC-2 Our second", "INC-9 Our ninth", "INC-1 Our first"]
    assert solved(contact.get(f"{HOME}/releases/2027.2")) == ["INC-2 Our second"]
    assert "Signing in works." in contact.get(f"{HOME}/releases/2027.1").main


def test_patch_of_one_language_says_which(contact: Reader, releases: dict[str, Release]) -> None:
    """As those that were recorded before both were asked for."""
    releases["2027.1"].patches[0].notes_en = ""
    db.session.commit()
    for path in (f"{HOME}/releases/2027.1", f"{HOME}/changes"):
        assert re.findall(r'<div class="prose"\s+lang="(..)"><p>Inloggen</p>', contact.get(path).html) == ["nl"]


def test_search_marks_what_was_found_and_stands_in_the_address(contact: Reader, releases: dict[str, Release]) -> None:
    page = contact.get(f"{HOME}/releases?words=Searching+about")
    assert versions(page) == ["2027.2", "2027.1"]
    assert "<mark>searching</mark>" in page.html
    assert "2 versions say “Searching about”." in page.main
    assert page.value("words") == "Searching about"
    assert versions(contact.get(f"{HOME}/releases?words=2027.2")) == ["2027.2"]
    none = contact.get(f"{HOME}/releases?words=nowhere").main
    assert "No version says “nowhere”. Try fewer words" in none


def test_changes_begin_after_the_version_in_production(contact: Reader, releases: dict[str, Release]) -> None:
    page = contact.get(f"{HOME}/changes")
    assert "What changed between 2027.1 and 2027.2" in page.main
    assert versions(page) == ["2027.2", "2027.1.1"]
    assert solved(page)[:2] == ["INC-2 Our second", "INC-9 Our ninth"]
    assert versions(contact.get(f"{HOME}/changes?from=&to=2027.1")) == ["2027.1.1", "2027.1"]


NOTHING = [
    ("from=2027.2", "Nothing has been published after 2027.2."),
    ("from=2027.9&to=2027.1", "Nothing has been published after 2027.9."),
    (
        "from=2027.1.1&to=2027.1",
        "2027.1 does not come after 2027.1.1. Choose a later version, or begin with an earlier one.",
    ),
    ("from=2027.1.1&to=2027.1.2", "Nothing was published between these versions."),
    ("from=&to=2026.9", "Nothing was published between these versions."),
]


@pytest.mark.parametrize(("query", "sentence"), NOTHING)
def test_changes_say_why_there_are_none(
    contact: Reader, releases: dict[str, Release], query: str, sentence: str
) -> None:
    main = contact.get(f"{HOME}/changes?{query}").main
    assert main.startswith("All release notes What changed Your production environment runs 2027.1.")
    assert main.endswith(sentence)


def test_changes_of_who_is_up_to_date_say_so(contact: Reader, planned: World, releases: dict[str, Release]) -> None:
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2027.2", NOW, OPERATOR, NOW)
    main = contact.get(f"{HOME}/changes").main
    assert main.startswith("All release notes What changed Your production environment runs 2027.2.")
    assert main.endswith("You are up to date: nothing has been published after 2027.2.")


def test_nobody_reads_the_titles_of_another_tenant(
    contact: Reader, stranger: Reader, releases: dict[str, Release]
) -> None:
    theirs = "/portal/ziekenhuis-peelrand"
    paths = ("/releases", "/releases?words=inc-2", "/releases/2027.2", "/changes", "/changes?from=")
    assert not any("secret" in contact.get(HOME + path).html for path in paths)
    assert not any("Our " in stranger.get(theirs + path).html for path in paths)
    assert solved(stranger.get(f"{theirs}/releases")) == ["INC-2 Their secret"]
    assert [stranger.get(HOME + path).status for path in paths] == [404] * len(paths)


@both_databases
def test_nonsense_is_answered_plainly(contact: Reader, releases: dict[str, Release]) -> None:
    before = everything()
    for query in (
        *("words=%25", "words=_", "words=%27+OR+1%3D1", "words=%5C", "words=%F0%9F%92%A5", "words=" + "x" * 5000),
        *("page=-1", "page=99999999999999999999", "page=x", "words=a&page=7", "words=%FF%FE", "words=" + "a+" * 500),
        *("words=%3Cscript%3E", "words=" + "%CC%81" * 99),
    ):
        page = contact.get(f"{HOME}/releases?{query}")
        assert page.status == 200, query
        assert "<script>" not in page.html.partition("<main")[2]
    for query in (
        *(
            "from=x&to=y",
            "from=2027.2&to=2027.1",
            "from=9999.9",
            "to=0.0",
            "from=1.2.3.4.5",
            "from=-1",
            "to=",
            "page=9",
        ),
        *("from=%3Cscript%3E", "to=" + "9" * 400, "from=" + "9" * 400 + ".1"),
    ):
        assert contact.get(f"{HOME}/changes?{query}").status == 200, query
    assert contact.get(f"{HOME}/releases?words=%00").status == 404
    assert everything() == before


def test_tenant_whose_version_is_unknown_reads_everything(stranger: Reader, releases: dict[str, Release]) -> None:
    page = stranger.get("/portal/ziekenhuis-peelrand/changes")
    assert versions(page) == ["2027.2", "2027.1.1", "2027.1"]
    assert "What changed up to 2027.2" in page.main


def test_search_of_the_vendor_leads_from_a_number_to_tenants_and_notes(
    planner: Reader, releases: dict[str, Release]
) -> None:
    page = planner.get("/planner/search?q=inc-2&list=1")
    hits = [words(one) for one in re.findall(r"<li>(.*?)</li>", page.html.partition("<main")[2], re.DOTALL)]
    assert hits == [
        "INC-2 Our second Zorggroep De Brug",
        "INC-2 Their secret Ziekenhuis Peelrand",
        "Release notes of 2027.2 Inconto, Faster search",
    ]
    # Also one of which there is no other: the notes that name it would be passed by.
    alone = planner.get("/planner/search?q=INC-9")
    assert (alone.status, "INC-9 Our ninth Zorggroep De Brug" in alone.main) == (200, True)


@pytest.mark.parametrize(
    ("heading", "stays"),
    [
        ("# Inconto 2027.1: Faster *search*", False),
        ("# Faster search", False),
        ("# Faster search & export", True),
        ("# 2027.1", True),
        ("Faster search", True),
    ],
)
def test_notes_do_not_repeat_the_title_above_them(contact: Reader, planned: World, heading: str, stays: bool) -> None:
    release = planned_release(planned.product)
    for language in ("nl", "en"):
        save_notes(release, language, f"{heading}\n\n## New\n\nExport.", MANAGER, NOW)
    publish_notes(release, MANAGER, NOW)
    for path in ("releases/2027.1", "changes?from=&to=2027.1"):
        page = contact.get(f"{HOME}/{path}")
        prose = words(page.html.partition('<div class="prose"')[2].partition(">")[2].partition("</div>")[0])
        assert prose == (words(to_html(heading)) + " " if stays else "") + "New Export."
    assert f'<a href="{HOME}/releases">All release notes</a>' in page.html
