"""Hands that have a keyboard and no mouse."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page


def days_from_now(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%d}T06:00"


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is there; it must be seen to be."""
    # A date with its time is six stops of its own, and a year has eight of them.
    for _press in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", selector
            return
    raise AssertionError(f"Tab never comes to {selector}")


def type_moment(page: Page, field: str, days: int) -> None:
    """Fill in a date and a time, in the order in which this browser asks for them."""
    wanted = days_from_now(days)
    moment = datetime.fromisoformat(wanted)
    for order, clock in (("%m%d%Y", "0600AM"), ("%d%m%Y", "0600"), ("%Y%m%d", "0600")):
        page.keyboard.type(moment.strftime(order))
        page.keyboard.press("ArrowRight")
        page.keyboard.type(clock)
        if page.input_value(field) == wanted:
            return
        page.keyboard.press("Shift+Tab")
        tab_to(page, field)
    raise AssertionError(f"{field} holds {page.input_value(field)!r}")
