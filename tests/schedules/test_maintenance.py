"""Maintenance: a week ahead is the aim; less needs a reason that stays visible (SLA 3.1, 3.3)."""

from datetime import timedelta

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.exc import IntegrityError

from announcements.settling import settle
from evidence.actors import NotAllowed
from schedules.errors import BreaksSLA, ChangedMeanwhile
from schedules.maintenance import cancel_maintenance, move_maintenance, schedule_maintenance
from schedules.models import Impact, MaintenanceWindow
from schedules.notices import Notice, NoticeState, Says
from schedules.queries import quiet_windows
from schedules.reasons import Reason
from schedules.window_judging import judge_window
from sla.breaches import Rule
from sla.terms import Change
from storage import Conflict, Refused, db
from tests.planning import notices, pass_of_the_clock, planned_window, send, told_and_given, window_plan
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local, make_tenant

START, END = local("2026-12-15T22:00"), local("2026-12-16T02:00")


@both_databases
def test_schedule_maintenance_makes_one_duty_for_every_tenant(planned: World) -> None:
    window = planned_window(planned.product)

    found = [(one.tenant_id, one.kind, one.planned_at, one.ends_at, one.deadline_at) for one in notices(window)]
    deadline = local("2026-12-08T22:00")
    assert found == [
        (tenant.id, Change.MAINTENANCE, START, END, deadline) for tenant in (planned.brug, planned.peelrand)
    ]
    # A week is an aim: missed is what starts unannounced.
    assert {(one.lapses_at, one.announce_at, one.later_than_aimed) for one in notices(window)} == {
        (START, deadline - timedelta(days=7), False)
    }


def test_schedule_maintenance_touches_only_the_tenants_named(planned: World) -> None:
    window = planned_window(planned.product, tenants=("ziekenhuis-peelrand",))

    assert [one.tenant_id for one in notices(window)] == [planned.peelrand.id]


def test_maintenance_without_impact_makes_no_duty_and_shows_on_the_portal(planned: World) -> None:
    everybody = planned_window(planned.product, "2026-11-24T10:00", "2026-11-24T11:00", impact=Impact.NO_IMPACT)
    other = planned_window(planned.product, reference="M-2", impact=Impact.NO_IMPACT, tenants=("ziekenhuis-peelrand",))

    assert db.session.scalar(select(func.count(Notice.id))) == 0
    assert quiet_windows(planned.brug, NOW) == [everybody]
    assert quiet_windows(planned.peelrand, NOW) == [everybody, other]


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        pytest.param(
            "2026-11-25T22:00",
            "2026-11-26T02:00",
            [(Rule.MAINTENANCE_NOTICE, "SLA 3.3", "2026-11-25T22:00:00+01:00", "P1W", local("2026-11-30T10:15"))],
            id="under-a-week",
        ),
        pytest.param(
            "2026-12-15T19:00",
            "2026-12-15T23:00",
            [(Rule.SERVICE_HOURS, "SLA 3.1", "PT60M", "08:00-20:00", local("2026-12-15T20:00"))],
            id="in-service-hours",
        ),
        pytest.param(
            "2026-11-25T12:00",
            "2026-11-25T13:00",
            [
                (Rule.MAINTENANCE_NOTICE, "SLA 3.3", "2026-11-25T12:00:00+01:00", "P1W", local("2026-11-30T10:15")),
                (Rule.SERVICE_HOURS, "SLA 3.1", "PT60M", "08:00-20:00", local("2026-11-25T20:00")),
            ],
            id="both",
        ),
    ],
)
def test_schedule_maintenance_asks_for_a_reason(
    planned: World, starts: str, ends: str, expected: list[tuple[object, ...]]
) -> None:
    with pytest.raises(BreaksSLA) as refusal:
        planned_window(planned.product, starts, ends, reason=" \u200b")
    window = planned_window(planned.product, starts, ends, reason="The disk is full")

    found = [(one.rule, one.clause, one.given, one.required, one.earliest) for one in refusal.value.breaches]
    assert found == expected
    assert [(one.rule, one.reason("en"), one.waived_by) for one in window.waivers] == [
        (rule, "The disk is full", PLANNER.name) for rule, *_rest in expected
    ]


def test_maintenance_under_a_week_is_marked_later_than_aimed_and_told_at_once(planned: World) -> None:
    window = planned_window(planned.product, "2026-11-25T22:00", "2026-11-26T02:00", reason="The disk is full")

    found = [(one.later_than_aimed, one.waiver_id, one.announce_at, one.lapses_at) for one in notices(window)]
    assert found == [(True, window.waivers[0].id, NOW, local("2026-11-25T22:00"))] * 2


def test_maintenance_is_marked_later_than_aimed_where_the_mail_left_late(planned: World) -> None:
    window = planned_window(planned.product)
    pass_of_the_clock(local("2026-12-08T09:00"))
    send(planned.brug, local("2026-12-08T10:00"))
    send(planned.peelrand, local("2026-12-10T10:00"))
    settle(local("2026-12-10T10:01"))

    assert [(one.state, one.later_than_aimed) for one in notices(window)] == [
        (NoticeState.COMPLETE, False),
        (NoticeState.COMPLETE, True),
    ]


@pytest.mark.parametrize(("notice", "breaks"), [("P2W", ["P2W"]), ("P2D", [])], ids=["stricter", "looser"])
def test_maintenance_suits_the_agreement_of_the_tenants_it_touches(
    planned: World, notice: str, breaks: list[str]
) -> None:
    make_tenant(planned.product, "own-agreement", maintenance_notice=notice)
    touched = window_plan("2026-12-02T22:00", "2026-12-03T02:00", tenants=("own-agreement",))
    spared = window_plan("2026-12-02T22:00", "2026-12-03T02:00", tenants=("zorggroep-de-brug",))

    assert [one.required for one in judge_window(planned.product, touched, NOW).breaches] == breaks
    assert judge_window(planned.product, spared, NOW).breaches == []


@pytest.mark.parametrize(
    ("starts", "ends", "more", "field"),
    [
        pytest.param("2026-12-15T22:00", "2026-12-15T22:00", {}, "ends_at", id="no-length"),
        pytest.param("2026-12-15T22:00", "2026-12-15T21:00", {}, "ends_at", id="end-before-start"),
        pytest.param("2026-11-23T10:00", "2026-11-23T11:00", {}, "starts_at", id="begun"),
        pytest.param("2026-12-15T22:00", "2026-12-16T02:00", {"tenants": ("nobody",)}, "tenants", id="no-such-tenant"),
        pytest.param("2026-12-15T22:00", "2026-12-16T02:00", {"reference": " "}, "reference", id="no-reference"),
        pytest.param("2026-12-15T22:00", "2026-12-16T02:00", {"reference": "M" * 41}, "reference", id="too-long"),
    ],
)
def test_schedule_maintenance_refuses_nonsense_at_its_field(
    planned: World, starts: str, ends: str, more: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        planned_window(planned.product, starts, ends, **more)  # type: ignore[arg-type]

    assert refusal.value.field == field
    assert db.session.scalar(select(func.count(MaintenanceWindow.id))) == 0


def test_schedule_maintenance_refuses_a_reference_that_is_taken(planned: World) -> None:
    planned_window(planned.product)

    with pytest.raises(Conflict) as refusal:
        planned_window(planned.product, "2026-12-17T22:00", "2026-12-18T02:00")
    assert refusal.value.field == "reference"


def test_schedule_maintenance_is_not_for_operators(planned: World) -> None:
    with pytest.raises(NotAllowed):
        schedule_maintenance(planned.product, window_plan(), OPERATOR, NOW)


@both_databases
@pytest.mark.parametrize(
    "wrong", [{"ends_at": START}, {"acceptance": False, "production": False}], ids=["no-length", "touches-nothing"]
)
def test_windows_are_guarded_by_the_database(planned: World, wrong: dict[str, object]) -> None:
    window = planned_window(planned.product)
    copy = {one.name: getattr(window, one.name) for one in MaintenanceWindow.__table__.columns if one.name != "id"}

    with pytest.raises(IntegrityError):
        db.session.execute(insert(MaintenanceWindow).values(copy | {"reference": "M-9"} | wrong))
    db.session.rollback()


@both_databases
def test_move_maintenance_after_it_was_given_tells_both_times(planned: World) -> None:
    window = planned_window(planned.product)
    told_and_given(local("2026-12-02T09:00"))

    move_maintenance(
        window, local("2026-12-16T22:00"), local("2026-12-17T02:00"), PLANNER, local("2026-12-14T09:00"), revision=1
    )

    first, second = notices(window, tenant=planned.brug)
    assert (first.state, second.says, second.state) == (NoticeState.SUPERSEDED, Says.MOVED, NoticeState.PLANNED)
    assert (second.previous_at, second.previous_ends_at, second.lapses_at) == (START, END, START)
    assert (second.planned_at, second.ends_at) == (local("2026-12-16T22:00"), local("2026-12-17T02:00"))


def test_move_maintenance_lengthened_only_is_told_as_a_move(planned: World) -> None:
    window = planned_window(planned.product)
    told_and_given(local("2026-12-02T09:00"))

    move_maintenance(window, START, local("2026-12-16T04:00"), PLANNER, local("2026-12-14T09:00"), revision=1)

    found = notices(window, tenant=planned.brug)[-1]
    assert (found.says, found.previous_at, found.previous_ends_at, found.lapses_at) == (Says.MOVED, START, END, START)


def test_move_maintenance_forward_under_a_week_keeps_its_reason(planned: World) -> None:
    window = planned_window(planned.product)
    told_and_given(local("2026-12-02T09:00"))
    sooner, now = (local("2026-12-05T22:00"), local("2026-12-06T02:00")), local("2026-12-03T09:00")

    with pytest.raises(BreaksSLA):
        move_maintenance(window, *sooner, PLANNER, now, revision=1)
    whole = Reason("De schijf is vol", "The disk is full")
    for half, lacks in ((Reason(nl=whole.nl), "en"), (Reason(en=whole.en), "nl")):
        with pytest.raises(Refused) as refusal:
            move_maintenance(window, *sooner, PLANNER, now, revision=1, exception_reason=half)
        assert refusal.value.field == f"exception_reason_{lacks}"
    move_maintenance(window, *sooner, PLANNER, now, revision=1, exception_reason=whole)

    found = notices(window, tenant=planned.brug)[-1]
    assert (found.waiver_id, found.later_than_aimed, found.lapses_at) == (window.waivers[0].id, True, sooner[0])


def test_move_maintenance_back_before_it_was_told_mails_nobody(planned: World) -> None:
    window = planned_window(planned.product)
    told_and_given(local("2026-12-02T09:00"))
    now = local("2026-12-14T09:00")

    move_maintenance(window, local("2026-12-16T22:00"), local("2026-12-17T02:00"), PLANNER, now, revision=1)
    move_maintenance(window, START, END, PLANNER, now, revision=2)

    assert [(one.says, one.state) for one in notices(window, tenant=planned.brug)] == [
        (Says.PLANNED, NoticeState.COMPLETE)
    ]


def test_move_maintenance_is_refused_once_it_began_or_was_changed_by_another(planned: World) -> None:
    window = planned_window(planned.product)
    sooner = local("2026-12-14T22:00"), local("2026-12-15T02:00")

    with pytest.raises(ChangedMeanwhile):
        move_maintenance(window, *sooner, PLANNER, NOW, revision=2)
    with pytest.raises(Refused) as begun:
        move_maintenance(window, *sooner, PLANNER, START, revision=1)
    with pytest.raises(Refused) as over:
        cancel_maintenance(window, MANAGER, START)

    assert (begun.value.field, over.value.field, window.starts_at) == ("maintenance", "maintenance", START)


@both_databases
def test_cancel_maintenance_tells_whoever_was_told(planned: World) -> None:
    window = planned_window(planned.product)
    late = planned_window(planned.product, "2027-01-15T22:00", "2027-01-16T02:00", reference="M-2")
    told_and_given(local("2026-12-02T09:00"))

    cancel_maintenance(window, MANAGER, local("2026-12-03T09:00"))
    cancel_maintenance(late, MANAGER, local("2026-12-03T09:00"))

    assert [(one.says, one.state) for one in notices(window, tenant=planned.brug)] == [
        (Says.PLANNED, NoticeState.SUPERSEDED),
        (Says.CANCELLED, NoticeState.PLANNED),
    ]
    assert [(one.says, one.state) for one in notices(late, tenant=planned.brug)] == [
        (Says.PLANNED, NoticeState.CANCELLED)
    ]
    with pytest.raises(Refused):
        cancel_maintenance(window, MANAGER, local("2026-12-03T10:00"))


def test_maintenance_over_the_end_of_summer_time_has_its_elapsed_hours(planned: World) -> None:
    # From 20:00 until 08:00 outside service hours, thirteen hours long that night.
    window = planned_window(planned.product, "2027-10-30T20:00", "2027-10-31T08:00")

    assert (window.ends_at - window.starts_at, window.waivers) == (timedelta(hours=13), [])
    assert notices(window)[0].deadline_at == local("2027-10-23T20:00")
