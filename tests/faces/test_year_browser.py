"""The year in a real browser: by keyboard, on a telephone, to a screen reader, on paper."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser import SIZES, signed_in
from tests.faces.test_browser import looked_at
from tests.served import Served, served

pytestmark = pytest.mark.browser

MARKS = ".year-drawing svg[role=group] a"
FOCUSED = "document.activeElement.querySelector('title')?.textContent ?? null"


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("year")) as one:
        yield one


def opened(product: Served, chromium: Browser, asked: str = "", *, size: str = "desktop", language: str = "en") -> Page:
    page = signed_in(chromium, product, "manager", size=size, language=language)
    page.goto(f"{product.base_url}/planner/year{asked}")
    return page


def seen(page: Page, selector: str) -> bool:
    # Nothing of a page is shown before it is whole.
    page.wait_for_load_state()
    return page.locator(selector).first.is_visible()


def freeze(page: Page, product: Served) -> None:
    page.goto(f"{product.base_url}/planner/freezes")
    year = page.locator("main h3").first.inner_text()
    page.fill("#from_on", f"{year}-12-20")
    page.fill("#until_on", f"{year}-12-31")
    page.fill("#reason_nl", "Jaarafsluiting")
    page.fill("#reason_en", "End of the year")
    page.click("main form.fields button")
    page.wait_for_selector("[role=status], .note.success")


def test_keyboard_goes_through_the_marks_in_order_of_time(product: Served, chromium: Browser) -> None:
    page = opened(product, chromium)
    freeze(page, product)
    page.goto(f"{product.base_url}/planner/year")
    names = [title.text_content() for title in page.locator(f"{MARKS} > title").all()]
    assert len(names) > 20
    page.locator(".year-ways a").last.focus()
    gone_through = []
    for _name in names:
        page.keyboard.press("Tab")
        gone_through.append(page.evaluate(FOCUSED))
        # Where the focus is can be seen: there is a line around it that was not there before.
        stroke = page.evaluate("getComputedStyle(document.activeElement.querySelector('.hit')).stroke")
        assert stroke != "none"
    assert gone_through == names
    page.locator(f"{MARKS}[href*='/releases/']").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/planner/releases/\d+"))
    page.context.close()


def test_every_mark_has_a_name_and_leads_somewhere(product: Served, chromium: Browser) -> None:
    page = opened(product, chromium)
    links = page.locator(MARKS)
    drawing = page.get_by_role("group", name=re.compile(r"in order of time$"))
    assert drawing.get_by_role("link").count() == links.count()
    production = drawing.get_by_role("link", name=re.compile(r"Amsterdam time \(UTC\+\d\): \S+ in production: "))
    assert production.count() > 0
    addresses = {link.get_attribute("href") or "" for link in links.all()}
    for address in sorted(addresses):
        answer = page.request.get(f"{product.base_url}{address}")
        assert answer.status == 200, address
    page.context.close()


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(("size", "drawn"), [("desktop", True), ("phone", False)])
def test_one_of_drawing_and_list_is_offered(
    product: Served, chromium: Browser, size: str, drawn: bool, language: str
) -> None:
    page = opened(product, chromium, size=size, language=language)
    assert (seen(page, ".year-drawing"), seen(page, ".year-list table")) == (drawn, not drawn)
    # So it is for a screen reader: what is not displayed is not in its tree either.
    links = page.get_by_role("main").get_by_role("link", name=re.compile("(in production|in productie): ")).count()
    said = page.locator(".year-list a", has_text=re.compile("(in production|in productie): ")).count()
    assert links == said > 0
    assert looked_at(page) == {}
    page.context.close()


def test_drawing_says_what_it_is(product: Served, chromium: Browser) -> None:
    page = opened(product, chromium, "?year=2027")
    figure = page.get_by_role("figure", name="The year 2027 of Inconto, as a drawing", exact=True)
    assert figure.count() == 1
    assert figure.get_by_text("last deadline: the SLA's own, where agreements ask for more").is_visible()
    page.context.close()


@pytest.mark.parametrize("width", [1001, 1024, 1131, 1280])
def test_text_of_the_drawing_can_be_read_on_a_small_screen(product: Served, chromium: Browser, width: int) -> None:
    page = opened(product, chromium)
    page.set_viewport_size({"width": width, "height": 800})
    assert seen(page, ".year-drawing")
    sizes = page.evaluate(
        """() => [...document.querySelectorAll(".year-drawing > svg text")].map(one =>
            parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a)"""
    )
    assert min(sizes) >= 11
    page.context.close()


def test_telephone_reads_the_year_as_a_list(product: Served, chromium: Browser) -> None:
    page = opened(product, chromium, size="phone")
    assert page.evaluate("document.documentElement.scrollWidth") <= SIZES["phone"]["width"]
    rows = page.locator(".year-list tbody tr")
    months = page.locator(".year-list th.month").all_inner_texts()
    assert months == list(dict.fromkeys(months))
    assert rows.count() > len(months)
    for link in page.locator(".year-list a").all()[:12]:
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 24
    page.click(".to-today")
    # It scrolls there smoothly, as far as the page is long.
    expect(page.locator("#today")).to_be_in_viewport()
    page.locator(".year-list a", has_text="in production").first.click()
    page.wait_for_url(re.compile(r"/planner/releases/\d+$"))
    page.context.close()


def test_list_takes_the_place_of_the_drawing_when_asked_for(product: Served, chromium: Browser) -> None:
    page = opened(product, chromium)
    page.click("text=As a list")
    assert page.url.endswith("&view=list")
    assert (page.locator(".year-drawing").count(), seen(page, ".year-only table")) == (0, True)
    page.locator("a[rel=next]").click()
    assert page.url.endswith("&view=list")
    assert seen(page, ".year-only table")
    page.click("text=As a drawing")
    assert seen(page, ".year-drawing")
    page.context.close()


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_year_is_one_sheet_of_paper(product: Served, chromium: Browser, size: str) -> None:
    page = opened(product, chromium, size=size)
    sheet = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", sheet)) == 1
    width, height = (float(one) for one in re.findall(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", sheet)[0])
    # A4, landscape, in points.
    assert (round(width), round(height)) == (842, 595)
    page.emulate_media(media="print")
    assert (seen(page, ".year-drawing"), seen(page, ".year-list table"), seen(page, ".top nav")) == (True, False, False)
    colours = page.evaluate(
        "[...document.querySelectorAll('.diamond, .told')].map(one => getComputedStyle(one))"
        ".flatMap(one => [one.fill, one.stroke])"
    )
    # Black on white: what differs is the shape.
    assert set(colours) <= {"none", "rgb(0, 0, 0)", "rgb(255, 255, 255)", "rgb(51, 51, 51)"}
    page.context.close()


def test_year_needs_no_script(product: Served, chromium: Browser) -> None:
    page = opened(product, chromium)
    state = page.context.storage_state()
    page.context.close()
    page = chromium.new_context(java_script_enabled=False, storage_state=state).new_page()
    page.goto(f"{product.base_url}/planner/year")
    assert page.locator(MARKS).count() > 20
    page.context.close()
