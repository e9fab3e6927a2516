"""What is proposed keeps every promise and meets nothing, whatever stands already."""

from dataclasses import dataclass
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schedules.clashes import clashes_of_release
from schedules.good_days import DAY, Dates
from schedules.ground import Ground
from schedules.judging import ReleasePlan, judge
from schedules.models import Release
from schedules.next_versions import next_versions, unnamed_version
from schedules.proposing import MORNING, comes_before, proposed_dates, proposed_year
from schedules.year_planning import judged_together
from sla.releases import free_slot
from sla.terms import Change
from storage import Refused, db
from tenants.models import Product
from tests.planning import planned_release
from tests.world import AMSTERDAM, NOW, PLANNER, World, local

PAST = local("2026-06-01T09:00")


@dataclass(frozen=True)
class Standing:
    """A release that stands already: so many days from now, tested so long."""

    version: str
    days: int
    tested: int


VERSIONS = ["2026.4", "2027.1", "2027.2", "2027.2.1", "2027.3", "2028.1", "2028.2"]
STANDING = st.lists(
    st.builds(Standing, st.sampled_from(VERSIONS), st.integers(-60, 240), st.integers(14, 70)),
    max_size=6,
    unique_by=lambda one: one.version,
)
ASKED = st.sampled_from(["", "2027.0", "2027.2", "2027.2.5", "2027.4", "2029.1"])
# How long from now, and how long it is tested.
ANY_DAYS = st.lists(st.tuples(st.integers(14, 240), st.integers(14, 45)), min_size=6, max_size=6)
whatever_stands = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def lay(product: Product, standing: list[Standing], in_order: bool) -> Ground:
    """Write them in the open transaction, as many as their years have room for."""
    days = sorted((one.days, one.tested) for one in standing) if in_order else [(o.days, o.tested) for o in standing]
    versions = sorted(one.version for one in standing) if in_order else [one.version for one in standing]
    slots: dict[int, set[int]] = {}
    for version, (far, tested) in zip(versions, days, strict=True):
        production_at = moment(NOW.date() + far * DAY)
        slot = free_slot(slots.setdefault(production_at.year, set()))
        if slot is not None:
            slots[production_at.year].add(slot)
            db.session.add(
                Release(
                    product_id=product.id,
                    version=version,
                    acceptance_at=moment(production_at.date() - tested * DAY),
                    production_at=production_at,
                    year=production_at.year,
                    slot=slot,
                    planned_by=PLANNER.name,
                    created_at=PAST,
                )
            )
    db.session.flush()
    return Ground.of(product, NOW)


def moment(day: date) -> datetime:
    return datetime.combine(day, MORNING, AMSTERDAM)


def is_good(ground: Ground, version: str, dates: Dates) -> bool:
    """Whether the plan can be planned as it is, and meets nothing."""
    try:
        verdict = judge(ground.product, ReleasePlan(version, dates.acceptance_at, dates.production_at), NOW)
    except Refused:
        return False
    both = {Change.ACCEPTANCE: dates.acceptance_at, Change.PRODUCTION: dates.production_at}
    return not verdict.breaches and not clashes_of_release(ground, both)


@whatever_stands
@given(standing=STANDING, in_order=st.booleans(), version=ASKED, days=ANY_DAYS)
def test_proposed_dates_are_good_and_the_first(
    planned: World, standing: list[Standing], in_order: bool, version: str, days: list[tuple[int, int]]
) -> None:
    try:
        ground = lay(planned.product, standing, in_order)
        asked = version if version not in {one.version for one in ground.releases} else "2027.5"
        found = proposed_dates(ground, NOW, asked)
        if found is not None:
            assert is_good(ground, asked or unnamed_version(ground, found.production_at), found)
        for far, tested in days:
            one = Dates(moment(NOW.date() + far * DAY), moment(NOW.date() + (far + tested) * DAY))
            if asked and is_good(ground, asked, one):
                assert found is not None
                assert found.production_at <= one.production_at
    finally:
        db.session.rollback()


@whatever_stands
@given(standing=STANDING, year=st.sampled_from([2026, 2027, 2028]), number=st.integers(1, 4))
def test_proposed_year_can_be_planned_as_it_is(
    planned: World, standing: list[Standing], year: int, number: int
) -> None:
    try:
        ground = lay(planned.product, standing, in_order=True)
        for one in proposed_year(ground, year, number, NOW):
            assert one.dates.production_at.astimezone(AMSTERDAM).year == year
            assert is_good(ground, one.version, one.dates)
            # The next one is judged as if this one stood.
            db.session.add(
                Release(
                    product_id=planned.product.id,
                    version=one.version,
                    acceptance_at=one.dates.acceptance_at,
                    production_at=one.dates.production_at,
                    year=year,
                    slot=free_slot(other.slot for other in ground.releases if other.year == year and other.slot),
                    planned_by=PLANNER.name,
                    created_at=PAST,
                )
            )
            db.session.flush()
            ground = Ground.of(planned.product, NOW)
    finally:
        db.session.rollback()


def test_dates_are_proposed_before_a_higher_version_or_not_at_all(planned: World) -> None:
    planned_release(planned.product, "2027.2", "2027-01-18T06:00", "2027-02-08T06:00")
    ground = Ground.of(planned.product, NOW)
    assert comes_before(ground, "2027.1") == local("2027-02-08T06:00")
    found = proposed_dates(ground, NOW, "2027.1")
    assert found == Dates(local("2026-12-08T06:00"), local("2026-12-24T06:00"))
    assert is_good(ground, "2027.1", found)
    # On 25 January a month's notice is over only after 2027.2 has come.
    later = local("2027-01-25T09:00")
    assert proposed_dates(Ground.of(planned.product, later), later, "2027.1") is None
    assert proposed_dates(Ground.of(planned.product, later), later, "2027.3") is not None


def test_dates_are_proposed_between_no_two_that_are_tested(planned: World) -> None:
    planned_release(planned.product, "2027.2", "2027-06-01T06:00", "2027-07-20T06:00")
    now = local("2027-05-12T09:00")
    ground = Ground.of(planned.product, now)
    # From 27 May two weeks to test would reach beyond the acceptance of 2027.2.
    assert proposed_dates(ground, now, "2027.1") is None
    assert proposed_dates(ground, now, "2027.3") == Dates(local("2027-07-21T06:00"), local("2027-08-04T06:00"))


def test_year_before_a_higher_version_is_numbered_below_it(planned: World) -> None:
    planned_release(planned.product, "12.4", "2027-01-18T06:00", "2027-02-08T06:00")
    planned_release(planned.product, "12.5", "2028-01-10T06:00", "2028-01-31T06:00")
    ground = Ground.of(planned.product, NOW)
    proposed = proposed_year(ground, 2027, 3, NOW)
    assert [one.version for one in proposed] == ["12.4.1", "12.4.2", "12.4.3"]
    plans = [ReleasePlan(one.version, one.dates.acceptance_at, one.dates.production_at) for one in proposed]
    assert [one.is_good for one in judged_together(planned.product, plans, PLANNER, NOW)] == [True] * 3


@pytest.mark.parametrize(
    ("tested_from", "test_period", "days"),
    # Of the last release with 27 days, with 13, and with 6, which a manager had waived.
    [("2026-09-08", "P13D", 27), ("2026-09-22", "P13D", 13), ("2026-09-29", "P6W", 42)],
)
def test_year_is_tested_as_long_as_the_last_release_and_no_shorter_than_the_product_says(
    planned: World, tested_from: str, test_period: str, days: int
) -> None:
    planned.product.test_period = test_period
    release = Release(
        product_id=planned.product.id,
        version="2026.3",
        acceptance_at=moment(date.fromisoformat(tested_from)),
        production_at=moment(date(2026, 10, 5)),
        year=2026,
        slot=1,
        planned_by=PLANNER.name,
        created_at=PAST,
    )
    db.session.add(release)
    db.session.commit()
    proposed = proposed_year(Ground.of(planned.product, NOW), 2027, 2, NOW)
    tested = [(one.dates.production_at.date() - one.dates.acceptance_at.date()).days for one in proposed]
    assert tested == [days, days]


LATER = "2028-01-10T06:00", "2028-01-31T06:00"


@pytest.mark.parametrize(
    ("standing", "later", "expected"),
    [
        ("12.4", "12.6", ["12.5", "12.5.1", "12.5.2"]),
        ("2027.1", "2027.2", ["2027.1.1", "2027.1.2", "2027.1.3"]),
        ("12.4.3.7", "12.4.3.9", ["12.4.3.8"]),
        ("12.4.3.8", "12.4.3.9", []),
        ("12.999999", "13.0", ["12.999999.1", "12.999999.2", "12.999999.3"]),
        (None, "12.5", ["12.2", "12.3", "12.4"]),
        (None, "12.1", ["12.0.1", "12.0.2", "12.0.3"]),
        (None, "2028.1", ["2027.1", "2027.2", "2027.3"]),
    ],
)
def test_versions_lie_between_those_that_stand(
    planned: World, standing: str | None, later: str, expected: list[str]
) -> None:
    if standing is not None:
        planned_release(planned.product, standing)
    planned_release(planned.product, later, *LATER)
    assert next_versions(Ground.of(planned.product, NOW), 2027, 3) == expected


@pytest.mark.parametrize(
    ("standing", "later", "expected"),
    [("2027.1", "2028.1", "2027.2"), ("2027.1", "2027.1.1", "2027.1.0"), (None, "12.5", "0.1"), ("12.4", None, "12.5")],
)
def test_dates_without_a_version_are_judged_in_their_place(
    planned: World, standing: str | None, later: str | None, expected: str
) -> None:
    if standing is not None:
        planned_release(planned.product, standing)
    if later is not None:
        planned_release(planned.product, later, *LATER)
    assert unnamed_version(Ground.of(planned.product, NOW), local("2027-05-10T06:00")) == expected
