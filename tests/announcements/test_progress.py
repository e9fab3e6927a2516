"""Maintenance under way: it starts, takes longer, is done; whoever was told of it hears so, each only once."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from announcements.models import Announcement
from announcements.progress import tell_progress
from announcements.reminding import remind
from evidence.actors import NotAllowed
from evidence.models import Entry
from outbox.models import MessageState, OutboxMessage
from schedules.maintenance import cancel_maintenance, move_maintenance
from schedules.models import Impact, MaintenanceProgress, MaintenanceWindow, Progress
from schedules.notices import NoticeState
from schedules.progress import extend_maintenance, finish_maintenance, start_due, start_maintenance
from schedules.queries import unanswered_windows
from sla.terms import Change
from storage import Refused, db
from tenants.models import Product
from tests.at_once import Act, at_once
from tests.planning import pass_of_the_clock, planned_window, read, send, the_notice, told_and_given
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local, make_tenant

START, END = local("2026-12-15T22:00"), local("2026-12-16T02:00")
LONGER, EVEN_LONGER = local("2026-12-16T04:00"), local("2026-12-16T05:30")
MINUTE = timedelta(minutes=1)
ENGLISH = "contact2@zorggroep-de-brug.example"


@pytest.fixture
def window(planned: World) -> MaintenanceWindow:
    """Maintenance of which both tenants have been told."""
    window = planned_window(planned.product)
    told_and_given(local("2026-12-02T09:00"))
    return window


def told() -> list[OutboxMessage]:
    """The mails of how it goes."""
    kinds = ("maintenance_started", "maintenance_longer", "maintenance_done")
    query = select(OutboxMessage).join(Announcement, Announcement.id == OutboxMessage.announcement_id)
    query = query.where(Announcement.kind.in_(kinds)).order_by(OutboxMessage.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def subjects(*states: MessageState) -> list[str]:
    return [read(one).subject for one in told() if one.address == ENGLISH and (not states or one.state in states)]


def mail(number: int = -1) -> OutboxMessage:
    return [one for one in told() if one.address == ENGLISH][number]


def at(moment: datetime) -> None:
    """What the clock does, and the mails of it sent."""
    start_due(moment)
    tell_progress(moment)
    send(None, moment)
    db.session.expire_all()


def rows() -> list[tuple[Progress, int, str]]:
    return [
        (row.kind, row.step, row.said_by)
        for row in db.session.scalars(select(MaintenanceProgress).order_by(MaintenanceProgress.id))
    ]


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


@pytest.mark.parametrize(
    ("setting", "left"),
    [
        (
            "tells_start",
            ["[Inconto] Maintenance takes longer, until Wed 16 December 2026, 04:00", "[Inconto] Maintenance is done"],
        ),
        ("tells_longer", ["[Inconto] Maintenance is starting", "[Inconto] Maintenance is done"]),
        (
            "tells_done",
            [
                "[Inconto] Maintenance is starting",
                "[Inconto] Maintenance takes longer, until Wed 16 December 2026, 04:00",
            ],
        ),
    ],
)
def test_each_can_be_switched_off(planned: World, window: MaintenanceWindow, setting: str, left: list[str]) -> None:
    db.session.execute(update(Product).values({setting: False}))
    db.session.commit()
    at(START)
    extend_maintenance(window, LONGER, "", "", OPERATOR, END - MINUTE)
    at(END - MINUTE)
    finish_maintenance(window, OPERATOR, LONGER)
    at(LONGER)

    assert subjects() == left
    assert len(rows()) == 3


def test_nothing_is_promised_that_the_product_does_not_send(planned: World, window: MaintenanceWindow) -> None:
    at(START)
    extend_maintenance(window, LONGER, "", "", OPERATOR, END - MINUTE)
    db.session.execute(update(Product).values(tells_done=False))
    db.session.commit()
    at(END - MINUTE)

    assert "You hear from us when it is done." not in read(mail()).text
    assert "Tell your users that it takes longer." in read(mail()).text


def test_whoever_notices_nothing_has_nothing_to_do(planned: World) -> None:
    window = planned_window(planned.product, impact=Impact.REDUCED_REDUNDANCY)
    told_and_given(local("2026-12-02T09:00"))
    extend_maintenance(window, LONGER, "", "", OPERATOR, END - MINUTE)
    at(END - MINUTE)

    assert "You do not need to do anything. You hear from us when it is done." in read(mail()).text


@both_databases
def test_nothing_is_told_of_cancelled_maintenance(planned: World, window: MaintenanceWindow) -> None:
    cancel_maintenance(window, MANAGER, START - MINUTE)
    at(START)

    assert (rows(), told()) == ([], [])
    with pytest.raises(Refused):
        start_maintenance(window, OPERATOR, START)
    with pytest.raises(Refused):
        finish_maintenance(window, OPERATOR, START)


def test_maintenance_that_starts_a_little_early_cannot_be_called_off(planned: World, window: MaintenanceWindow) -> None:
    with pytest.raises(Refused):
        start_maintenance(window, OPERATOR, START - 16 * MINUTE)
    start_maintenance(window, OPERATOR, START - 15 * MINUTE)

    with pytest.raises(Refused):
        cancel_maintenance(window, MANAGER, START - 14 * MINUTE)
    with pytest.raises(Refused):
        move_maintenance(window, LONGER, EVEN_LONGER, PLANNER, START - 14 * MINUTE, revision=1)
    at(START - 14 * MINUTE)
    at(START)
    assert subjects() == ["[Inconto] Maintenance is starting"]
    assert rows() == [(Progress.STARTED, 0, OPERATOR.name)]


def test_maintenance_without_impact_is_told_to_nobody(planned: World) -> None:
    window = planned_window(planned.product, impact=Impact.NO_IMPACT)
    at(START)
    assert rows() == []
    start_maintenance(window, OPERATOR, START)
    extend_maintenance(window, LONGER, "", "", OPERATOR, END)
    finish_maintenance(window, OPERATOR, LONGER)
    at(LONGER)

    assert told() == []
    assert list(unanswered_windows(planned.product, LONGER)) == []


def test_only_tenants_that_were_told_hear_how_it_goes(planned: World) -> None:
    planned_window(planned.product, tenants=("ziekenhuis-peelrand",))
    told_and_given(local("2026-12-02T09:00"))
    at(START)

    assert [one.tenant_id for one in told()] == [planned.peelrand.id]


def test_tenant_whose_notice_was_not_proved_in_time_still_hears(planned: World) -> None:
    window = planned_window(planned.product)
    pass_of_the_clock(local("2026-12-02T09:00"))
    pass_of_the_clock(START + MINUTE)

    assert the_notice(window, Change.MAINTENANCE, planned.brug).state is NoticeState.MISSED
    assert subjects() == ["[Inconto] Maintenance is starting"]


def test_worker_that_was_down_says_nothing_of_a_start_that_is_over(planned: World, window: MaintenanceWindow) -> None:
    at(END)

    assert (rows(), told()) == ([], [])
    # A person can still say that it was done.
    finish_maintenance(window, OPERATOR, END + MINUTE)
    at(END + MINUTE)
    assert subjects() == ["[Inconto] Maintenance is done"]


def test_only_the_last_word_is_mailed(planned: World, window: MaintenanceWindow) -> None:
    start_due(START)
    extend_maintenance(window, LONGER, "", "", OPERATOR, END - MINUTE)
    finish_maintenance(window, OPERATOR, END + MINUTE)
    tell_progress(END + MINUTE)

    assert subjects() == ["[Inconto] Maintenance is done"]


def test_word_that_still_waits_is_withdrawn_by_the_next(planned: World, window: MaintenanceWindow) -> None:
    remind(START - timedelta(days=1))
    start_due(START)
    tell_progress(START)
    assert len(subjects(MessageState.QUEUED)) == 1
    finish_maintenance(window, OPERATOR, START + 30 * MINUTE)
    tell_progress(START + 30 * MINUTE)

    assert subjects(MessageState.QUEUED) == ["[Inconto] Maintenance is done"]
    waiting = select(OutboxMessage).where(OutboxMessage.state == MessageState.QUEUED)
    assert len(db.session.scalars(waiting).all()) == 3


def test_clock_says_of_no_start_after_somebody_said_more(planned: World, window: MaintenanceWindow) -> None:
    # No worker ran at the start.
    finish_maintenance(window, OPERATOR, START + 30 * MINUTE)
    at(START + 31 * MINUTE)
    at(START + 32 * MINUTE)

    assert subjects() == ["[Inconto] Maintenance is done"]
    assert [row[0] for row in rows()] == [Progress.DONE]


def test_done_days_later_is_no_news(planned: World, window: MaintenanceWindow) -> None:
    at(START)
    finish_maintenance(window, OPERATOR, END)
    tell_progress(END + timedelta(days=1, minutes=1))

    assert subjects() == ["[Inconto] Maintenance is starting"]


@pytest.mark.parametrize(
    ("new_end", "now", "field"),
    [
        pytest.param(LONGER, START - MINUTE, "maintenance", id="not-started"),
        pytest.param(END, START + MINUTE, "new_end", id="as-announced"),
        pytest.param(END - MINUTE, START + MINUTE, "new_end", id="shorter"),
        pytest.param(LONGER, LONGER, "new_end", id="passed"),
    ],
)
def test_end_that_is_none_is_refused(
    planned: World, window: MaintenanceWindow, new_end: datetime, now: datetime, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        extend_maintenance(window, new_end, "", "", OPERATOR, now)

    assert refusal.value.field == field
    assert rows() == []


def test_what_is_done_takes_no_longer(planned: World, window: MaintenanceWindow) -> None:
    finish_maintenance(window, OPERATOR, START + MINUTE)
    with pytest.raises(Refused):
        extend_maintenance(window, LONGER, "", "", OPERATOR, END)
    with pytest.raises(Refused):
        finish_maintenance(window, OPERATOR, END)


def test_how_it_goes_is_for_operators(planned: World, window: MaintenanceWindow) -> None:
    with pytest.raises(NotAllowed):
        start_maintenance(window, PLANNER, START)
    with pytest.raises(NotAllowed):
        extend_maintenance(window, LONGER, "", "", PLANNER, START)
    with pytest.raises(NotAllowed):
        finish_maintenance(window, PLANNER, START)


def test_how_it_goes_is_on_record(planned: World, window: MaintenanceWindow) -> None:
    at(START)
    extend_maintenance(window, LONGER, "De kopie", "The copy", OPERATOR, END - MINUTE)
    finish_maintenance(window, OPERATOR, LONGER)

    entries = db.session.scalars(
        select(Entry).where(Entry.kind.in_(["started", "longer", "done"])).order_by(Entry.id)
    ).all()
    assert [(entry.kind, entry.actor) for entry in entries] == [
        ("started", "clock"),
        ("longer", OPERATOR.name),
        ("done", OPERATOR.name),
    ]
    assert "The copy" not in entries[1].facts
    assert LONGER.astimezone(NOW.tzinfo).isoformat() in entries[1].facts


@both_databases
def test_two_operators_and_the_clock_start_it_once(app: Flask, planned: World, window: MaintenanceWindow) -> None:
    window_id = window.id

    def operator() -> Act:
        found = db.session.get_one(MaintenanceWindow, window_id)
        assert found.product_id
        return lambda: start_maintenance(found, OPERATOR, START)

    def clock() -> Act:
        return lambda: (start_due(START), tell_progress(START))

    outcomes = at_once(app, [operator, clock, operator, clock])
    tell_progress(START)

    assert [one for one in outcomes if isinstance(one, Exception) and not isinstance(one, Refused)] == []
    assert len(rows()) == 1
    assert subjects() == ["[Inconto] Maintenance is starting"]


@both_databases
def test_double_click_on_longer_is_told_once(app: Flask, planned: World, window: MaintenanceWindow) -> None:
    window_id = window.id
    at(START)

    def operator() -> Act:
        found = db.session.get_one(MaintenanceWindow, window_id)
        assert found.product_id
        return lambda: extend_maintenance(found, LONGER, "", "", OPERATOR, END - MINUTE)

    outcomes = at_once(app, [operator] * 3)
    told_at_once = at_once(app, [lambda: lambda: tell_progress(END - MINUTE)] * 3)

    assert sum(isinstance(one, Refused) for one in outcomes) == 2
    assert sorted(told_at_once, key=str) == [0, 0, 3]
    assert len(subjects()) == 2


@both_databases
def test_start_and_cancellation_at_once_do_not_both_hold(app: Flask, planned: World, window: MaintenanceWindow) -> None:
    window_id = window.id
    early = START - 10 * MINUTE

    def operator() -> Act:
        found = db.session.get_one(MaintenanceWindow, window_id)
        assert found.product_id
        return lambda: start_maintenance(found, OPERATOR, early)

    def manager() -> Act:
        found = db.session.get_one(MaintenanceWindow, window_id)
        assert found.product_id
        return lambda: cancel_maintenance(found, MANAGER, early)

    outcomes = at_once(app, [operator, manager])

    assert sum(isinstance(one, Refused) for one in outcomes) == 1
    db.session.expire_all()
    found = db.session.get_one(MaintenanceWindow, window_id)
    assert (found.started_at is None) != (found.cancelled_at is None)
