"""A new vendor, from nothing to the first announced release: by keyboard alone, at both sizes, in both languages."""

import re
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import SIZES
from tests.faces.keyboard import tab_to, type_moment
from tests.faces.test_browser import looked_at
from tests.faces.test_walks import press, unfold
from tests.served import Served, served_empty
from tests.smtp_server import SMTPServer
from tests.world import PASSWORD

pytestmark = pytest.mark.browser

ADMIN, COLLEAGUE, CONTACT = "ik@vendor.example", "anna@vendor.example", "jan@zorg-oost.example"
STEPS = "/planner/first-steps"
LAST_YEAR = datetime.now(UTC).year - 1
VERSION = f"{LAST_YEAR + 20}.1"
FILES = {
    "releases": (
        "version;acceptance_at;production_at;title_nl;title_en\n"
        f"{LAST_YEAR}.1;{LAST_YEAR}-03-02T06:00;{LAST_YEAR}-04-06T06:00;Rapporten;Reports\n"
        f"{LAST_YEAR}.2;{LAST_YEAR}-09-07T06:00;{LAST_YEAR}-10-05T06:00;Zoeken;Search\n"
    ),
    "tenants": (
        "slug;name;locale;acceptance_version;production_version;acceptance_notice;production_notice;"
        "maintenance_notice;ip_allowlist\n"
        f"zorg-oost;Zorg Oost;nl;{LAST_YEAR}.2;{LAST_YEAR}.2;;;;\n"
    ),
    "contacts": f"tenant;name;email;phone;locale\nzorg-oost;Jan Jansen;{CONTACT};;nl\n",
}


def seen(page: Page, size: str, _name: str) -> None:
    """What holds of every page on the way: nothing is wrong, and nothing sticks out."""
    assert page.locator("main h1").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES[size]["width"]


def mailed(server: SMTPServer, address: str, words: str = "") -> str:
    """The text of a mail to somebody, which must come within a minute."""
    until = monotonic() + 60
    while monotonic() < until:
        for one in list(server.taken):
            text = one.mail.get_body(("plain",))
            if one.recipient == address and text is not None and words in (found := str(text.get_content())):
                return found
        sleep(0.5)
    raise AssertionError(f"no mail with {words!r} to {address}: {server.recipients()}")


def comes_in(started: Browser, product: Served, link: str, size: str, language: str) -> Page:
    """Follow a link that was mailed, and choose a password."""
    context = started.new_context(viewport=SIZES[size], locale=language)  # type: ignore[arg-type]
    context.add_cookies([{"name": "language", "value": language, "url": product.base_url}])
    page = context.new_page()
    # From now on files are chosen by us: the browser must know before it is asked for one.
    page.on("filechooser", lambda _chooser: None)
    page.goto(link)
    for field in ("#password", "#again"):
        tab_to(page, field)
        page.keyboard.type(PASSWORD)
    press(page, "main .buttons button")
    return page


def types(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        tab_to(page, f"#{name}")
        page.keyboard.type(value)


def brings_in(page: Page, product: Served, size: str, table: str) -> None:
    """From the first steps: choose a file, read what it would do, let it in."""
    page.goto(f"{product.base_url}{STEPS}")
    press(page, f'main a[href^="/planner/import/{table}"]')
    seen(page, size, f"import-{table}")
    tab_to(page, "#file")
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files({"name": f"{table}.csv", "mimeType": "text/csv", "buffer": FILES[table].encode()})
    press(page, "main form .buttons button")
    expect(page.locator("main [role=alert]")).to_have_count(0)
    seen(page, size, f"check-{table}")
    # No address leads to this page: it is looked at here.
    assert looked_at(page) == {}
    page.set_viewport_size(SIZES[size])  # type: ignore[arg-type]
    press(page, "main form[data-waits] .buttons button")
    expect(page.locator("main [role=status]").first).to_contain_text(f"{table}.csv")


def plans(page: Page, product: Served) -> str:
    """Plan a release far enough ahead that nothing leaves by itself yet. Returns its address."""
    types(page, version=VERSION)
    for field, days in (("#acceptance_at", 50), ("#production_at", 90)):
        tab_to(page, field)
        type_moment(page, field, days)
    press(page, "main .buttons button[value=plan]")
    page.wait_for_url(re.compile(r"/planner/releases/\d+$"))
    return page.url.removeprefix(product.base_url)


def writes_notes(page: Page, product: Served, size: str, release: str) -> None:
    page.goto(f"{product.base_url}{release}")
    press(page, f'main a[href="{release}/notes/nl"]')
    types(page, markdown_nl="Zoeken gaat **sneller**.", markdown_en="Search is **faster**.")
    press(page, "main .buttons button[value=save]")
    seen(page, size, "notes")
    page.goto(f"{product.base_url}{release}/notes/publish")
    seen(page, size, "publish")
    press(page, "main .buttons button")


@pytest.mark.parametrize(("size", "language"), [("desktop", "en"), ("phone", "nl")])
def test_new_vendor_announces_its_first_release(chromium: Browser, tmp_path: Path, size: str, language: str) -> None:
    with SMTPServer() as server:
        mail = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(server.port), "MAIL_DEFAULT_SENDER": "n@vendor.example"}
        with served_empty(tmp_path, ADMIN, **mail) as (product, link):
            walks(chromium, product, server, link, size, language)


def walks(started: Browser, product: Served, server: SMTPServer, link: str, size: str, language: str) -> None:
    page = comes_in(started, product, link, size, language)
    assert page.url == f"{product.base_url}{STEPS}"
    seen(page, size, "first-steps-empty")

    press(page, 'main a[href="/planner/products/new"]')
    types(page, slug="kompas", name="Kompas", help_desk_email="hulp@vendor.example")
    seen(page, size, "product")
    press(page, "main .buttons button")
    seen(page, size, "today-new")
    press(page, f'main a[href="{STEPS}"]')

    press(page, f'main form[action="{STEPS}/trial"] button')
    mailed(server, ADMIN)

    press(page, 'main a[href="/planner/colleagues"]')
    seen(page, size, "colleagues")
    types(page, email=COLLEAGUE)
    press(page, "main .buttons button")
    expect(page.locator("main [role=status]").first).to_contain_text(COLLEAGUE)
    (invitation,) = re.findall(r"http\S+/welcome/\S+", mailed(server, COLLEAGUE))

    for table in FILES:
        brings_in(page, product, size, table)
    page.goto(f"{product.base_url}{STEPS}")
    expect(page.locator(".first-steps .sign.planned")).to_have_count(1)
    seen(page, size, "first-steps-nearly")

    planner = comes_in(started, product, invitation, size, language)
    seen(planner, size, "today-planner")
    planner.goto(f"{product.base_url}{STEPS}")
    press(planner, 'main a[href^="/planner/releases/new"]')
    release = plans(planner, product)
    seen(planner, size, "release")
    planner.context.close()

    writes_notes(page, product, size, release)
    page.goto(f"{product.base_url}{release}")
    seen(page, size, "release-to-announce")
    unfold(page, 'form[action$="/announce/production"]')
    press(page, 'form[action$="/announce/production"] button')
    assert "Kompas" in mailed(server, CONTACT, VERSION)

    page.goto(f"{product.base_url}{STEPS}")
    expect(page.locator(".first-steps .sign.given")).to_have_count(9)
    seen(page, size, "first-steps-done")
    page.context.close()
