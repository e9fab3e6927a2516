"""What ends a customer's choice of its production date, and what a choice leaves alone."""

from datetime import datetime

import pytest
from sqlalchemy import select

from schedules.choosing import choose_date, offer
from schedules.date_requests import ask_for_date
from schedules.models import Release
from schedules.release_cancelling import cancel_release
from schedules.wave_models import DateRequest, RequestState
from sla.terms import Change
from storage import db
from tenants.choosing import ChoiceFacts, set_choice
from tests.planning import TOLD, planned_release, told_and_given
from tests.world import ADMIN, MANAGER, World, local

# Three months after everybody's: what may be chosen until two months after everybody's.
FAR = local("2027-05-03T06:00")


@pytest.fixture
def release(planned: World) -> Release:
    """A release that everybody was told of, of a product whose customers choose within three months."""
    set_choice(planned.product, ChoiceFacts("P3M", ("1",), ""), ADMIN)
    release = planned_release(planned.product)
    told_and_given(TOLD)
    return release


@pytest.fixture
def chosen(planned: World, release: Release) -> Release:
    """Zorggroep De Brug has chosen the last date, and knows it."""
    choose_date(release, planned.brug.contacts[0], FAR, TOLD)
    told_and_given(TOLD)
    return release


def test_choice_ends_when_everybodys_date_comes(planned: World, chosen: Release) -> None:
    assert offer(chosen, planned.brug, local("2027-02-08T05:59")) is not None
    assert offer(chosen, planned.brug, chosen.production_at) is None


def test_choice_ends_with_the_release(planned: World, chosen: Release) -> None:
    cancel_release(chosen, MANAGER, TOLD)
    assert offer(chosen, planned.brug, TOLD) is None


def offered(release: Release, world: World, window: str, day: str, times: str, now: datetime = TOLD) -> list[str]:
    set_choice(world.product, ChoiceFacts(window, (day,), times), ADMIN)
    found = offer(release, world.brug, now)
    assert found is not None
    return [f"{one.astimezone(world.product.zone):%Y-%m-%dT%H:%M}" for one in found.moments]


def test_nothing_before_everybodys_date_is_offered(planned: World, release: Release) -> None:
    assert offered(release, planned, "P8D", "1", "05:00") == ["2027-02-15T05:00"]


def test_time_that_the_clock_skips_is_not_offered(planned: World, release: Release) -> None:
    spring = planned_release(planned.product, "2028.1", "2028-02-07T06:00", "2028-03-06T06:00")
    now = local("2028-02-01T06:00")
    for moment in (local("2028-01-20T06:00"), now):
        told_and_given(moment)
    assert offered(spring, planned, "P4W", "7", "02:30", now) == [
        "2028-03-12T02:30",
        "2028-03-19T02:30",
        "2028-04-02T02:30",
    ]


def test_choice_takes_back_no_question_of_another_tenant_or_about_another_release(
    planned: World, release: Release
) -> None:
    later = planned_release(planned.product, "2027.2", "2027-06-07T06:00", "2027-07-05T06:00")
    told_and_given(TOLD)
    asked = local("2027-08-02T06:00")
    contact, other = planned.brug.contacts[0], planned.peelrand.contacts[0]
    for of, who in ((release, contact), (release, other), (later, contact)):
        ask_for_date(of, who, Change.PRODUCTION, asked, "why", TOLD)
    choose_date(release, contact, FAR, TOLD)
    rows = db.session.scalars(select(DateRequest).order_by(DateRequest.id).execution_options(populate_existing=True))
    assert [row.state for row in rows] == [RequestState.WITHDRAWN, RequestState.OPEN, RequestState.OPEN]
