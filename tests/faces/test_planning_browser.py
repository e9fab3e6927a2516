"""Planning in a real browser: the form answers while somebody types, and everything works without a script."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser import LISTENS, SIZES, WALKERS, jumped, signed_in
from tests.faces.keyboard import days_from_now, tab_to
from tests.faces.test_browser import looked_at
from tests.faces.test_walks import press
from tests.served import Served, served

pytestmark = pytest.mark.browser

HEADLINE = "#means-answer .headline"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("planning")) as one:
        yield one


@pytest.fixture
def form(product: Served, chromium: Browser) -> Iterator[Page]:
    """A manager before an empty form, in English."""
    page = signed_in(chromium, product, "manager", language="en")
    page.goto(f"{product.base_url}/planner/releases/new")
    yield page
    page.context.close()


@pytest.mark.parametrize(("size", "language", "scripts"), WALKERS)
def test_release_is_planned_by_keyboard_alone(
    product: Served, chromium: Browser, size: str, language: str, scripts: bool
) -> None:
    page = signed_in(chromium, product, "manager", size=size, language=language, scripts=scripts)
    version = f"{2100 + WALKERS.index((size, language, scripts))}.1"
    page.goto(f"{product.base_url}/planner/releases/new")
    tab_to(page, "#version")
    page.keyboard.type(version)
    tab_to(page, "#title_nl")
    page.keyboard.type("Toetsen")
    tab_to(page, "#title_en")
    page.keyboard.type("Keys")
    tab_to(page, "button[name=propose]")
    page.keyboard.press("Enter")
    expect(page.locator("#acceptance_at")).not_to_have_value("")
    assert page.input_value("#version") == version
    headline = page.locator(HEADLINE).inner_text()
    assert {"nl": "komen we elke afspraak na", "en": "keep every promise"}[language] in headline
    # What is proposed does not yet steer clear of tenants that get an older version on a date of their own.
    own = re.compile("on a date of its own|op een eigen datum")
    assert [one for one in page.locator(".clashes li").all_inner_texts() if not own.search(one)] == []
    tab_to(page, ".sending button[value=plan]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/planner/releases/\d+$"))
    assert version in page.locator("h1").inner_text()
    # Nobody was told of it yet: its planner takes it back, by the keyboard as well.
    tab_to(page, "form[action$='/withdraw'] button")
    page.keyboard.press("Enter")
    expect(page.locator("form[action$='/withdraw']")).to_have_count(0)
    page.context.close()


def test_form_answers_while_somebody_types(form: Page) -> None:
    form.fill("#acceptance_at", days_from_now(3))
    form.fill("#production_at", days_from_now(10))
    expect(form.locator(HEADLINE)).to_contain_text("promises would be broken (SLA 3.3")
    expect(form.locator("#production_at")).to_have_attribute("aria-invalid", "true")
    expect(form.locator("#acceptance_at-wrong")).to_contain_text("it must be announced")
    described = form.locator("#production_at").get_attribute("aria-describedby") or ""
    assert "production_at-wrong" in described.split()
    expect(form.locator("#means-said")).to_contain_text("promises would be broken")
    # Nothing moved the focus.
    assert form.evaluate("document.activeElement.id") == "production_at"
    form.locator("#means button[name=use]").click()
    expect(form.locator("[aria-invalid]")).to_have_count(0)
    expect(form.locator(HEADLINE)).to_contain_text("These dates keep every promise.")


def test_chosen_moment_stands_in_words_beneath_its_field(form: Page, product: Served) -> None:
    form.fill("#acceptance_at", "2027-03-08T06:00")
    expect(form.locator("#acceptance_at-read")).to_have_text("Mon 8 March 2027, 06:00")
    assert "acceptance_at-read" in (form.locator("#acceptance_at").get_attribute("aria-describedby") or "").split()
    expect(form.locator("#production_at-read")).to_have_text("")
    form.goto(f"{product.base_url}/planner/maintenance/new")
    form.fill("#ends_at", "2027-03-08T06:30")
    expect(form.locator("#ends_at-read")).to_have_text("Mon 8 March 2027, 06:30")


def test_field_is_not_called_wrong_while_somebody_types_in_it(form: Page) -> None:
    form.locator("#version").press_sequentially("20")
    with form.expect_response(re.compile("/answer$")):
        form.locator("#version").press_sequentially("2")
    form.wait_for_timeout(200)
    assert form.locator("#version-wrong").count() == 0
    form.keyboard.press("Tab")
    expect(form.locator("#version-wrong")).to_contain_text("This is not a version.")
    form.fill("#version", "2199.1")
    expect(form.locator("#version-wrong")).to_have_count(0)
    assert form.locator("#version").get_attribute("aria-invalid") is None


@pytest.mark.parametrize("size", SIZES)
def test_nothing_moves_while_somebody_types(product: Served, chromium: Browser, size: str) -> None:
    page = signed_in(chromium, product, "manager", size=size, language="en")
    page.add_init_script(LISTENS)
    moved = {}
    for path, first, second, past in (
        ("releases/new", "#acceptance_at", "#production_at", (1, 2)),
        ("maintenance/new", "#starts_at", "#ends_at", (0, 0)),
    ):
        page.goto(f"{product.base_url}/planner/{path}")
        for later in (3, 200, 1):
            page.fill(first, days_from_now(later))
            page.fill(second, days_from_now(later + 7))
            with page.expect_response(re.compile("/answer$")):
                page.keyboard.press("Tab")
                page.fill(second, days_from_now(later + 8))
            moved[path, later] = jumped(page)
        assert page.locator("[aria-invalid]").count() > 0
        # Nor does it after the form was sent and refused, when nobody answers, and when somebody does again.
        for field, typed in {"#version": "2198.1", "#title_nl": "x", "#title_en": "x", "#ends_at": ""}.items():
            if page.locator(field).count():
                page.fill(field, typed)
        page.click(".sending button[value=plan]")
        expect(page.locator("#wrong li").first).to_be_visible()
        for later, offline in ((40, False), (41, True), (42, False)):
            page.context.set_offline(offline)
            page.fill(first, days_from_now(later - 30))
            page.keyboard.press("Tab")
            expect(page.locator("#means-failed")).to_be_visible(visible=offline)
            moved[path, later] = jumped(page)
        # What was said of the dates that were sent is struck through; what is still missing is still said.
        assert (page.locator("#judged[inert]").count(), page.locator("#wrong li[inert]").count()) == past
        assert page.locator("#ends_at-wrong").count() == (second == "#ends_at")
        # Below the form there is as much room as its answer takes, or the screen.
        blank = page.evaluate(
            "document.querySelector('main').offsetHeight"
            " - Math.max(innerHeight, document.querySelector('#means-answer').getBoundingClientRect().bottom + scrollY)"
        )
        assert size == "desktop" or blank < 100, blank
    page.context.close()
    # The browser's own: what a date has of dashes is a little less wide than its digits.
    assert {where: by for where, by in moved.items() if by > 0.001} == {}


def test_what_was_said_is_struck_once_what_decides_it_has_changed(form: Page, product: Served) -> None:
    form.goto(f"{product.base_url}/planner/maintenance/new")
    early = days_from_now(3)
    texts = {"reference": "M-1", "starts_at": early, "ends_at": early.replace("06:00", "07:00"), "reason_nl": "x"}
    for field, typed in (texts | {"reason_en": "x"}).items():
        form.fill(f"#{field}", typed)
    form.check("#environments-0")
    form.click(".sending button[value=plan]")
    expect(form.locator("#judged")).to_contain_text("This is not as we aim to do it.")
    struck = form.locator("#judged[inert]")
    form.select_option("#impact", "NO-IMPACT")
    expect(struck).to_have_count(1)
    form.select_option("#impact", "OUTAGE")
    expect(struck).to_have_count(0)
    form.check("#environments-1")
    expect(struck).to_have_count(1)
    form.uncheck("#environments-1")
    expect(struck).to_have_count(0)
    # Saying why it cannot be otherwise makes it no other maintenance.
    with form.expect_response(re.compile("/answer$")):
        form.fill("#exception_reason_en", "Urgent")
    form.wait_for_timeout(200)
    expect(struck).to_have_count(0)


def test_what_moves_is_measured(form: Page) -> None:
    form.add_init_script(LISTENS)
    form.reload()
    form.evaluate(
        "setTimeout(() => document.querySelector('main').prepend('It moves', document.createElement('hr')), 200)"
    )
    assert jumped(form) > 0


def test_older_answer_never_replaces_a_newer_one(form: Page) -> None:
    held: list[Route] = []
    form.route("**/answer", lambda route: held.append(route))
    form.fill("#acceptance_at", days_from_now(3))
    expect(form.locator("#means-busy")).to_be_visible()
    with form.expect_request("**/answer"):
        form.fill("#production_at", days_from_now(10))
    # Nobody waits for the older one any more, and that is no failure: the newer one is on its way.
    form.wait_for_timeout(300)
    expect(form.locator("#means-busy")).to_be_visible()
    expect(form.locator("#means-failed")).to_be_hidden()
    older, newer = held
    newer.continue_()
    expect(form.locator(HEADLINE)).to_contain_text("would be broken")
    older.fulfill(content_type="text/html", body='<p class="headline">older</p>')
    form.wait_for_timeout(300)
    expect(form.locator("#means-busy")).to_be_hidden()
    expect(form.locator("#means-failed")).to_be_hidden()
    expect(form.locator(HEADLINE)).to_contain_text("would be broken")


def test_nothing_is_taken_away_from_under_somebody_who_stands_in_it(form: Page) -> None:
    form.fill("#acceptance_at", days_from_now(3))
    form.fill("#production_at", days_from_now(10))
    form.focus("#means button[name=use]")
    with form.expect_response(re.compile("/answer$")):
        # A script of the browser's own fills in a field meanwhile.
        form.evaluate(
            "moment => { const field = document.getElementById('production_at'); field.value = moment;"
            " field.dispatchEvent(new Event('input', { bubbles: true })) }",
            "",
        )
    form.wait_for_timeout(300)
    assert form.evaluate("document.activeElement.name") == "use"
    form.focus("#title_en")
    expect(form.locator(HEADLINE)).to_contain_text("Fill in both dates")


def test_form_says_when_there_is_no_answer_and_asks_again(form: Page) -> None:
    form.route("**/answer", lambda route: route.abort())
    form.fill("#acceptance_at", days_from_now(3))
    expect(form.locator("#means-failed")).to_be_visible()
    assert form.input_value("#acceptance_at") == days_from_now(3)
    assert looked_at(form) == {}
    form.set_viewport_size(SIZES["desktop"])  # type: ignore[arg-type]
    # By itself, nobody touching the form.
    form.unroute("**/answer")
    expect(form.locator("#means-failed")).to_be_hidden(timeout=10_000)
    # Who was signed out meanwhile is not shown the page to sign in there.
    form.context.clear_cookies()
    form.fill("#acceptance_at", days_from_now(4))
    expect(form.locator("#means-failed")).to_be_visible()
    assert form.locator("#means #password").count() == 0


@pytest.mark.parametrize("language", ["nl", "en"])
def test_answers_can_be_read_by_everybody(product: Served, chromium: Browser, language: str) -> None:
    page = signed_in(chromium, product, "manager", language=language)
    wrong = {}
    page.goto(f"{product.base_url}/planner/releases/new")
    page.fill("#acceptance_at", "2099-12-25T06:00")
    page.fill("#production_at", "2100-01-01T06:00")
    page.wait_for_selector(".clashes li")
    wrong["release"] = looked_at(page)
    page.goto(f"{product.base_url}/planner/maintenance/new")
    page.fill("#starts_at", days_from_now(1))
    page.fill("#ends_at", days_from_now(2))
    page.wait_for_selector("#starts_at-wrong")
    wrong["maintenance"] = looked_at(page)
    page.goto(f"{product.base_url}/planner/releases/year?year=2150")
    wrong["year"] = looked_at(page)
    page.fill("#releases-0-acceptance_at", days_from_now(1))
    page.click("button[value=check]")
    page.wait_for_selector(".wrong")
    wrong["year, refused"] = looked_at(page)
    page.context.close()
    assert {name: problems for name, problems in wrong.items() if problems} == {}


@pytest.mark.parametrize(("size", "language", "scripts"), WALKERS)
def test_year_is_planned_by_keyboard_alone(
    product: Served, chromium: Browser, size: str, language: str, scripts: bool
) -> None:
    page = signed_in(chromium, product, "manager", size=size, language=language, scripts=scripts)
    year = 2160 + WALKERS.index((size, language, scripts))
    page.goto(f"{product.base_url}/planner/year?year={year - 1}")
    press(page, "nav a[rel=next]")
    press(page, "nav a[href*='/releases/year']")
    assert page.locator("fieldset.laid").count() == 4
    for number in range(4):
        for spoken in ("nl", "en"):
            tab_to(page, f"#releases-{number}-title_{spoken}")
            page.keyboard.type(f"Winter {number}")
    press(page, ".buttons button[value=plan]")
    page.wait_for_url(re.compile(r"/planner/releases\?"))
    assert page.locator("main").inner_text().count(f"{year}.") == 4
    page.goto(f"{product.base_url}/planner/year?year={year}")
    assert page.locator(".year-facts").inner_text().startswith("4 ")
    # Nothing is left to be proposed.
    assert page.locator("nav a[href*='/releases/year']").count() == 0
    page.context.close()
