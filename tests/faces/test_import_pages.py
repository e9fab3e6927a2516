"""Files are brought in by page: looked through first, then let in, all of it or nothing."""

import json
import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from compliance.models import Outage
from entrypoints.exports.tables import TABLES
from entrypoints.imports.running import KINDS
from entrypoints.planner import imports
from entrypoints.planner.import_changes import KEYS
from entrypoints.planner.import_guide import GUIDES
from release_notes.models import Report
from schedules.models import MaintenanceWindow, Release
from storage import db
from tenants.models import Contact, Tenant
from tests.commands.headers import CONTACTS, MAINTENANCE, OUTAGES, RELEASES, TENANTS
from tests.faces.pages import Form, Page, Reader, everything, words
from tests.world import World, make_product

PAGE = "/planner/import"
TENANT = "thuiszorg-waal,Thuiszorg Waal,nl,inconto,2026.4,2026.3,,,,"


def choose(reader: Reader, table: str, text: str | bytes, name: str = "file.csv", **more: str) -> Page:
    """Choose a file and press the button."""
    data = text.encode() if isinstance(text, str) else text
    boundary = "a-boundary-of-its-own"
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in more.items()
    ).encode()
    parts += f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'.encode()
    body = parts + data + f"\r\n--{boundary}--\r\n".encode()
    return reader.send(f"{PAGE}/{table}", body, f"multipart/form-data; boundary={boundary}")


def let_in(reader: Reader, table: str, page: Page) -> Page:
    """Press the button below what a file would do."""
    form: Form = {"name": page.value("name"), "rows": page.value("rows")}
    return reader.upload(f"{PAGE}/{table}", form)


def rows(page: Page, caption: str) -> list[str]:
    """The rows of a table as they are read."""
    (table,) = [one for one in re.findall(r"<table.*?</table>", page.html, re.DOTALL) if caption in one]
    return [words(one) for one in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)][1:]


def count(kind: type) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


def test_file_is_looked_through_before_it_is_let_in(manager: Reader) -> None:
    before = everything()
    page = choose(manager, "tenants", f"{TENANTS}\n{TENANT}\n", "klanten.csv")
    assert page.status == 200
    assert (
        "Tenants: 1 new, 0 changed, 0 as they were. Nothing is wrong with it, and nothing is written yet." in page.main
    )
    assert rows(page, "What would change") == ["2 thuiszorg-waal new"]
    assert everything() == before

    page = manager.follow(let_in(manager, "tenants", page))
    assert "klanten.csv is in: 1 new, 0 changed, 0 as they were." in page.main
    assert db.session.scalars(select(Tenant.name).where(Tenant.slug == "thuiszorg-waal")).one() == "Thuiszorg Waal"

    page = choose(manager, "tenants", f"{TENANTS}\n{TENANT}\n", "klanten.csv")
    assert "All of it stands here already: there is nothing to bring in." in page.main
    assert 'name="rows"' not in page.html


def test_what_would_change_is_shown_column_by_column(manager: Reader) -> None:
    choose_and_let_in(manager, "tenants", f"{TENANTS}\n{TENANT}\n")
    page = choose(manager, "tenants", f"{TENANTS}\n{TENANT.replace('Waal,nl', 'Maas,en')}\n")
    assert rows(page, "What would change") == [
        "2 thuiszorg-waal changed name : Thuiszorg Waal → Thuiszorg Maas locale : nl → en"
    ]
    assert db.session.scalars(select(Tenant.name).where(Tenant.slug == "thuiszorg-waal")).one() == "Thuiszorg Waal"


def choose_and_let_in(reader: Reader, table: str, text: str) -> Page:
    return reader.follow(let_in(reader, table, choose(reader, table, text)))


def test_every_bad_value_is_shown_and_nothing_is_written(manager: Reader) -> None:
    before = everything()
    wrong = TENANT.replace("nl", "de").replace("thuiszorg-waal", "Thuis Zorg")
    page = choose(manager, "tenants", f"{TENANTS}\n{TENANT}\n{wrong}\nshort,row\n", "klanten.csv")
    assert page.status == 422
    assert page.alerts == [
        "klanten.csv has 3 problems, and nothing was written. Mend them in the file and choose it again."
    ]
    slug, language, short = rows(page, "Problems")
    assert slug.startswith("line 3 slug Thuis Zorg Use small letters")
    assert language.startswith("line 3 locale de ")
    assert short == "line 4 – – There are 2 values here, and 10 columns."
    assert everything() == before


def test_problems_are_in_the_readers_language(app: Flask, planned: World) -> None:
    reader = Reader(app, "manager@vendor.example", language="nl")
    page = choose(reader, "tenants", f"{TENANTS}\nshort,row\n")
    assert rows(page, "Problemen") == ["regel 2 – – Hier staan 2 waarden, en er zijn 10 kolommen."]
    page = choose(reader, "tenants", TENANTS.replace(",locale", ""))
    (row,) = rows(page, "Problemen")
    assert row.startswith("file.csv – – Kolom locale ontbreekt. De kolommen zijn slug, name,")


NO_TABLES = {
    "empty": (b"", "The file is empty."),
    "header only": (TENANTS.encode(), "There is no row below the names of the columns."),
    "latin-1": (f"{TENANTS}\n{TENANT}\xe9".encode("latin-1"), "This is not UTF-8."),
    "utf-16": (TENANTS.encode("utf-16"), "The file is UTF-16."),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0", "This is not UTF-8."),
    "another table": (CONTACTS.encode(), "No column slug, acceptance_version,"),
}


@pytest.mark.parametrize("case", NO_TABLES)
def test_what_is_no_table_is_told(manager: Reader, case: str) -> None:
    data, said = NO_TABLES[case]
    before = everything()
    page = choose(manager, "tenants", data)
    assert page.status == 422
    (row,) = rows(page, "Problems")
    assert said in row
    assert everything() == before


def test_no_file_is_told_beside_its_field(manager: Reader) -> None:
    page = manager.upload(f"{PAGE}/tenants", {"other": "x"})
    assert (page.status, page.wrong) == (422, {"file": "Choose a file."})


def test_file_that_is_too_large_is_refused(manager: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    before = everything()
    page = choose(manager, "tenants", f"{TENANTS}\n" + f"{TENANT}\n" * 18_000)
    assert (page.status, list(page.wrong)) == (422, ["file"])
    assert page.wrong["file"].startswith("This file has more than 1 MB.")
    assert choose(manager, "tenants", b"x" * 3_000_000).status == 413
    monkeypatch.setattr(imports, "MOST_ROWS", 1)
    page = choose(manager, "tenants", f"{TENANTS}\n{TENANT}\n{TENANT.replace('waal', 'maas')}\n")
    assert rows(page, "Problems") == ["file.csv – – There are 2 rows here, and 1 is the most."]
    assert everything() == before


def test_spreadsheet_may_write_semicolons_or_tabs(manager: Reader) -> None:
    for sign, slug in ((";", "waal"), ("\t", "maas")):
        text = f"{TENANTS}\n{TENANT.replace('waal', slug)}\n".replace(",", sign)
        choose_and_let_in(manager, "tenants", "\ufeff" + text)
    found = db.session.scalars(select(Tenant.slug).where(Tenant.slug.startswith("thuiszorg-")).order_by(Tenant.slug))
    assert list(found) == ["thuiszorg-maas", "thuiszorg-waal"]


def test_value_of_several_lines_comes_in_as_it_was_looked_through(manager: Reader) -> None:
    """What a page sends back of a file has other line ends."""
    text = f'{OUTAGES}\ninconto,production,2026-07-09T10:12,2026-07-09T10:31,,"Say ""no"" <&>"\n'
    choose_and_let_in(manager, "outages", text)
    assert db.session.scalars(select(Outage.cause)).one() == 'Say "no" <&>'


def test_file_is_about_the_chosen_product(manager: Reader, planned: World) -> None:
    make_product("other", "Another")
    page = choose(manager, "tenants", f"{TENANTS}\n{TENANT}\n", product="other")
    assert rows(page, "Problems") == ["line 2 product inconto This is another product than the one asked for."]
    without = TENANTS.replace("product,", ""), TENANT.replace("inconto,", "")
    page = choose(manager, "tenants", "\n".join(without), product="other")
    assert "1 new" in page.main
    assert manager.get(f"{PAGE}/tenants?product=nowhere").status == 404


@pytest.mark.parametrize("language", ["nl", "en"])
def test_examples_come_in_as_they_are(app: Flask, planned: World, language: str) -> None:
    reader = Reader(app, "admin@vendor.example", language=language)
    before = [count(kind) for kind in (Release, Tenant, Contact, MaintenanceWindow, Outage, Report)]
    for table in GUIDES:
        example = reader.get(f"{PAGE}/{table}/example.csv")
        assert example.headers["Content-Disposition"] == f'attachment; filename="{table}-example.csv"'
        page = choose(reader, table, example.body)
        assert page.status == 200, page.main
        assert reader.follow(let_in(reader, table, page)).status == 200
        empty = reader.get(f"{PAGE}/{table}/empty.csv").body
        assert example.body.startswith(empty)
        assert choose(reader, table, empty).status == 422
    after = [count(kind) for kind in (Release, Tenant, Contact, MaintenanceWindow, Outage, Report)]
    assert [now - then for now, then in zip(after, before, strict=True)] == [2, 2, 2, 1, 1, 1]


def test_guides_know_every_column_of_every_table() -> None:
    assert set(GUIDES) == set(KINDS) == set(KEYS) == set(TABLES)
    for table, guide in GUIDES.items():
        columns = KINDS[table].columns
        assert sorted(guide.columns) == sorted([*columns.required, *columns.optional])
        assert {len(row) for row in guide.rows} == {len(guide.columns)}
        assert set(KEYS[table]) <= set(guide.columns)


def test_earlier_releases_come_in_with_what_was_announced(planner: Reader) -> None:
    header = f"{RELEASES},acceptance_announced_at,production_announced_at"
    row = "inconto,2026.3,2026-08-17T06:00,2026-09-14T06:00,Snel,Fast,2026-07-31T10:00,2026-08-11T10:00"
    choose_and_let_in(planner, "releases", f"{header}\n{row}\n")
    release = db.session.scalars(select(Release)).one()
    assert (release.version, release.imported, release.planned_by) == ("2026.3", True, "planner@vendor.example")
    assert release.production_announced_at is not None


MAY = {
    "viewer": set(),
    "planner": {"releases", "maintenance", "reports"},
    "operator": {"outages"},
    "manager": set(GUIDES),
    "admin": set(GUIDES),
}
HEADERS = {
    "tenants": TENANTS,
    "contacts": CONTACTS,
    "releases": RELEASES,
    "maintenance": MAINTENANCE,
    "outages": OUTAGES,
}


@pytest.mark.parametrize("role", MAY)
def test_role_brings_in_what_it_may_do_by_hand(app: Flask, planned: World, role: str) -> None:
    reader = Reader(app, f"{role}@vendor.example")
    before = everything()
    page = reader.get(PAGE)
    assert page.status == 200
    assert {table for table in GUIDES if f'"{PAGE}/{table}?' in page.html} == MAY[role]
    for table in GUIDES:
        asked = reader.get(f"{PAGE}/{table}").status
        sent = choose(reader, table, HEADERS.get(table, "")).status
        again = reader.upload(f"{PAGE}/{table}", {"name": "x", "rows": HEADERS.get(table, "")}).status
        assert (asked, sent, again) == ((200, 422, 422) if table in MAY[role] else (403, 403, 403)), table
    assert everything() == before


def test_nobody_else_brings_in_anything(contact: Reader, anybody: Reader, admin: Reader) -> None:
    assert (contact.get(PAGE).status, contact.get(f"{PAGE}/tenants").status) == (404, 404)
    assert choose(contact, "tenants", TENANTS).status == 404
    assert anybody.get(PAGE).location.startswith("/login")
    assert (admin.get(f"{PAGE}/customers").status, admin.get(f"{PAGE}/tenants/other.csv").status) == (404, 404)


def test_what_was_sent_is_only_shown_as_words(manager: Reader) -> None:
    page = choose(manager, "tenants", f"{TENANTS}\n{TENANT.replace('Waal,nl', '<b>x</b>,<i>')}\n", "<script>.csv")
    assert "<script>.csv" not in page.html
    assert "<i>" not in page.html


def test_other_language_brings_nothing_in(manager: Reader) -> None:
    """Whoever turns to it where a file was refused sends the same rows, which may be right by now."""
    page = manager.upload(f"{PAGE}/tenants", {"name": "x.csv", "rows": f"{TENANTS}\nshort,row\n"})
    assert page.status == 422
    before = {name: rows for name, rows in everything().items() if name != "user_account"}
    typed = json.dumps([["name", "x.csv"], ["rows", f"{TENANTS}\n{TENANT}\n"]])
    page = manager.post(f"{PAGE}/tenants", {"typed": typed, "say_in": "nl"})
    assert (page.status, '<html lang="nl">' in page.html) == (422, True)
    assert {name: rows for name, rows in everything().items() if name != "user_account"} == before
    # A browser sends no file twice: it is asked for again.
    choose(manager, "tenants", f"{TENANTS}\n{TENANT}\n")
    page = manager.post(f"{PAGE}/tenants", {"typed": "[]", "say_in": "en"})
    assert (page.status, page.wrong) == (422, {"file": "Choose a file."})
    assert {name: rows for name, rows in everything().items() if name != "user_account"} == before
