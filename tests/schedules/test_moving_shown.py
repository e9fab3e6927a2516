"""Portal and feeds show what was told."""

from schedules.notices import Says
from schedules.queries import told_notices
from sla.terms import Change
from tests.planning import (
    ACCEPTANCE,
    LATE,
    PRODUCTION,
    TOLD,
    as_manager,
    moved,
    pass_of_the_clock,
    planned_release,
    told_and_given,
)
from tests.schedules.moving import OLD, PUT_OFF, shown
from tests.world import NOW, World, local


def test_portal_and_feed_keep_the_old_date_until_the_move_is_announced(planned: World) -> None:
    release = planned_release(planned.product)
    before = shown(planned.brug, NOW)
    told_and_given(TOLD)
    announced = shown(planned.brug, TOLD)
    moved(release, production=PUT_OFF, now=LATE)
    between = shown(planned.brug, TOLD)
    pass_of_the_clock(LATE)

    acceptance = (Change.ACCEPTANCE, Says.PLANNED, local(ACCEPTANCE))
    assert before == []
    assert announced == between == [acceptance, (Change.PRODUCTION, Says.PLANNED, OLD)]
    assert shown(planned.brug, TOLD) == [acceptance, (Change.PRODUCTION, Says.MOVED, local(PUT_OFF))]
    assert shown(planned.peelrand, TOLD) == shown(planned.brug, TOLD)


def test_portal_forgets_the_old_date_when_the_new_one_has_passed(planned: World) -> None:
    release = planned_release(planned.product, production="2027-04-12T06:00")
    told_and_given(local("2027-03-08T06:00"))
    as_manager(release, ACCEPTANCE, "2027-03-15T06:00", "A leak must be closed", now=local("2027-03-09T06:00"))
    told_and_given(local("2027-03-09T06:01"))

    # It was told for April, and took place in March.
    assert shown(planned.brug, local("2027-03-20T06:00")) == []


def test_portal_shows_the_first_change_first(planned: World) -> None:
    planned_release(planned.product, "2027.2", "2027-04-05T06:00", "2027-05-10T06:00")
    planned_release(planned.product, "2027.1")
    told_and_given(local("2027-01-01T06:00"))
    told_and_given(local("2027-04-05T06:00"))

    dates = [one.planned_at for one in told_notices(planned.brug, NOW)]
    assert dates == [local(text) for text in (ACCEPTANCE, PRODUCTION, "2027-05-10T06:00")]
