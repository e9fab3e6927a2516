"""Pages that have no address of their own: what stands there after somebody sent something."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page

from tests.served import Served

MAINTENANCE = "/planner/maintenance/new"


def sent_empty(path: str) -> Callable[[Served, Page], None]:
    """The form of a page, sent with nothing in it."""

    def send(product: Served, page: Page) -> None:
        page.goto(f"{product.base_url}{path}")
        page.locator("main form.fields .buttons button:visible").first.click()
        page.locator("[aria-invalid], .wrong").first.wait_for()

    return send


def refused(product: Served, page: Page) -> None:
    """A release that is planned too early."""
    page.goto(f"{product.base_url}/planner/releases/new")
    soon = datetime.now(UTC) + timedelta(days=10)
    page.fill("#version", "2027.3")
    page.fill("#title_nl", "Leveranciersportaal")
    page.fill("#title_en", "Supplier portal")
    page.fill("#acceptance_at", f"{soon:%Y-%m-%d}T07:00")
    page.fill("#production_at", f"{soon + timedelta(days=21):%Y-%m-%d}T06:00")
    page.click("button[value=check]")
    page.locator("#acceptance_at-wrong").wait_for()


def too_late(product: Served, page: Page) -> None:
    """Maintenance that is sent after its planner was signed out."""
    page.goto(f"{product.base_url}{MAINTENANCE}")
    page.fill("#reference", "CHG-2027-004")
    page.fill("#reason_nl", "De database krijgt meer ruimte.")
    page.fill("#reason_en", "The database gets more room.")
    session = [one for one in page.context.cookies() if one["name"] == "session"]
    page.context.clear_cookies(name="session")
    page.locator("main form.fields .buttons button[value=plan]").click()
    page.locator("textarea[readonly]").first.wait_for()
    page.context.add_cookies(session)  # type: ignore[arg-type] # what Playwright gave


def another_product(product: Served, page: Page) -> None:
    """A real product beside the demonstration, which an administrator adds."""
    page.goto(f"{product.base_url}/planner/products/new")
    page.fill("#slug", "planbord")
    page.fill("#name", "Planbord")
    page.locator("main form.fields .buttons button").click()
    page.wait_for_url(lambda url: not url.endswith("/new"))


# With two products: whose each page is, and what goes with the demonstration.
OF_TWO = {
    "two-alarms": "/planner/alarms",
    "two-outbox": "/planner/outbox",
    "two-today": "/planner/?product=planbord",
    "two-demonstration": "/planner/demonstration/leave",
}

# By name, each as a manager brings about.
STANDING: dict[str, Callable[[Served, Page], None]] = {
    "release-empty": sent_empty("/planner/releases/new"),
    "maintenance-empty": sent_empty(MAINTENANCE),
    "tenant-empty": sent_empty("/planner/tenants/new"),
    "refused": refused,
    "too-late": too_late,
}
