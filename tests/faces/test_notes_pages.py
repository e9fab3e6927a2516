"""Release notes as they are written, looked at and published from the pages."""

import re

from sqlalchemy import event, func, select

from release_notes.models import ReleaseNote
from release_notes.queries import drafts
from schedules.models import Release
from storage import db
from tenants.models import Contact
from tests.faces.pages import Form, Page, Reader, everything, words
from tests.faces.planning_forms import count, path_of
from tests.world import World, both_databases, make_tenant

HOSTILE = """# Kop

Tekst **vet** <script>alert(1)</script> <img src=x onerror=alert(1)> <b onclick="alert(1)">b</b>

[klik](javascript:alert(1)) [goed](https://example.com/) ![plaatje](https://evil.example/x.png)

<iframe src="https://evil.example"></iframe><style>body{display:none}</style><form action="/logout"><input></form>
<svg/onload=alert(1)> <a href="JaVaScRiPt:alert(1)">x</a> <a href="data:text/html,x">y</a>
"""


def prose(page: Page) -> str:
    """What customers read of both languages, where a page shows it."""
    return "".join(re.findall(r'<div class="prose"(.*?)</div>', page.html, re.DOTALL))


def typed(reader: Reader, release: Release, **fields: str) -> Form:
    """The editor's form as it stands, with what somebody types into it."""
    page = reader.get(path_of(release, "/notes"))
    names = ("markdown_nl", "markdown_en", "revision_nl", "revision_en")
    return {name: page.value(name) for name in names} | fields


def save(reader: Reader, release: Release, language: str, markdown: str, revision: str | None = None) -> Page:
    form = typed(reader, release, step="save", **{f"markdown_{language}": markdown})
    if revision is not None:
        form[f"revision_{language}"] = revision
    return reader.upload(path_of(release, "/notes"), form)


def publish(reader: Reader, release: Release, seen: Page | None = None) -> Page:
    """Press the button of the page as it is, or as it was seen before."""
    path = path_of(release, "/notes/publish")
    page = seen or reader.get(path)
    return reader.post(path, {name: page.value(name) for name in ("revision_nl", "revision_en")})


def test_notes_are_saved_and_read_back(planner: Reader, release: Release) -> None:
    page = save(planner, release, "nl", "# Nieuw\r\n\r\nTekst **vet** é 🚀")
    assert page.location == path_of(release, "/notes")
    shown = planner.follow(page)
    assert shown.value("markdown_nl").replace("\r\n", "\n") == "# Nieuw\n\nTekst **vet** é 🚀"
    assert "<strong>vet</strong>" in prose(shown)
    assert (shown.value("revision_nl"), shown.value("revision_en")) == ("1", "0")
    # The address of one language, as older links have it, is the same page.
    assert planner.get(path_of(release, "/notes/en")).value("markdown_nl") == shown.value("markdown_nl")


def test_both_languages_are_saved_at_once_or_not_at_all(planner: Reader, release: Release) -> None:
    form = typed(planner, release, step="save", markdown_nl="# Nieuw", markdown_en="# New")
    assert planner.upload(path_of(release, "/notes"), form).status == 302
    assert {one: note.markdown for one, note in drafts(release.id).items()} == {"nl": "# Nieuw", "en": "# New"}
    before = everything()
    page = planner.upload(path_of(release, "/notes"), form | {"markdown_nl": "# Anders", "revision_nl": "1"})
    assert (page.status, set(page.wrong)) == (422, {"markdown_en"})
    assert everything() == before


def test_language_that_was_written_is_not_emptied(planner: Reader, release: Release) -> None:
    save(planner, release, "nl", "# Nieuw")
    page = save(planner, release, "nl", "  ")
    assert (page.status, set(page.wrong)) == (422, {"markdown_nl"})


def test_preview_writes_nothing(planner: Reader, release: Release) -> None:
    before = everything()
    form = typed(planner, release, markdown_nl="**vet**", step="preview")
    page = planner.post(path_of(release, "/notes"), form)
    assert page.status == 200
    assert "<strong>vet</strong>" in prose(page)
    assert page.value("markdown_nl") == "**vet**"
    assert "What stands here is not saved." in page.main
    assert everything() == before


def test_what_is_missing_is_said_in_words(planner: Reader, release: Release) -> None:
    def said(**texts: str) -> list[str]:
        page = planner.post(path_of(release, "/notes"), typed(planner, release, step="preview", **texts))
        found = page.html.partition('id="notes-missing"')[2].partition("<form")[0]
        return [words(one) for one in re.findall(r"<li>(.*?)</li>", found)]

    assert said() == ["Dutch: there are no notes yet.", "English: there are no notes yet."]
    assert said(markdown_nl="# Een\n\n## Twee\n\n### Drie", markdown_en="# One") == ["English has 2 headings less."]
    assert said(markdown_nl="![](x.png)", markdown_en="een") == [
        "Dutch: a picture has no words for those who do not see it."
    ]
    assert said(markdown_nl="# Een", markdown_en="# One") == []
    release.title_en, release.product.report_prefixes = "", "INC-"
    db.session.commit()
    assert said(markdown_nl="INC-1 INC-2", markdown_en="INC-2 INC-3") == [
        "English: the release has no title.",
        "Dutch does not name INC-3.",
        "English does not name INC-1.",
    ]


def test_previews_keep_nobody_from_writing(planner: Reader, release: Release) -> None:
    form, path = typed(planner, release, markdown_nl="# Kop"), path_of(release, "/notes")
    begun: list[str] = []

    @event.listens_for(db.engine, "before_cursor_execute")
    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("BEGIN"):
            begun.append(statement)

    # A picture that is none, and what is wrong with it.
    for step, status in (("preview", 200), ("image", 422)):
        assert planner.upload(path, form | {"step": step, "image": b"x"}).status == status
        assert begun[-1] == "BEGIN"
    begun.clear()
    assert planner.upload(f"{path}/nl/mail", form).status == 200
    assert set(begun) == {"BEGIN"}


def test_mail_is_shown_as_saved_and_as_typed(planner: Reader, release: Release) -> None:
    save(planner, release, "en", "Saved **words**")
    path = path_of(release, "/notes/en/mail")
    before = everything()
    saved = planner.get(path)
    typed_now = planner.post(path, {"markdown_en": "Typed **words** <script>alert(1)</script>", "markdown_nl": "nl"})
    assert ("Saved <strong>words</strong>" in saved.html, "Typed <strong>words</strong>" in typed_now.html) == (
        True,
    ) * 2
    assert "<script" not in typed_now.html
    assert "The release notes of Inconto 2027.1 are ready to read." in typed_now.html
    policy = typed_now.headers["Content-Security-Policy"]
    assert ("default-src 'none'" in policy, "sandbox allow-popups" in policy) == (True, True)
    assert everything() == before


def test_hostile_notes_do_nothing(manager: Reader, release: Release) -> None:
    form = typed(manager, release, markdown_nl=HOSTILE, markdown_en=HOSTILE, step="preview")
    shown = manager.post(path_of(release, "/notes"), form)
    manager.upload(path_of(release, "/notes"), form | {"step": "save"})
    for page in (shown, manager.get(path_of(release, "/notes/publish"))):
        html = prose(page).lower()
        for sign in ("<script", "<img", "<iframe", "<style", "<form", "<input", "<svg", "onerror", "onclick", "onload"):
            assert sign not in html, sign
        assert 'href="javascript' not in html
        assert 'href="data' not in html
        assert html.count('href="https://example.com/"') == 2


def test_notes_that_somebody_else_saved_are_not_overwritten(planner: Reader, release: Release) -> None:
    save(planner, release, "nl", "De eerste")
    before = everything()
    for revision in ("0", "7", "nonsense", "-1", ""):
        page = save(planner, release, "nl", "De tweede", revision=revision)
        assert (page.status, set(page.wrong)) == (422, {"markdown_nl"}), revision
        assert page.value("markdown_nl") == "De tweede"
    assert everything() == before


NOTES = ["", "   \n ", "\0", "é" * 524_289, "x" * 1_048_577]


@both_databases
def test_notes_that_cannot_be_are_refused(planner: Reader, release: Release) -> None:
    before = everything()
    for text in NOTES:
        page = save(planner, release, "nl", text)
        # Where nothing is written at all, neither language is.
        wrong = {"markdown_nl"} if text.strip("\0 \n") else {"markdown_nl", "markdown_en"}
        assert (page.status, set(page.wrong) & wrong) == (422, {"markdown_nl"}), text[:20]
    assert everything() == before


@both_databases
def test_notes_of_a_megabyte_are_saved(planner: Reader, release: Release) -> None:
    text = ("Regel met een é en tekst.\n\n" * 45_000)[:1_000_000]
    page = planner.get(path_of(release, "/notes"))
    assert 'enctype="multipart/form-data"' in page.html.partition('name="markdown_nl"')[0].rpartition("<form")[2]
    form = typed(planner, release, step="save", markdown_nl=f"\0{text}", markdown_en=text)
    assert planner.upload(path_of(release, "/notes"), form).status == 302
    assert count(ReleaseNote) == 2


def test_notes_are_published_in_both_languages_or_not_at_all(manager: Reader, release: Release) -> None:
    path = path_of(release, "/notes/publish")
    save(manager, release, "nl", "Nederlands")
    refused = manager.follow(manager.post(path))
    assert "English" in refused.alerts[0]
    assert "get them by mail" not in manager.get(path).main
    assert db.session.scalar(select(func.count(ReleaseNote.published_at))) == 0

    save(manager, release, "en", "English words")
    page = manager.get(path)
    assert "3 contacts" in page.html.partition('<button class="button" type="submit">')[2].partition("</button>")[0]
    assert "English words" in page.main
    assert publish(manager, release, page).location == path_of(release)
    assert db.session.scalar(select(func.count(ReleaseNote.published_at))) == 2
    again = manager.follow(publish(manager, release, page))
    assert "already" in again.alerts[0]
    seen = manager.get(path).main
    assert seen.startswith("The notes of 2027.1 are published They stand on the portal as they are below;")
    assert ("Not yet" in seen, "They stand on the portal at once" in seen) == (False, False)


def test_notes_that_nobody_saw_are_not_published(planner: Reader, manager: Reader, release: Release) -> None:
    for language in ("nl", "en"):
        save(planner, release, language, "One")
    seen = manager.get(path_of(release, "/notes/publish"))
    save(planner, release, "en", "Never seen")

    for form in ({name: seen.value(name) for name in ("revision_nl", "revision_en")}, {}):
        shown = manager.follow(manager.post(path_of(release, "/notes/publish"), form))
        assert shown.alerts == ["Somebody saved these notes since you opened the page. Look again."]
        assert "Never seen" in shown.main
        assert db.session.scalar(select(func.count(ReleaseNote.published_at))) == 0
    assert publish(manager, release, shown).location == path_of(release)


def test_correction_is_not_mailed_again(manager: Reader, release: Release) -> None:
    for language in ("nl", "en"):
        save(manager, release, language, "Eerst")
    publish(manager, release)
    save(manager, release, "nl", "Verbeterd")
    page = manager.get(path_of(release, "/notes/publish"))
    assert "a correction is not mailed again" in page.main
    assert re.findall(r"\d+ contacts?", page.main) == []
    publish(manager, release)
    assert db.session.scalar(select(func.count()).where(ReleaseNote.told_at.is_(None))) == 2


def test_dry_run_says_who_gets_what_and_who_hears_nothing(manager: Reader, planned: World, release: Release) -> None:
    make_tenant(planned.product, "nobody-there", contacts=0)
    for language in ("nl", "en"):
        save(manager, release, language, f"Words in {language}")
    before = everything()
    page = manager.get(path_of(release, "/notes/publish"))
    assert "3 contacts of 2 tenants get them by mail, each in their own language." in page.main
    assert "1 tenant has no contact, and hears nothing: Nobody There" in page.main
    for contact in db.session.scalars(select(Contact)):
        assert contact.email in page.main
    assert page.main.count("[Inconto] Release notes 2027.1: Faster search") == 1
    assert page.main.count("[Inconto] Releasenotes 2027.1: Sneller zoeken") == 1
    assert everything() == before


def history(reader: Reader, release: Release, query: str = "") -> Page:
    return reader.get(path_of(release, f"/notes/nl/history{query}"))


def test_versions_are_kept_compared_and_restored(planner: Reader, release: Release) -> None:
    for text in ("# Een\n\nDe oude woorden", "# Een\n\nDe nieuwe woorden", "# Twee"):
        save(planner, release, "nl", text)
    page = history(planner, release, "?before=1&after=2")
    compared = page.html.partition('class="compared')[2].partition("</div>")[0]
    assert ("<del>oude</del>" in compared, "<ins>nieuwe</ins>" in compared) == (True, True)
    assert page.main.count("planner@vendor.example") == 3

    path = path_of(release, "/notes/nl/restore")
    stale = planner.follow(planner.post(path, {"number": "1", "revision": "2"}))
    assert "Somebody saved these notes" in stale.alerts[0]
    planner.post(path, {"number": "1", "revision": "3"})
    newest = drafts(release.id)["nl"]
    assert (newest.revision, newest.markdown) == (4, "# Een\n\nDe oude woorden")


def test_nonsense_in_the_history_is_answered_plainly(planner: Reader, release: Release) -> None:
    save(planner, release, "nl", "# Een")
    before = everything()
    for query in ("?before=x&after=y", "?before=99&after=98", "?page=-3", "?page=99999", "?before=&after=", "?after=0"):
        assert history(planner, release, query).status == 200, query
    for form in ({}, {"number": "x", "revision": "1"}, {"number": "9", "revision": "1"}, {"number": "1"}):
        page = planner.follow(planner.post(path_of(release, "/notes/nl/restore"), form))
        assert (page.status, len(page.alerts)) == (200, 1), form
    assert everything() == before
