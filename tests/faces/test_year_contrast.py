"""What is written in the drawing of a year stands out from what lies behind it: axe reads no drawings."""

import re
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from tests.faces.test_year_geometry import busy, drawn
from tests.world import World

pytestmark = pytest.mark.browser

ENOUGH = 4.5
# Of each text: what it says, its colour, and every colour behind it: what is painted before it and lies across its box.
# A pattern stands for the colours that it is made of; a line around the letters lies nearest to them.
WRITTEN = """() => {
  const drawing = document.querySelector('.year-drawing > svg[role=group]')
  const page = getComputedStyle(document.body).backgroundColor
  const seen = colour => colour && colour !== 'none' && !/, 0\\)$/.test(colour)
  const shown = one => one.getBoundingClientRect().width > 0
  const inside = fill => {
    const pattern = /^url\\("?#(.+?)"?\\)/.exec(fill)
    if (!pattern) return [fill]
    const parts = [...document.getElementById(pattern[1]).children].map(one => getComputedStyle(one))
    return parts.flatMap(style => [style.fill, style.stroke])
  }
  const across = (one, other) =>
    one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom
  const painted = [...drawing.querySelectorAll('rect, text')].filter(one => !one.closest('defs') && shown(one))
  return painted.filter(one => one.tagName === 'text').map(text => {
    const style = getComputedStyle(text)
    const before = painted.slice(0, painted.indexOf(text)).filter(one => one.tagName === 'rect')
    const behind = before
      .filter(one => across(one.getBoundingClientRect(), text.getBoundingClientRect()))
      .flatMap(one => inside(getComputedStyle(one).fill))
    const around = style.paintOrder.startsWith('stroke') ? [style.stroke] : []
    return [text.textContent.trim(), style.fill, [page, ...behind, ...around].filter(seen)]
  })
}"""


def channels(colour: str) -> list[float]:
    """Red, green and blue, of a colour that nothing shines through."""
    found = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", colour)
    assert found is not None, colour
    return [int(one) / 255 for one in found.groups()]


def luminance(colour: str) -> float:
    """Source: WCAG 2.2, relative luminance."""
    red, green, blue = (one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Source: WCAG 2.2, contrast ratio."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def too_pale(page: Page) -> tuple[int, list[tuple[Any, ...]]]:
    """How much is written, and what of it cannot be read well."""
    written = page.evaluate(WRITTEN)
    pale = [(words, colour, ground) for words, colour, grounds in written for ground in grounds]
    return len(written), [one for one in pale if contrast(*one[1:]) < ENOUGH]


def test_contrast_is_that_of_the_guideline() -> None:
    assert contrast("rgb(0, 0, 0)", "rgb(255, 255, 255)") == 21
    # The palest grey that may be written on white, and the next.
    assert contrast("rgb(118, 118, 118)", "rgb(255, 255, 255)") >= ENOUGH
    assert contrast("rgb(119, 119, 119)", "rgb(255, 255, 255)") < ENOUGH


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("year", [2026, 2027])
def test_what_is_written_in_the_year_can_be_read(
    app: Flask, planned: World, chromium: Browser, year: int, scheme: str
) -> None:
    busy(planned.product, tested=14, apart=77)
    with drawn(app, chromium, year=year, color_scheme=scheme) as page:
        written, pale = too_pale(page)
        assert written > 20
        assert pale == []
        # A link that is pointed at or walked to has another ground.
        links = page.locator(".year-drawing svg[role=group] a:has(text)")
        links.first.hover()
        assert too_pale(page) == (written, [])
        links.first.focus()
        assert too_pale(page) == (written, [])
