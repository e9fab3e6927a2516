"""What we run, and until when."""

import pytest
import time_machine
from flask import Flask

from tests.faces.conftest import CONTACT
from tests.faces.home.reading import HOME, part, runs
from tests.faces.pages import Reader
from tests.planning import announce_all, planned_release
from tests.world import World, local

UNTIL = [
    ("2026.4", False, "at least until two newer versions have come"),
    ("2026.3", False, "until the next version comes, whose date has not been announced"),
    ("2026.3.7", True, "until 8 February 2027, when 2027.1 comes"),
    ("2026.2", True, "full support ended on 9 November 2026, when 2026.4 came"),
    ("2027.1", True, "at least until two newer versions have come"),
    ("eigen bouw", True, "The help desk knows more."),
]


@pytest.mark.parametrize(("version", "told", "words"), UNTIL)
def test_home_and_versions_say_until_when_as_far_as_one_may_know(
    contact: Reader, planned: World, history: None, version: str, told: bool, words: str
) -> None:
    planned_release(planned.product)
    runs(planned, version)
    if told:
        announce_all()
    assert words in part(contact.get(HOME).main, f"Production {version}", "Next:" if told else "No update")
    page = contact.get(f"{HOME}/versions").main
    assert words in page.partition(version)[2]


def test_support_ends_at_the_moment_itself_not_on_its_day(app: Flask, planned: World, history: None) -> None:
    planned_release(planned.product)
    announce_all()
    runs(planned, "2026.3")
    found = []
    for moment in ("2027-02-08T03:00", "2027-02-08T06:30"):
        with time_machine.travel(local(moment), tick=False):
            page = Reader(app, CONTACT).get(HOME).main
        found.append(part(page, "Fri 20 November 2026 ", " 2027.1"))
    assert found == [
        "full support, the version before the last until 8 February 2027, when",
        "update first full support ended on 8 February 2027, when",
    ]


def test_versions_are_those_supported_and_ones_own(contact: Reader, planned: World, history: None) -> None:
    planned_release(planned.product)
    announce_all()
    runs(planned, "2026.2", "2026.4")
    page = contact.get(f"{HOME}/versions").main
    table = part(page, "With you", "What comes next")
    assert table == (
        "2026.4 Faster search full support, the last version at least until two newer versions have come acceptance "
        "2026.3 Faster search full support, the version before the last until 8 February 2027, when 2027.1 comes "
        "not with you "
        "2026.2 Faster search update first full support ended on 9 November 2026, when 2026.4 came "
        "production"
    )


def test_date_that_was_not_told_stays_unknown(contact: Reader, planned: World, history: None) -> None:
    planned_release(planned.product)
    runs(planned, "2026.3")
    for path in (HOME, f"{HOME}/versions"):
        assert "2027" not in contact.get(path).main


def test_product_without_a_release_has_no_supported_versions(contact: Reader) -> None:
    assert "No version has reached production yet." in contact.get(f"{HOME}/versions").main
