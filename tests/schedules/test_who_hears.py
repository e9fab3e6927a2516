"""Of a move, before anybody makes it: who was told the old date, and hears of the new one."""

from datetime import timedelta

from schedules.hearers import Hearers
from schedules.maintenance import move_maintenance
from schedules.outlook import Asked, AskedWindow, release_outlook, window_outlook
from schedules.own_date_outlook import own_date_outlook
from schedules.rollouts import give_own_date
from schedules.withdrawing import may_withdraw
from sla.terms import Change
from tests.planning import ACCEPTANCE, PRODUCTION, moved, planned_release, planned_window, told_and_given
from tests.world import NOW, PLANNER, World, local


def test_move_tells_who_was_told_the_old_date(planned: World) -> None:
    release = planned_release(planned.product)
    assert may_withdraw(release, NOW)
    later = Asked(acceptance_at=local(ACCEPTANCE), production_at=local("2027-02-15T06:00"))
    assert release_outlook(planned.product, later, NOW, release=release).told == Hearers(0, 0, 0)
    told_at = local("2027-01-02T06:00")
    told_and_given(told_at)
    assert not may_withdraw(release, told_at)
    assert release_outlook(planned.product, later, told_at, release=release).told == Hearers(2, 3, 2)
    same = Asked(acceptance_at=local(ACCEPTANCE), production_at=local(PRODUCTION))
    assert release_outlook(planned.product, same, told_at, release=release).told is None
    # Moved, and back before anybody hears of it: what was told stands.
    moved(release, production="2027-02-15T06:00", now=told_at)
    assert release_outlook(planned.product, same, told_at, release=release).told == Hearers(0, 0, 0)
    even_later = Asked(acceptance_at=local(ACCEPTANCE), production_at=local("2027-02-22T06:00"))
    assert release_outlook(planned.product, even_later, told_at, release=release).told == Hearers(2, 3, 2)


def test_own_date_that_was_told_before_is_no_news(planned: World) -> None:
    release = planned_release(planned.product)
    told_at = local("2027-01-02T06:00")
    told_and_given(told_at)
    own = (release, planned.brug, Change.PRODUCTION)
    give_own_date(*own, local("2027-02-15T06:00"), "Vloer", PLANNER, told_at)
    for day, told in ((PRODUCTION, Hearers(0, 0, 0)), ("2027-02-22T06:00", Hearers(1, 2, 1))):
        found = own_date_outlook(release, Change.PRODUCTION, [planned.brug], local(day), told_at)
        assert found.told == told, day


def test_maintenance_put_back_is_no_news(planned: World) -> None:
    window = planned_window(planned.product)
    times = (window.starts_at, window.ends_at)
    now = window.starts_at - timedelta(days=8)
    told_and_given(now)
    an_hour = timedelta(hours=1)
    move_maintenance(window, times[0] + an_hour, times[1] + an_hour, PLANNER, now, revision=window.revision)
    for start, end, told in (
        (*times, Hearers(0, 0, 0)),
        (times[0], times[1] + an_hour, Hearers(2, 3, 2)),
    ):
        asked = AskedWindow(start, end)
        assert window_outlook(planned.product, asked, now, window=window).told == told
