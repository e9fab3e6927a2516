"""Customers who choose their production date at the same moment: one of them gets it, the other is told so."""

from flask import Flask
from sqlalchemy import func, select

from evidence.models import Entry
from schedules.choosing import choose_date
from schedules.date_requests import ask_for_date
from schedules.models import Release
from schedules.rollouts import date_for
from schedules.wave_models import DateRequest, RequestState
from sla.terms import Change
from storage import Refused, db
from tenants.choosing import ChoiceFacts, set_choice
from tenants.models import Contact
from tests.at_once import Act, Prepared, at_once
from tests.planning import TOLD, planned_release, told_and_given
from tests.world import ADMIN, World, both_databases, local

ROUNDS = 3


def choosing(release: Release, contact: Contact, day: str, *, instead_of: str) -> Prepared:
    release_id, contact_id = release.id, contact.id

    def prepare() -> Act:
        row, person = db.session.get_one(Release, release_id), db.session.get_one(Contact, contact_id)
        return lambda: choose_date(row, person, local(day), TOLD, instead_of=local(instead_of))

    return prepare


@both_databases
def test_two_colleagues_choose_one_date(app: Flask, planned: World) -> None:
    set_choice(planned.product, ChoiceFacts("P3M", ("1",), ""), ADMIN)
    release = planned_release(planned.product)
    told_and_given(TOLD)
    contacts = planned.brug.contacts[:2]
    present = "2027-03-01T06:00"
    choose_date(release, contacts[0], local(present), TOLD)
    for number in range(ROUNDS):
        told_and_given(TOLD)
        ask_for_date(release, contacts[0], Change.PRODUCTION, local("2027-04-05T06:00"), "vloer", TOLD)
        days = [f"2027-03-{8 + 7 * (number % 2):02d}T06:00", f"2027-03-{22 + 7 * (number % 2):02d}T06:00"]

        outcomes = at_once(
            app,
            [choosing(release, contact, day, instead_of=present) for contact, day in zip(contacts, days, strict=True)],
        )

        assert (outcomes.count(None), sum(isinstance(one, Refused) for one in outcomes)) == (1, 1), outcomes
        present = days[outcomes.index(None)]
        db.session.expire_all()
        assert date_for(release, planned.brug, Change.PRODUCTION) == local(present)
        # The question that waited was taken back once.
        assert db.session.scalars(select(DateRequest.state)).all() == [RequestState.WITHDRAWN] * (number + 1)
        settled = select(func.count()).select_from(Entry).where(Entry.kind == "date_settled")
        assert db.session.scalar(settled) == number + 1


@both_databases
def test_last_place_of_a_day_is_refused_with_the_next_moments(app: Flask, planned: World) -> None:
    set_choice(planned.product, ChoiceFacts("P2W", ("1",), "", "1"), ADMIN)
    release = planned_release(planned.product)
    told_and_given(TOLD)
    contacts = [planned.brug.contacts[0], planned.peelrand.contacts[0]]

    outcomes = at_once(
        app, [choosing(release, contact, "2027-02-15T06:00", instead_of="2027-02-08T06:00") for contact in contacts]
    )

    (refused,) = [one for one in outcomes if one is not None]
    assert isinstance(refused, Refused)
    assert refused.message.startswith("Deze dag is inmiddels vol. De eerstvolgende vrije momenten zijn")
