"""`make pictures`: every page at both widths and in both languages, to look at."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page

from tests.browser import SIZES, browser, chromium_path
from tests.every_page import PAGES, somebody
from tests.served import PROJECT, served
from tests.staging import SETTINGS, set_the_stage, wait_for_mail
from tests.standing import OF_TWO, STANDING, another_product

FOLDER = PROJECT / "pictures"


def main() -> None:
    if chromium_path() is None:
        sys.exit("make pictures: there is no Chromium on this machine")
    FOLDER.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder, served(Path(folder), **SETTINGS) as product, browser() as started:
        wait_for_mail(product)
        set_the_stage(product, started)
        for language in ("nl", "en"):
            for size in SIZES:
                for role, pages in PAGES.items():
                    page = somebody(started, product, role, size=size, language=language)
                    for name, path in pages(product, page).items():
                        page.goto(f"{product.base_url}{path}")
                        taken(page, f"{name}-{size}-{language}")
                    if role == "manager":
                        for name, stand in STANDING.items():
                            stand(product, page)
                            taken(page, f"{name}-{size}-{language}")
                    page.context.close()
        # Last: what stands on a page over all products is another thing from here on.
        page = somebody(started, product, "admin")
        another_product(product, page)
        page.context.close()
        for language in ("nl", "en"):
            for size in SIZES:
                page = somebody(started, product, "admin", size=size, language=language)
                for name, path in OF_TWO.items():
                    page.goto(f"{product.base_url}{path}")
                    taken(page, f"{name}-{size}-{language}")
                page.context.close()


def taken(page: Page, name: str) -> None:
    """Take a picture in a window as high as the page: what comes by scrolling is there, and nothing sticks."""
    size = page.viewport_size
    assert size is not None
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": size["width"], "height": max(height, size["height"])})
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}.png", full_page=True)
    page.set_viewport_size(size)


if __name__ == "__main__":
    main()
