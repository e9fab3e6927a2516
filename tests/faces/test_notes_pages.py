"""Release notes as they are written, looked at and published from the pages."""

from sqlalchemy import func, select

from release_notes.models import ReleaseNote
from schedules.models import Release
from storage import db
from tests.faces.pages import Page, Reader, everything
from tests.faces.planning_forms import count, path_of
from tests.world import both_databases

HOSTILE = """# Kop

Tekst **vet** <script>alert(1)</script> <img src=x onerror=alert(1)> <b onclick="alert(1)">b</b>

[klik](javascript:alert(1)) [goed](https://example.com/) ![plaatje](https://evil.example/x.png)

<iframe src="https://evil.example"></iframe><style>body{display:none}</style><form action="/logout"><input></form>
<svg/onload=alert(1)> <a href="JaVaScRiPt:alert(1)">x</a> <a href="data:text/html,x">y</a>
"""


def prose(page: Page) -> str:
    return page.html.partition('<div class="prose"')[2].partition("</section>")[0]


def save(reader: Reader, release: Release, language: str, markdown: str, revision: str | None = None) -> Page:
    path = path_of(release, f"/notes/{language}")
    revision = reader.get(path).value("revision") if revision is None else revision
    form = {"revision": revision, "markdown": markdown, "step": "save"}
    return reader.upload(path, form)


def test_notes_are_saved_and_read_back(planner: Reader, release: Release) -> None:
    page = save(planner, release, "nl", "# Nieuw\r\n\r\nTekst **vet** é 🚀")
    assert page.location == path_of(release, "/notes/nl")
    shown = planner.follow(page)
    assert shown.value("markdown").replace("\r\n", "\n") == "# Nieuw\n\nTekst **vet** é 🚀"
    assert "<strong>vet</strong>" in prose(shown)
    assert shown.value("revision") == "1"
    assert 'name="markdown"' in planner.get(path_of(release, "/notes/en")).html


def test_preview_writes_nothing(planner: Reader, release: Release) -> None:
    before = everything()
    page = planner.post(path_of(release, "/notes/nl"), {"revision": "0", "markdown": "**vet**", "step": "preview"})
    assert page.status == 200
    assert "<strong>vet</strong>" in prose(page)
    assert page.value("markdown") == "**vet**"
    assert everything() == before


def test_hostile_notes_do_nothing(manager: Reader, release: Release) -> None:
    shown = planner_page = manager.post(
        path_of(release, "/notes/nl"), {"revision": "0", "markdown": HOSTILE, "step": "preview"}
    )
    save(manager, release, "nl", HOSTILE)
    save(manager, release, "en", HOSTILE)
    for page in (shown, planner_page, manager.get(path_of(release, "/notes/publish"))):
        html = prose(page).lower()
        for sign in ("<script", "<img", "<iframe", "<style", "<form", "<input", "<svg", "onerror", "onclick", "onload"):
            assert sign not in html, sign
        assert 'href="javascript' not in html
        assert 'href="data' not in html
        assert 'href="https://example.com/"' in html


def test_notes_that_somebody_else_saved_are_not_overwritten(planner: Reader, release: Release) -> None:
    save(planner, release, "nl", "De eerste")
    before = everything()
    page = save(planner, release, "nl", "De tweede", revision="0")
    assert (page.status, set(page.wrong)) == (422, {"markdown"})
    assert page.value("markdown") == "De tweede"
    assert everything() == before


NOTES = ["", "   \n ", "\0", "é" * 524_289, "x" * 1_048_577]


@both_databases
def test_notes_that_cannot_be_are_refused(planner: Reader, release: Release) -> None:
    before = everything()
    for text in NOTES:
        page = save(planner, release, "nl", text)
        assert (page.status, set(page.wrong)) == (422, {"markdown"}), text[:20]
    assert everything() == before


@both_databases
def test_notes_of_a_megabyte_are_saved(planner: Reader, release: Release) -> None:
    text = ("Regel met een é en tekst.\n\n" * 45_000)[:1_000_000]
    page = planner.get(path_of(release, "/notes/nl"))
    assert 'enctype="multipart/form-data"' in page.html.partition('name="markdown"')[0].rpartition("<form")[2]
    assert save(planner, release, "nl", f"\0{text}").status == 302
    assert count(ReleaseNote) == 1


def test_notes_are_published_in_both_languages_or_not_at_all(manager: Reader, release: Release) -> None:
    path = path_of(release, "/notes/publish")
    save(manager, release, "nl", "Nederlands")
    refused = manager.follow(manager.post(path))
    assert "English" in refused.alerts[0]
    assert db.session.scalar(select(func.count(ReleaseNote.published_at))) == 0

    save(manager, release, "en", "English words")
    page = manager.get(path)
    assert "3 contacts" in page.html.partition('<button class="button" type="submit">')[2].partition("</button>")[0]
    assert "English words" in page.main
    assert manager.post(path).location == path_of(release)
    assert db.session.scalar(select(func.count(ReleaseNote.published_at))) == 2
    again = manager.follow(manager.post(path))
    assert "already" in again.alerts[0]


def test_correction_is_not_mailed_again(manager: Reader, release: Release) -> None:
    for language in ("nl", "en"):
        save(manager, release, language, "Eerst")
    manager.post(path_of(release, "/notes/publish"))
    save(manager, release, "nl", "Verbeterd")
    assert "contacts" not in manager.get(path_of(release, "/notes/publish")).main
    manager.post(path_of(release, "/notes/publish"))
    assert db.session.scalar(select(func.count()).where(ReleaseNote.told_at.is_(None))) == 2
