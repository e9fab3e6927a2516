"""A reminder says what happens when, how much is left, and stays in its thread."""

import pytest

from announcements.reminding import remind
from schedules.models import MaintenanceWindow, Release
from tests.announcements.reminding.reading import REMINDER, WEEK_AHEAD, reminders
from tests.planning import messages, read
from tests.world import ENGLISH, World, local


def test_reminder_says_what_happens_when_and_what_to_do(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)

    mail = read(next(one for one in reminders() if one.address == ENGLISH))
    assert mail.subject == REMINDER
    assert mail.headline == (
        "In 1 week, on Mon 18 January 2027, 06:00, your acceptance environment gets version 2027.1."
    )
    assert mail.facts == [
        "2027.1: Faster search",
        "acceptance of Zorggroep De Brug",
        "Mon 18 January 2027, 06:00, Amsterdam time (UTC+1)",
        "Mon 18 January 2027, 07:00, Amsterdam time (UTC+1)",
    ]
    assert mail.text.split("\n\n")[3] == (
        "Run your own tests in acceptance once it is updated. "
        "Tell the help desk what you find before production follows."
    )


def test_reminder_of_maintenance_says_what_is_noticed(planned: World, window: MaintenanceWindow) -> None:
    remind(local("2026-12-14T22:00"))

    mail = read(next(one for one in reminders() if one.address == ENGLISH))
    assert mail.subject == "[Inconto] Reminder: maintenance on Tue 15 December 2026, 22:00"
    assert mail.headline == "In 1 day, on Tue 15 December 2026, 22:00, we carry out maintenance."
    assert mail.facts[-2:] == ["not available", "M-1"]


@pytest.mark.parametrize(
    ("now", "words"),
    [
        pytest.param("2027-01-13T20:00", "In 5 days, on", id="days"),
        pytest.param("2027-01-17T15:10", "In 15 hours, on", id="hours"),
    ],
)
def test_reminder_that_comes_late_says_how_much_is_left(planned: World, release: Release, now: str, words: str) -> None:
    remind(local(now))

    mail = read(next(one for one in reminders() if one.address == ENGLISH))
    assert mail.headline.startswith(words)


def test_reminders_are_in_the_thread_of_their_change(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)

    assert {one.letter.thread for one in messages()} == {f"release-{release.id}"}
