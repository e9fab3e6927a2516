"""What has to happen in the demonstration before there is one of every page."""

import re
from time import monotonic, sleep
from urllib.request import urlopen

from playwright.sync_api import Browser, Page

from tests.browser import signed_in
from tests.served import Served

# A webhook may lead to this machine, where nobody listens at the port that it names.
SETTINGS = {"WEBHOOK_ALLOW_PRIVATE": "127.0.0.0/8", "WEBHOOK_ALLOW_HTTP": "1"}
# The release of which customers have been told the production date, and so may choose one.
ANNOUNCED = "2027.1"
# Two who ask for an account, and the new address of a contact; all at the domain of the demonstration's contact.
UNCONFIRMED, ASKING, MOVED = (f"{name}@ziekenhuis-peelrand.example" for name in ("sam.smit", "robin.dekker", "beheer"))


def set_the_stage(product: Served, started: Browser) -> None:
    """Announce something urgent and a production date, draft a newsletter; ask for accounts and a password."""
    page = signed_in(started, product, "admin", language="en")
    announces_urgently(page, product)
    _drafts_a_newsletter(page, product)
    _adds_a_webhook(page, product)
    announces_production(page, product)
    page.context.close()
    page = started.new_context(locale="nl").new_page()
    for address in (UNCONFIRMED, ASKING):
        _asks_for_an_account(page, product, address)
    page.goto(product.base_url + link_mailed_to(product, page, ASKING, r"/account/[\w-]{40,}"))
    page.click("main form button")
    page.goto(f"{product.base_url}/reset")
    page.fill("#email", product.user("contact")["email"])
    page.click("main form button")
    page.context.close()
    page = signed_in(started, product, "contact")
    _takes_another_address(page, product)
    _waits_for_the_choice(page, product)
    page.context.close()


def announces_production(page: Page, product: Served) -> None:
    """Let customers know the production date of the release that they may choose another for."""
    page.goto(f"{product.base_url}/planner/search?q={ANNOUNCED}")
    page.locator("summary", has_text="Announce production now").click()
    page.locator('form[action$="/announce/production"] button').click()


def announces_urgently(page: Page, product: Served) -> None:
    """Tell every contact there is that something is wrong, and wait for whom to call about it."""
    page.goto(f"{product.base_url}/planner/bulletins/new/urgent")
    for name, words in {"subject": "Signing in fails", "markdown": "We are on it."}.items():
        for language in ("nl", "en"):
            page.fill(f"#{name}_{language}", words)
    page.click("main button.button[value=save]")
    page.click("form[action$='/announce'] button")
    page.locator("#live .person").first.wait_for(timeout=60_000)


def wait_for_mail(product: Served) -> None:
    """Wait until the worker has mailed what is due: the first picture of a mailbox should not be empty."""
    for _second in range(60):
        with urlopen(f"{product.base_url}/mailbox/") as answer:  # noqa: S310 - our own address
            if b'class="board' in answer.read():
                return
        sleep(1)


def link_mailed_to(product: Served, page: Page, address: str, pattern: str) -> str:
    """A link in a mail to somebody that has come into the built-in mailbox."""
    return link_mailed(product, page, pattern, address)


def link_mailed(product: Served, page: Page, pattern: str, words: str = "") -> str:
    """A link in a mail with these words that has come into the built-in mailbox, within a minute."""
    until = monotonic() + 60
    while monotonic() < until:
        page.goto(f"{product.base_url}/mailbox/?words={words}")
        for path in [one.get_attribute("href") for one in page.locator("main td a").all()]:
            with urlopen(f"{product.base_url}{path}") as answer:  # noqa: S310 - our own address
                if found := re.search(pattern, answer.read().decode()):
                    return str(found.group())
        sleep(1)
    raise AssertionError(f"no mail with {pattern} for {words}")


def _drafts_a_newsletter(page: Page, product: Served) -> None:
    page.goto(f"{product.base_url}/planner/bulletins/new/newsletter")
    page.fill("#subject_nl", "Wat er dit voorjaar komt")
    page.fill("#subject_en", "What comes this spring")
    page.fill("#markdown_nl", "Het **leveranciersportaal** is klaar om te proberen.")
    page.fill("#markdown_en", "The **supplier portal** is ready to be tried.")
    page.click("button.button[value=save]")


def _adds_a_webhook(page: Page, product: Served) -> None:
    page.goto(f"{product.base_url}/planner/webhooks")
    page.fill("#url", "http://127.0.0.1:9999/aankondigingen")
    page.locator("input[name=events]").first.check()
    page.click("main form.fields button[type=submit]")


def _asks_for_an_account(page: Page, product: Served, address: str) -> None:
    page.goto(f"{product.base_url}/account")
    page.fill("#name", address.partition("@")[0].replace(".", " ").title())
    page.fill("#email", address)
    page.fill("#organisation", "Peelrand")
    page.click("main form button")


def _takes_another_address(page: Page, product: Served) -> None:
    page.goto(f"{page.url}/contacts")
    own = page.locator("main tr", has_text=product.user("contact")["email"])
    page.goto(product.base_url + (own.locator("a[href*='/contacts/']").first.get_attribute("href") or ""))
    page.fill("#email", MOVED)
    page.click("main form.fields .buttons button")


def _waits_for_the_choice(page: Page, product: Served) -> None:
    address = f"{product.base_url}/portal/{product.user('contact')['tenant']}/releases/{ANNOUNCED}/date"
    until = monotonic() + 60
    while monotonic() < until:
        page.goto(address)
        if page.locator("input[name=at]").count():
            return
        sleep(1)
    raise AssertionError("the customer was not told within a minute")
