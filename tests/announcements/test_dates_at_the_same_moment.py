"""Two who ask, answer or choose at the same moment: one question, one answer, one date, one mail."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select

from announcements.date_answers import Answer, answer_request
from evidence.chain import verify
from outbox.models import OutboxMessage
from schedules.choosing import choose_date
from schedules.date_requests import ask_for_date, take_back
from schedules.models import Release, Rollout
from schedules.release_cancelling import cancel_release
from schedules.wave_models import DateRequest, RequestState, Wave
from schedules.waves import give_wave
from sla.terms import Change
from storage import db
from tenants.choosing import ChoiceFacts, set_choice
from tenants.models import Contact
from tests.at_once import Act, Prepared, at_once
from tests.planning import announce_all, planned_release
from tests.world import ADMIN, MANAGER, NOW, PLANNER, World, both_databases, local

LATER = local("2027-03-01T06:00")
ROUNDS = 3


def with_rows(act: Callable[[Release, list[Contact]], object], release_id: int, tenant_id: int) -> Prepared:
    """An act of somebody who has read the release and the contacts of a tenant."""

    def prepare() -> Act:
        release = db.session.get_one(Release, release_id)
        contacts = list(db.session.scalars(select(Contact).where(Contact.tenant_id == tenant_id).order_by(Contact.id)))
        return lambda: act(release, contacts)

    return prepare


def about(row_id: int, act: Callable[[DateRequest], object]) -> Prepared:
    def prepare() -> Act:
        row = db.session.get_one(DateRequest, row_id)
        return lambda: act(row)

    return prepare


def names(outcomes: list[object]) -> list[str]:
    return sorted(type(outcome).__name__ for outcome in outcomes)


@both_databases
def test_two_contacts_who_ask_at_once_make_one_question(app: Flask, planned: World) -> None:
    for number in range(1, ROUNDS + 1):
        release = planned_release(
            planned.product, f"2027.{number}", f"2027-{number:02d}-18T06:00", f"2027-{number + 1:02d}-08T06:00"
        )
        asks = [
            with_rows(
                lambda row, contacts, who=who: ask_for_date(
                    row, contacts[who], Change.PRODUCTION, local("2027-09-01T06:00"), "x", NOW
                ),  # type: ignore[misc]
                release.id,
                planned.brug.id,
            )
            for who in (0, 1)
        ]
        assert names(at_once(app, asks)) == ["Conflict", "DateRequest"]
        assert len(db.session.scalars(select(DateRequest).where(DateRequest.release_id == release.id)).all()) == 1
    assert verify() == []


@both_databases
def test_two_planners_who_answer_at_once_give_one_answer_and_one_mail(app: Flask, planned: World) -> None:
    release = planned_release(planned.product)
    for number in range(1, ROUNDS + 1):
        row = ask_for_date(release, planned.brug.contacts[0], Change.PRODUCTION, LATER, "x", NOW)
        answers = [
            about(row.id, lambda one: answer_request(one, Answer.NO, None, "nee", PLANNER, NOW)),
            about(row.id, lambda one: answer_request(one, Answer.NO, None, "toch niet", PLANNER, NOW)),
        ]
        assert names(at_once(app, answers)) == ["Conflict", "NoneType"]
        assert len(db.session.scalars(select(OutboxMessage)).all()) == number


@both_databases
def test_taken_back_or_answered_but_not_both(app: Flask, planned: World) -> None:
    release = planned_release(planned.product)
    row = ask_for_date(release, planned.brug.contacts[0], Change.PRODUCTION, LATER, "x", NOW)
    contact_id = planned.brug.contacts[0].id
    outcomes = at_once(
        app,
        [
            about(row.id, lambda one: answer_request(one, Answer.YES, LATER, "", PLANNER, NOW)),
            about(row.id, lambda one: take_back(one, db.session.get_one(Contact, contact_id), NOW)),
        ],
    )
    assert names(outcomes) == ["Conflict", "NoneType"]
    (state,) = db.session.scalars(select(DateRequest.state))
    given = len(db.session.scalars(select(Rollout)).all())
    mailed = len(db.session.scalars(select(OutboxMessage)).all())
    assert (state, given, mailed) in {(RequestState.GRANTED, 1, 1), (RequestState.WITHDRAWN, 0, 0)}


@both_databases
def test_two_contacts_who_choose_at_once_leave_one_date(app: Flask, planned: World) -> None:
    release = planned_release(planned.product)
    announce_all()
    set_choice(planned.product, ChoiceFacts("P3W", ("1",), ""), ADMIN)
    moments = [local("2027-02-15T06:00"), local("2027-02-22T06:00")]
    chooses = [
        with_rows(
            lambda row, contacts, who=who: choose_date(row, contacts[who], moments[who], NOW),  # type: ignore[misc]
            release.id,
            planned.brug.id,
        )
        for who in (0, 1)
    ]
    # The later one changes the choice of the earlier.
    assert names(at_once(app, chooses)) == ["NoneType", "NoneType"]
    (rollout,) = db.session.scalars(select(Rollout))
    assert rollout.planned_at in moments
    assert verify() == []


@both_databases
@pytest.mark.parametrize("same", [True, False], ids=["the same name", "two names"])
def test_two_waves_of_the_same_tenants_at_once(app: Flask, planned: World, same: bool) -> None:
    release = planned_release(planned.product)
    ids = [planned.brug.id, planned.peelrand.id]
    gives = [
        with_rows(
            lambda row, _contacts, name=name: give_wave(row, Change.PRODUCTION, ids, LATER, name, "x", PLANNER, NOW),  # type: ignore[misc]
            release.id,
            planned.brug.id,
        )
        for name in ("Zorg", "Zorg" if same else "Ziekenhuizen")
    ]
    assert names(at_once(app, gives)) == (["Conflict", "Wave"] if same else ["Wave", "Wave"])
    rollouts = db.session.scalars(select(Rollout)).all()
    assert len(rollouts) == 2
    assert len({rollout.wave_id for rollout in rollouts}) == 1
    assert len(db.session.scalars(select(Wave)).all()) == (1 if same else 2)


@both_databases
def test_release_that_is_cancelled_while_a_customer_asks_leaves_no_open_question(app: Flask, planned: World) -> None:
    for number in range(1, ROUNDS + 1):
        release = planned_release(
            planned.product, f"2027.{number}", f"2027-{number:02d}-18T06:00", f"2027-{number + 1:02d}-08T06:00"
        )
        announce_all()
        at_once(
            app,
            [
                with_rows(
                    lambda row, people: ask_for_date(row, people[0], Change.PRODUCTION, LATER, "x", NOW),
                    release.id,
                    planned.brug.id,
                ),
                with_rows(lambda row, _people: cancel_release(row, MANAGER, NOW), release.id, planned.brug.id),
            ],
        )
        of_release = select(DateRequest.state).where(DateRequest.release_id == release.id)
        assert db.session.scalars(of_release).all() == [RequestState.CLOSED]
    assert verify() == []


@both_databases
def test_last_place_of_a_day_goes_to_one_of_two(app: Flask, planned: World) -> None:
    release = planned_release(planned.product)
    announce_all()
    set_choice(planned.product, ChoiceFacts("P3W", ("1",), "", "1"), ADMIN)
    chooses = [
        with_rows(
            lambda row, people: choose_date(row, people[0], local("2027-02-15T06:00"), NOW), release.id, tenant.id
        )
        for tenant in (planned.brug, planned.peelrand)
    ]
    assert names(at_once(app, chooses)) == ["NoneType", "Refused"]
    assert db.session.scalars(select(Rollout.chosen_place)).all() == [1]
