"""A customer chooses its production date itself: what is on offer, until when, and what stays on record."""

import json
from datetime import date, datetime

import pytest
from flask_babel import force_locale
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from evidence.models import Entry
from schedules.choosing import choose_date, offer
from schedules.date_requests import ask_for_date
from schedules.freezes import FreezeFacts, add_freeze
from schedules.models import Release, Rollout
from schedules.notices import Notice, NoticeState
from schedules.own_date_situations import situations
from schedules.release_cancelling import cancel_release
from schedules.rollouts import give_own_date, own_date
from schedules.standing import holds, still_holding
from schedules.upkeep import keep_up_all
from schedules.wave_models import DateRequest, RequestState
from sla.terms import Change
from storage import Refused, db
from tenants.choosing import ChoiceFacts, days_of_choice, set_choice
from tenants.models import Product
from tests.planning import announce_all, moved, planned_release, the_notice, told_and_given
from tests.world import ADMIN, MANAGER, NOW, World, both_databases, local, make_tenant

CHOSEN = "2027-02-15T06:00"


def told_release(product: Product, *dates: str) -> Release:
    """A release of which everybody was told; nobody chooses what was not announced."""
    release = planned_release(product, *dates)
    tell()
    return release


def tell(now: datetime = NOW) -> None:
    keep_up_all(now)
    announce_all(now)


def allow(product: Product, window: str = "P3W", days: str = "1", times: str = "", most: str = "") -> None:
    set_choice(product, ChoiceFacts(window, tuple(days), times, most), ADMIN)


def offered(release: Release, tenant: object, now: datetime = NOW) -> list[str]:
    found = offer(release, tenant, now)  # type: ignore[arg-type]
    zone = release.product.zone
    return [f"{moment.astimezone(zone):%Y-%m-%dT%H:%M}" for moment in found.moments] if found else []


def test_nothing_is_offered_unless_the_product_allows_it(planned: World) -> None:
    release = told_release(planned.product)
    assert offer(release, planned.brug, NOW) is None
    with pytest.raises(Refused):
        choose_date(release, planned.brug.contacts[0], local(CHOSEN), NOW)


def test_offer_holds_the_days_and_times_of_the_window(planned: World) -> None:
    release = told_release(planned.product)
    allow(planned.product)
    assert offered(release, planned.brug) == ["2027-02-15T06:00", "2027-02-22T06:00", "2027-03-01T06:00"]
    allow(planned.product, "P8D", "12", "20:00 7:30")
    assert offered(release, planned.brug) == [
        "2027-02-08T07:30",
        "2027-02-08T20:00",
        "2027-02-09T07:30",
        "2027-02-09T20:00",
        "2027-02-15T07:30",
        "2027-02-15T20:00",
        "2027-02-16T07:30",
        "2027-02-16T20:00",
    ]


def test_offer_keeps_the_agreement_and_the_time_to_test(planned: World) -> None:
    release = told_release(planned.product)
    allow(planned.product)
    strict = make_tenant(planned.product, "strict", production_notice="P3M")
    tell()
    # Three months ahead of now there is nothing before 23 February.
    assert offered(release, strict, NOW) == []
    release = told_release(planned.product, "2027.2", "2027-04-12T06:00", "2027-05-10T06:00")
    assert offered(release, strict, local("2027-02-09T12:00")) == [
        # Without Whit Monday.
        "2027-05-24T06:00",
        "2027-05-31T06:00",
    ]


def test_holidays_and_freezes_are_not_offered(planned: World) -> None:
    # The Monday three weeks on is Easter Monday, and the one before lies in a freeze.
    release = told_release(planned.product, "2027.1", "2027-02-08T06:00", "2027-03-08T06:00")
    allow(planned.product)
    assert offered(release, planned.brug) == ["2027-03-15T06:00", "2027-03-22T06:00"]
    add_freeze(planned.product, FreezeFacts("2027-03-20", "2027-03-22", "Druk", "Busy"), MANAGER, NOW)
    assert offered(release, planned.brug) == ["2027-03-15T06:00"]


def test_choice_ends_with_the_deadline_of_the_present_date(planned: World) -> None:
    release = told_release(planned.product)
    allow(planned.product)
    found = offer(release, planned.brug, local("2027-01-08T06:00"))
    assert found is not None
    assert (found.present_at, found.until) == (release.production_at, local("2027-01-08T06:00"))
    assert offer(release, planned.brug, local("2027-01-08T06:01")) is None
    choose_date(release, planned.brug.contacts[0], local(CHOSEN), local("2027-01-08T06:00"))
    found = offer(release, planned.brug, local("2027-01-09T06:00"))
    assert found is not None
    assert (found.present_at, found.until) == (local(CHOSEN), local("2027-01-15T06:00"))


@both_databases
def test_chosen_date_is_the_tenants_own_at_once_and_says_who_chose(planned: World) -> None:
    release = told_release(planned.product)
    allow(planned.product)
    now = local("2027-01-04T12:00")
    contact = planned.brug.contacts[1]
    before = release.changed_by
    choose_date(release, contact, local(CHOSEN), now)
    rollout = own_date(release, planned.brug, Change.PRODUCTION)
    assert rollout is not None
    assert (rollout.planned_at, rollout.by_tenant, rollout.set_by) == (local(CHOSEN), True, contact.email)
    entry = db.session.scalars(select(Entry).where(Entry.kind == "moved").order_by(Entry.id.desc()).limit(1)).one()
    assert (entry.actor, entry.tenant_id) == (f"contact {contact.id}", planned.brug.id)
    assert json.loads(entry.facts)["chosen_by_tenant"] is True
    # Who must agree with the planner's last change stays as it was.
    assert (release.changed_by, release.revision) == (before, 2)
    told_and_given(now)
    assert the_notice(release, Change.PRODUCTION, planned.brug).planned_at == local(CHOSEN)
    assert the_notice(release, Change.PRODUCTION, planned.peelrand).planned_at == release.production_at


def test_choice_can_be_changed_and_undone(planned: World) -> None:
    release = told_release(planned.product)
    allow(planned.product)
    contact = planned.brug.contacts[0]
    choose_date(release, contact, local(CHOSEN), NOW)
    assert offered(release, planned.brug) == ["2027-02-08T06:00", "2027-02-22T06:00", "2027-03-01T06:00"]
    choose_date(release, contact, local("2027-02-22T06:00"), NOW)
    choose_date(release, contact, release.production_at, NOW)
    assert own_date(release, planned.brug, Change.PRODUCTION) is None
    assert the_notice(release, Change.PRODUCTION, planned.brug).planned_at == release.production_at


@pytest.mark.parametrize("at", ["2027-02-16T06:00", "2027-02-15T06:01", "2027-03-08T06:00", "2026-01-01T06:00"])
def test_moment_that_is_not_on_offer_cannot_be_chosen(planned: World, at: str) -> None:
    release = told_release(planned.product)
    allow(planned.product)
    with pytest.raises(Refused):
        choose_date(release, planned.brug.contacts[0], local(at), NOW)
    assert own_date(release, planned.brug, Change.PRODUCTION) is None


def test_question_that_waits_is_taken_back_with_a_choice(planned: World) -> None:
    release = told_release(planned.product)
    allow(planned.product)
    contact = planned.brug.contacts[0]
    ask_for_date(release, contact, Change.PRODUCTION, local("2027-04-01T06:00"), "why", NOW)
    choose_date(release, contact, local(CHOSEN), NOW)
    (row,) = db.session.scalars(select(DateRequest).execution_options(populate_existing=True))
    assert (row.state, row.settled_by) == (RequestState.WITHDRAWN, contact.email)


def test_nothing_is_offered_of_what_is_off(planned: World) -> None:
    release = told_release(planned.product)
    allow(planned.product)
    cancel_release(release, MANAGER, NOW)
    assert offer(release, planned.brug, NOW) is None


@pytest.mark.parametrize(
    ("window", "days", "times", "field"),
    [
        ("P4M", "1", "", "choice_window"),
        ("soon", "1", "", "choice_window"),
        ("P1W", "", "", "choice_days"),
        ("P1W", "18", "", "choice_days"),
        ("P1W", "1", "25:00", "choice_times"),
        ("P1W", "1", "06:00 07:00 08:00 09:00 10:00", "choice_times"),
    ],
)
def test_settings_that_cannot_be_used(planned: World, window: str, days: str, times: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        allow(planned.product, window, days, times)
    assert refused.value.field == field
    db.session.rollback()
    assert days_of_choice(planned.product, date(2027, 2, 8)) == []


@pytest.mark.parametrize("restart", [False, True])
@both_databases
def test_notices_at_hand_hold_as_those_in_the_database_do(planned: World, restart: bool) -> None:
    """The two ways to ask whether a notice still holds give one answer, through moves back and forth."""
    planned.product.restart_when_postponed = restart
    db.session.commit()
    allow(planned.product, "P3M", "1")
    release = told_release(planned.product)
    contact = planned.brug.contacts[0]
    told_and_given(local("2026-12-01T06:00"))
    for number, at in enumerate(("2027-03-15T06:00", "2027-02-22T06:00", "2027-03-08T06:00")):
        choose_date(release, contact, local(at), local(f"2026-12-1{number}T06:00"))
        if number != 1:
            told_and_given(local(f"2026-12-1{number}T07:00"))
        of_update = (Notice.release_id == release.id) & (Notice.kind == Change.PRODUCTION)
        told = situations(release, Change.PRODUCTION, [planned.brug])[planned.brug.id].told
        for asked in (
            "2027-02-08T06:00",
            "2027-02-22T06:00",
            "2027-03-08T06:00",
            "2027-03-15T06:00",
            "2027-04-01T06:00",
        ):
            query = still_holding(of_update, local(asked), restart=restart)
            in_database = planned.brug.id in set(db.session.scalars(query))
            assert holds(told, local(asked), restart=restart) is in_database, (number, asked)


def test_dates_after_the_next_version_are_not_offered(planned: World) -> None:
    release = told_release(planned.product)
    planned_release(planned.product, "2027.2", "2027-02-01T06:00", "2027-02-22T06:00")
    allow(planned.product)
    assert offered(release, planned.brug) == ["2027-02-15T06:00"]


def test_nothing_is_offered_while_a_move_was_not_announced(planned: World) -> None:
    """What may be chosen hangs on everybody's date and one's own: it would show the new one (SLA 3.3)."""
    release = told_release(planned.product)
    allow(planned.product)
    choose_date(release, planned.brug.contacts[0], local(CHOSEN), NOW)
    told_and_given(NOW)
    moved(release, production="2027-02-09T06:00")
    assert offered(release, planned.peelrand) == []
    # It does not go along, and everybody's new date is on nobody's portal yet.
    assert offered(release, planned.brug) == []
    tell()
    assert offered(release, planned.peelrand) == ["2027-02-15T06:00", "2027-02-22T06:00", "2027-03-01T06:00"]
    assert offered(release, planned.brug) == ["2027-02-09T06:00", "2027-02-22T06:00", "2027-03-01T06:00"]
    give_own_date(release, planned.peelrand, Change.PRODUCTION, local("2027-03-09T06:00"), "Vloer", MANAGER, NOW)
    assert offered(release, planned.peelrand) == []


def test_nobody_is_offered_everybodys_date_before_anybody_was_told_it(planned: World) -> None:
    release = planned_release(planned.product)
    allow(planned.product)
    give_own_date(release, planned.brug, Change.PRODUCTION, local(CHOSEN), "Vloer", MANAGER, NOW)
    of_brug = (Notice.release_id == release.id, Notice.tenant_id == planned.brug.id)
    db.session.execute(update(Notice).where(*of_brug).values(announced_at=NOW, state=NoticeState.ANNOUNCED))
    db.session.commit()
    assert offered(release, planned.brug) == []


@both_databases
def test_full_day_is_offered_as_full_and_refused_with_the_next_free_ones(planned: World) -> None:
    allow(planned.product, most="1")
    others = [make_tenant(planned.product, f"tenant-{number}") for number in range(2)]
    release = told_release(planned.product)
    choose_date(release, planned.brug.contacts[0], local(CHOSEN), NOW)
    found = offer(release, planned.peelrand, NOW)
    assert found is not None
    assert (list(found.moments), list(found.full)) == (
        [local("2027-02-22T06:00"), local("2027-03-01T06:00")],
        [local(CHOSEN)],
    )
    with force_locale("en"), pytest.raises(Refused) as refused:
        choose_date(release, planned.peelrand.contacts[0], local(CHOSEN), NOW)
    assert refused.value.message == (
        "This day is full by now. The next free moments are Mon 22 February 2027, 06:00; Mon 1 March 2027, 06:00."
    )
    # Its own place does not stand in one's way, everybody's date is never full, and who leaves makes room.
    assert offered(release, planned.brug) == ["2027-02-08T06:00", "2027-02-22T06:00", "2027-03-01T06:00"]
    choose_date(release, planned.brug.contacts[0], release.production_at, NOW)
    choose_date(release, planned.peelrand.contacts[0], local(CHOSEN), NOW)
    assert offered(release, others[0]) == ["2027-02-22T06:00", "2027-03-01T06:00"]
    # Two are let in; a planner who gives the day takes no place of it.
    allow(planned.product, most="2")
    give_own_date(release, others[1], Change.PRODUCTION, local(CHOSEN), "Vloer", MANAGER, NOW)
    choose_date(release, others[0].contacts[0], local(CHOSEN), NOW)
    places = select(Rollout.chosen_on, Rollout.chosen_place).order_by(Rollout.chosen_place)
    assert {tuple(row) for row in db.session.execute(places)} == {
        (None, None),
        (date(2027, 2, 15), 1),
        (date(2027, 2, 15), 2),
    }
    allow(planned.product)
    full = offer(release, planned.brug, NOW)
    assert full is not None
    assert full.full == []


@pytest.mark.parametrize("most", ["0", "-1", "x", "1.5", "99999999999999999999"])
def test_number_of_a_day_is_a_whole_number(planned: World, most: str) -> None:
    with pytest.raises(Refused) as refused:
        allow(planned.product, most=most)
    assert refused.value.field == "choice_most"


@both_databases
def test_database_gives_a_place_of_a_day_once(planned: World) -> None:
    release = told_release(planned.product)
    allow(planned.product)
    choose_date(release, planned.brug.contacts[0], local(CHOSEN), NOW)
    same = {"chosen_on": date(2027, 2, 15), "chosen_place": 1}
    db.session.add(
        Rollout(
            release_id=release.id,
            tenant_id=planned.peelrand.id,
            kind=Change.PRODUCTION,
            planned_at=local(CHOSEN),
            reason="",
            set_by="x",
            set_at=NOW,
            **same,
        )
    )
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()
