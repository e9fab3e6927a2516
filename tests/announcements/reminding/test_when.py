"""Reminders leave a week and a day ahead of what was told, or as the product says."""

from datetime import timedelta

import pytest

from announcements.reminders import reminder_due
from announcements.reminding import remind
from outbox.models import MessageState
from outbox.services import expire
from schedules.models import Release
from schedules.notices import NoticeState
from sla.terms import Change
from tenants.contacts import ContactFacts, add_contact
from tests.announcements.reminding.reading import (
    DAY_AHEAD,
    MINUTE,
    REMINDER,
    WEEK_AHEAD,
    remind_by,
    reminders,
    subjects,
)
from tests.planning import TOLD, messages, pass_of_the_clock, planned_release, the_notice, told_and_given
from tests.world import AMSTERDAM, MANAGER, World, both_databases, local


@pytest.mark.parametrize(
    ("now", "step", "at", "until"),
    [
        pytest.param("2027-01-11T05:59", None, None, None, id="before"),
        pytest.param("2027-01-11T06:00", 7, "2027-01-11T06:00", "2027-01-14T18:00", id="the-very-moment"),
        pytest.param("2027-01-17T05:59", 7, "2027-01-11T06:00", "2027-01-14T18:00", id="in-between"),
        pytest.param("2027-01-17T06:00", 1, "2027-01-17T06:00", "2027-01-17T18:00", id="the-second"),
        pytest.param("2027-01-18T06:00", None, None, None, id="it-takes-place"),
    ],
)
def test_reminder_due_is_the_last_whose_moment_has_come(
    now: str, step: int | None, at: str | None, until: str | None
) -> None:
    found = reminder_due(local("2027-01-18T06:00"), "P1W P1D", AMSTERDAM, local(now))

    given = (found.step, found.at, found.until) if found is not None else (None, None, None)
    assert given == (step, at and local(at), until and local(until))


@pytest.mark.parametrize(
    ("planned_at", "before", "at"),
    [
        pytest.param("2027-03-31T02:00", "P1M", "2027-02-28T02:00", id="clamped"),
        pytest.param("2027-03-29T06:00", "P1D", "2027-03-28T06:00", id="over-the-clock-change"),
        # 02:30 does not exist that night: the earlier instant.
        pytest.param("2027-04-04T02:30", "P1W", "2027-03-28T01:30", id="in-the-missing-hour"),
    ],
)
def test_reminder_due_counts_back_on_the_local_calendar(planned_at: str, before: str, at: str) -> None:
    moment = local(at)

    found = reminder_due(local(planned_at), before, AMSTERDAM, moment)

    assert found is not None
    assert found.at == moment
    assert reminder_due(local(planned_at), before, AMSTERDAM, moment - MINUTE) is None


@both_databases
def test_every_contact_is_reminded_a_week_and_a_day_ahead(planned: World, release: Release) -> None:
    before = remind(WEEK_AHEAD - MINUTE)
    first, again = remind(WEEK_AHEAD), remind(WEEK_AHEAD)
    second, later = remind(DAY_AHEAD), remind(DAY_AHEAD + timedelta(hours=23))

    assert (before, first, again, second, later) == (0, 3, 0, 3, 0)
    assert subjects() == [REMINDER, REMINDER]
    assert {(one.not_after, one.state) for one in reminders()} == {
        (local("2027-01-14T18:00"), MessageState.QUEUED),
        (local("2027-01-17T18:00"), MessageState.QUEUED),
    }


def test_worker_that_was_down_sends_the_last_reminder_only(planned: World, release: Release) -> None:
    assert remind(DAY_AHEAD + timedelta(hours=2)) == 3
    assert subjects() == [REMINDER]


def test_worker_that_was_down_too_long_sends_none(planned: World, release: Release) -> None:
    # In the second half of the week "a week ahead" is no help any more; in the last twelve hours neither.
    assert remind(local("2027-01-14T18:01")) == 0
    assert remind(local("2027-01-17T18:01")) == 0
    assert reminders() == []


def test_reminder_that_could_not_be_sent_in_time_is_set_aside(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)
    expire(local("2027-01-14T18:01"))

    assert {one.state for one in reminders()} == {MessageState.EXPIRED}


def test_what_was_told_less_than_a_day_before_is_not_repeated(planned: World) -> None:
    planned_release(planned.product)
    told_and_given(local("2027-01-03T09:00"))
    remind_by("P2W")

    # Two weeks ahead of acceptance is 4 January, 06:00: 21 hours after it was told.
    assert remind(local("2027-01-04T06:00")) == 0
    assert remind(local("2027-01-25T06:00")) == 3


@both_databases
def test_nobody_is_reminded_of_what_was_not_told(planned: World) -> None:
    release = planned_release(planned.product)
    late = local("2027-01-09T06:00")
    pass_of_the_clock(late)

    remind(WEEK_AHEAD)

    assert {the_notice(release, kind, planned.brug).state for kind in (Change.ACCEPTANCE, Change.PRODUCTION)} == {
        NoticeState.MISSED
    }
    assert messages() == []


def test_contact_that_was_appointed_this_day_is_not_reminded_on_top(planned: World, release: Release) -> None:
    noor = add_contact(planned.brug, ContactFacts("Noor", "noor@brug.example", locale="en"), MANAGER)
    pass_of_the_clock(WEEK_AHEAD - timedelta(hours=2))
    pass_of_the_clock(WEEK_AHEAD)
    iris = add_contact(planned.peelrand, ContactFacts("Iris", "iris@peelrand.example", locale="en"), MANAGER)
    remind(DAY_AHEAD)

    assert subjects(noor.email) == [REMINDER]
    assert subjects(iris.email) == []
    assert len(subjects()) == 2


@pytest.mark.parametrize(
    ("words", "moments"),
    [
        pytest.param((), [], id="off"),
        pytest.param(("P1M", "P3D"), ["2027-01-08T06:00", "2027-01-15T06:00", "2027-02-05T06:00"], id="other-periods"),
    ],
)
def test_product_says_when(planned: World, release: Release, words: tuple[str, ...], moments: list[str]) -> None:
    remind_by(*words)
    found, at = [], TOLD
    while at < local("2027-02-09T00:00"):
        if remind(at):
            found.append(at)
        at += timedelta(hours=1)

    assert found == [local(moment) for moment in moments]


def test_setting_that_changes_sends_no_reminder_again(planned: World, release: Release) -> None:
    remind(WEEK_AHEAD)
    remind_by("P2W", "P1W")
    assert remind(WEEK_AHEAD + MINUTE) == 0
    remind_by("P1W", "P3D", "P1D")
    assert remind(WEEK_AHEAD + MINUTE) == 0
    assert remind(local("2027-01-15T06:00")) == 3
