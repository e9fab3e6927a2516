"""Maintenance starts, takes longer, is done: whoever was told of it hears so."""

from datetime import timedelta

from announcements.progress import tell_progress
from schedules.models import Impact, MaintenanceWindow, Progress
from schedules.progress import extend_maintenance, finish_maintenance
from schedules.queries import unanswered_windows
from sla.terms import Change
from tests.announcements.progress.hearing import END, EVEN_LONGER, LONGER, MINUTE, START, at, mail, rows, subjects, told
from tests.planning import planned_window, read, the_notice, told_and_given
from tests.world import OPERATOR, World, both_databases, local, make_tenant


@both_databases
def test_maintenance_starts_by_the_plan_and_everybody_hears_once(planned: World, window: MaintenanceWindow) -> None:
    at(START - MINUTE)
    before = len(told())
    at(START)
    at(START + MINUTE)

    assert (before, len(told()), subjects()) == (0, 3, ["[Inconto] Maintenance is starting"])
    assert rows() == [(Progress.STARTED, 0, "clock")]
    assert window.started_at == START


def test_words_of_a_start(planned: World, window: MaintenanceWindow) -> None:
    at(START)

    found = read(mail())
    assert found.headline == "The maintenance of Tue 15 December 2026, 22:00 is starting."
    assert found.facts == [
        "New database server",
        "production of Zorggroep De Brug",
        "Wed 16 December 2026, 02:00, Amsterdam time (UTC+1)",
        "not available",
        "M-1",
    ]
    assert (mail().not_after, mail().letter.thread) == (END, f"maintenance-{window.id}")


@both_databases
def test_taking_longer_is_told_each_time_with_the_new_end(planned: World, window: MaintenanceWindow) -> None:
    at(START)
    extend_maintenance(window, LONGER, "De kopie duurt langer", "The copy takes longer", OPERATOR, END - MINUTE)
    at(END - MINUTE)
    extend_maintenance(window, EVEN_LONGER, "", "", OPERATOR, LONGER - MINUTE)
    at(LONGER - MINUTE)

    assert subjects()[1:] == [
        "[Inconto] Maintenance takes longer, until Wed 16 December 2026, 04:00",
        "[Inconto] Maintenance takes longer, until Wed 16 December 2026, 05:30",
    ]
    found = read(mail(1))
    assert found.headline == (
        "Our maintenance takes longer than we announced. We expect it to be done on Wed 16 December 2026, 04:00. "
        "We are sorry for the inconvenience."
    )
    assert found.facts[2:5] == [
        "The copy takes longer",
        "Wed 16 December 2026, 02:00, Amsterdam time (UTC+1)",
        "Wed 16 December 2026, 04:00, Amsterdam time (UTC+1)",
    ]
    assert mail(1).not_after == LONGER
    # What was announced stays what was announced.
    assert (window.ends_at, window.expected_until, window.edits) == (END, EVEN_LONGER, 2)
    assert the_notice(window, Change.MAINTENANCE, planned.brug).ends_at == END
    assert [row[:2] for row in rows()] == [(Progress.STARTED, 0), (Progress.LONGER, 1), (Progress.LONGER, 2)]


def test_done_is_said_by_a_person_only(planned: World, window: MaintenanceWindow) -> None:
    at(START)
    at(END + timedelta(days=3))
    asked = list(unanswered_windows(planned.product, END))
    finish_maintenance(window, OPERATOR, END + MINUTE)
    at(END + MINUTE)

    assert asked == [window]
    assert subjects() == ["[Inconto] Maintenance is starting", "[Inconto] Maintenance is done"]
    assert read(mail()).headline == "The maintenance of Tue 15 December 2026, 22:00 is done."
    assert list(unanswered_windows(planned.product, END + MINUTE)) == []


def test_question_waits_for_the_end_that_is_expected_now(planned: World, window: MaintenanceWindow) -> None:
    at(START)
    extend_maintenance(window, LONGER, "", "", OPERATOR, END - MINUTE)

    assert list(unanswered_windows(planned.product, LONGER - MINUTE)) == []
    assert list(unanswered_windows(planned.product, LONGER)) == [window]


def test_reader_in_another_zone_sees_both_clocks(planned: World) -> None:
    make_tenant(planned.product, "care-of-london", contacts=2, timezone="Europe/London")
    window = planned_window(planned.product)
    told_and_given(local("2026-12-02T09:00"))
    at(START)
    extend_maintenance(window, LONGER, "", "", OPERATOR, END - MINUTE)
    at(END - MINUTE)

    (found,) = [read(one) for one in told()[3:] if one.address == "contact2@care-of-london.example"][1:]
    assert found.facts[2:4] == [
        "Wed 16 December 2026, 02:00, Amsterdam time (UTC+1) = Wed 16 December 2026, 01:00, London time (UTC)",
        "Wed 16 December 2026, 04:00, Amsterdam time (UTC+1) = Wed 16 December 2026, 03:00, London time (UTC)",
    ]


def test_whoever_notices_nothing_has_nothing_to_do(planned: World) -> None:
    window = planned_window(planned.product, impact=Impact.REDUCED_REDUNDANCY)
    told_and_given(local("2026-12-02T09:00"))
    extend_maintenance(window, LONGER, "", "", OPERATOR, END - MINUTE)
    at(END - MINUTE)

    assert "You do not need to do anything. You hear from us when it is done." in read(mail()).text


def test_done_days_later_is_no_news(planned: World, window: MaintenanceWindow) -> None:
    at(START)
    finish_maintenance(window, OPERATOR, END)
    tell_progress(END + timedelta(days=1, minutes=1))

    assert subjects() == ["[Inconto] Maintenance is starting"]
