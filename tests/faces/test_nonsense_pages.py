"""Nonsense in every field, form and address: told plainly, and nothing is written."""

import pytest
from flask import Flask

from tests.faces.pages import Form, Reader, everything
from tests.faces.planning_forms import HUGE, LONG, MAINTENANCE, MOMENTS, NEW, RIGHT, VERSIONS, the_release
from tests.planning import ACCEPTANCE, planned_release
from tests.world import World, both_databases

TITLES = ["x" * 201, LONG]

RELEASE_NONSENSE = [
    *(("acceptance_at", value, "acceptance_at") for value in MOMENTS),
    *(("production_at", value, "production_at") for value in MOMENTS),
    *(("version", value, "version") for value in VERSIONS if value != "2027.1\u202e"),
    *(("title_nl", value, "title_nl") for value in TITLES),
    *(("title_en", value, "title_en") for value in TITLES),
    ("waiver_reason_nl", "x" * 1001, "waiver_reason_nl"),
    ("waiver_reason_en", "x" * 1001, "waiver_reason_en"),
    # Production before acceptance, and at the same moment.
    ("production_at", "2027-01-11T06:00", "production_at"),
    ("production_at", ACCEPTANCE, "production_at"),
]


@both_databases
def test_nonsense_in_a_release_is_told_at_its_field_and_writes_nothing(manager: Reader) -> None:
    before = everything()
    for field, value, wrong in RELEASE_NONSENSE:
        page = manager.post(NEW, RIGHT | {field: value})
        # The field for a reason is there where a reason can help; elsewhere it is told above the form.
        told = list(page.wrong) or [wrong] * bool(page.alerts)
        assert (page.status, told) == (422, [wrong]), (field, value)
    assert everything() == before


ODD_FORMS: list[Form] = [
    {},
    {"step": "plan"},
    {"step": "nonsense"},
    {name: [value, value] for name, value in RIGHT.items()} | {"version": ["", "2027.1"]},
    {f"{name}[]": value for name, value in RIGHT.items()},
    {f"{name}[0][$ne]": value for name, value in RIGHT.items()},
    RIGHT | {"use": "nonsense|2027"},
    RIGHT | {"use": "|"},
]
FILES: list[Form] = [
    RIGHT | {"version": b"2027.1"},
    RIGHT | {"acceptance_at": b"\xff\xfe"},
    RIGHT | {"production_at": b""},
]


@both_databases
def test_forms_of_another_shape_are_refused(manager: Reader) -> None:
    before = everything()
    for form in ODD_FORMS:
        page = manager.post(NEW, form)
        assert (page.status, bool(page.wrong)) == (422, True), form
    for form in FILES:
        page = manager.upload(NEW, form)
        assert (page.status, bool(page.wrong)) == (422, True), form
    for field in ("version", "acceptance_at"):
        body = "&".join(f"{name}={value}" for name, value in (RIGHT | {field: "%FF%FE%C0%80"}).items())
        page = manager.send(NEW, body.encode())
        assert (page.status, set(page.wrong)) == (422, {field})
    for body in ("{}", "[1]", '{"version": [1]}', "nonsense", ""):
        assert manager.send(NEW, body.encode(), "application/json").status == 415
        assert manager.send("/logout", body.encode(), "application/json").status == 415
    assert manager.send(NEW, b"nonsense", "multipart/form-data").status in {400, 422}
    assert everything() == before


@both_databases
@pytest.mark.parametrize(
    "title",
    ["🚀 <b>Sneller</b> & 'veilig' \"zo\" {{ 7 * 7 }} %(x)s", "\u202eneleoz\u202c\0 \u2028x", "עברית", "x" * 200],
)
def test_odd_title_is_shown_as_it_was_typed(manager: Reader, title: str) -> None:
    page = manager.post(NEW, RIGHT | {"title_en": title})
    assert page.status == 302
    written = the_release().title_en
    assert not {"\0", "\u202e", "\u2028"} & set(written)
    page = manager.follow(page)
    assert written in page.main
    assert "<b>Sneller" not in page.html
    assert written in manager.get("/planner/releases").main


BODY = b"version=" + b"x" * (40 * 1024 * 1024)


@pytest.mark.parametrize("path", [NEW, MAINTENANCE, "/planner/tenants/new", "/login", "/reset", "/language/nl"])
def test_forty_megabytes_are_too_much(manager: Reader, anybody: Reader, path: str) -> None:
    reader = manager if path.startswith("/planner") else anybody
    page = reader.send(path, BODY)
    assert page.status == 413
    assert "more than 2 MB" in page.main


def test_forty_megabytes_in_a_file_are_too_much(manager: Reader) -> None:
    assert manager.upload(NEW, RIGHT | {"file": BODY}).status == 413


def test_thousands_of_fields_are_too_much(manager: Reader) -> None:
    before = everything()
    page = manager.post(NEW, RIGHT | {f"field{number}": "x" for number in range(20_000)})
    assert page.status in {302, 413}
    many = RIGHT | {f"field{number}": "x" for number in range(2_000)} | {"version": "2027.2"}
    assert manager.upload(NEW, many).status == 413
    assert page.status == 302 or everything() == before


ADDRESSES = [
    ("/planner/?product=nonsense", 404),
    ("/planner/?product=", 200),
    ("/planner/?product=%00", 404),
    ("/planner/?product=inconto&product=other", 200),
    ("/planner/?product[]=inconto", 200),
    (f"/planner/?product={'x' * 5000}", 404),
    (f"/planner/?year={HUGE}", 200),
    ("/planner/?year=-1", 200),
    ("/planner/?year=0001", 200),
    ("/planner/?year=9999", 200),
    ("/planner/?year=2000", 200),
    ("/planner/?year=2199", 200),
    ("/planner/?year=٢٠٢٧", 200),
    (f"/planner/?year={'9' * 5000}", 200),
    (f"/planner/year?year={HUGE}&view=%F0%9F%92%A5", 200),
    ("/planner/year?year=٢٠٢٧", 200),
    ("/planner/year?year[]=2027", 200),
    (f"/planner/year?year={'9' * 5000}", 200),
    ("/planner/year?view=%00", 404),
    ("/planner/year?product=nonsense", 404),
    (f"/planner/freezes?page={HUGE}", 200),
    ("/planner/freezes?page=-1", 200),
    (f"/planner/freezes?page={'9' * 5000}", 200),
    ("/planner/freezes?product=nonsense", 404),
    ("/planner/nonsense", 404),
    (f"/planner/releases/{HUGE}", 404),
    ("/planner/releases/2147483647", 404),
    ("/planner/releases/2147483648", 404),
    ("/planner/releases/0", 404),
    ("/planner/releases/-1", 404),
    ("/planner/releases/1.5", 404),
    ("/planner/releases/1%00", 404),
    ("/planner/releases/nonsense", 404),
    (f"/planner/releases/{HUGE}/move", 404),
    (f"/planner/releases/{HUGE}/cancel", 404),
    (f"/planner/releases/{HUGE}/notes/nl", 404),
    (f"/planner/releases/{HUGE}/notes/publish", 404),
    ("/planner/releases/1/notes/de", 404),
    ("/planner/releases/1/notes/NL", 404),
    ("/planner/releases/new?product=nonsense", 404),
    (f"/planner/maintenance/{HUGE}", 404),
    (f"/planner/maintenance/{HUGE}/move", 404),
    (f"/planner/maintenance/{HUGE}/cancel", 404),
    ("/planner/maintenance/-1", 404),
    ("/planner/maintenance/new?product=nonsense", 404),
    (f"/planner/tenants?page={HUGE}", 200),
    ("/planner/tenants?page=-1", 200),
    ("/planner/tenants?page=0", 200),
    ("/planner/tenants?page=nonsense", 200),
    (f"/planner/tenants?page={'9' * 5000}", 200),
    ("/planner/tenants?words=%00", 404),
    ("/planner/tenants?version=%00", 404),
    ("/planner/tenants?words=%25%5F%5C%27%22--", 200),
    ("/planner/tenants?words=%FF%FE", 200),
    ("/planner/tenants?words=%F0%9F%92%A5&environment=nonsense&version=%E2%80%AE", 200),
    (f"/planner/tenants?words={'x' * 5000}", 200),
    ("/planner/tenants/nonsense", 404),
    ("/planner/tenants/%00", 404),
    (f"/planner/tenants/{'x' * 5000}", 404),
    ("/planner/tenants/..%2f..%2fetc", 404),
    (f"/planner/tenants/zorggroep-de-brug/contacts/{HUGE}", 404),
    ("/planner/tenants/zorggroep-de-brug/contacts/0", 404),
    ("/planner/products/nonsense", 404),
    ("/planner/products/%00", 404),
    (f"/mailbox/?page={HUGE}", 200),
    ("/mailbox/?page=-1", 200),
    ("/mailbox/nonsense", 404),
    ("/mailbox/%00", 404),
]


@both_databases
def test_nonsense_in_an_address_finds_nothing(app: Flask, planned: World) -> None:
    planned_release(planned.product)
    admin = Reader(app, "admin@vendor.example")
    assert [(path, admin.get(path).status) for path, _status in ADDRESSES] == ADDRESSES


@both_databases
def test_nonsense_in_an_address_changes_nothing(app: Flask, planned: World) -> None:
    planned_release(planned.product)
    admin = Reader(app, "admin@vendor.example")
    before = everything()
    for path in (
        f"/planner/releases/{HUGE}/announce/production",
        "/planner/releases/1/announce/maintenance",
        f"/planner/releases/{HUGE}/patches",
        f"/planner/releases/{HUGE}/titles",
        f"/planner/maintenance/{HUGE}/announce",
        f"/planner/freezes/{HUGE}/remove",
        "/planner/freezes/nonsense/remove",
        "/planner/tenants/%00/contacts",
        f"/planner/tenants/zorggroep-de-brug/contacts/{HUGE}/remove",
        f"/planner/tenants/zorggroep-de-brug/contacts/{HUGE}/invite",
        "/planner/tenants/nonsense/calendar",
        "/planner/tenants/nonsense/version",
    ):
        assert admin.post(path).status == 404, path
    assert everything() == before
