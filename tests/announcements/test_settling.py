"""Given is what a real mail server took; complete is for every contact; missed is for good, but never wrongly."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from announcements.settling import settle, watch_deadlines
from evidence.models import Entry
from outbox.models import MessageState, OutboxMessage
from outbox.services import expire
from schedules.models import Release
from schedules.notices import Notice, NoticeState
from sla.terms import Change
from storage import db
from tenants.contacts import remove_contact
from tenants.models import Tenant
from tests.at_once import Act, at_once
from tests.planning import (
    PRODUCTION,
    PRODUCTION_DEADLINE,
    TOLD,
    counted_queries,
    messages,
    moved,
    notices,
    pass_of_the_clock,
    planned_release,
    planned_window,
    send,
    the_notice,
)
from tests.world import MANAGER, World, both_databases, local, make_tenant

SECOND = timedelta(seconds=1)
NOTHING = (NoticeState.ANNOUNCED, None, None)


@pytest.fixture
def release(planned: World) -> Release:
    """A release of which production has been put into the outbox, for two contacts of one tenant and one of another."""
    release = planned_release(planned.product)
    pass_of_the_clock(TOLD)
    for message in messages():
        if message.not_after != PRODUCTION_DEADLINE:
            message.state = MessageState.CANCELLED
    db.session.commit()
    return release


def found(release: Release, tenant: Tenant) -> tuple[NoticeState, datetime | None, datetime | None]:
    notice = the_notice(release, Change.PRODUCTION, tenant)
    return notice.state, notice.given_at, notice.completed_at


@both_databases
def test_notice_is_given_by_the_first_and_complete_by_the_last(planned: World, release: Release) -> None:
    send(planned.brug, TOLD + SECOND, most=1)
    settle(TOLD)
    given = found(release, planned.brug)
    send(planned.brug, TOLD + 2 * SECOND)
    settle(TOLD)

    assert given == (NoticeState.GIVEN, TOLD + SECOND, None)
    assert found(release, planned.brug) == (NoticeState.COMPLETE, TOLD + SECOND, TOLD + 2 * SECOND)
    assert found(release, planned.peelrand) == NOTHING


@both_databases
def test_settle_says_how_many_changed_and_takes_note_once(planned: World, release: Release) -> None:
    settle(TOLD)
    send(None, TOLD)

    assert (settle(TOLD), settle(TOLD)) == (2, 0)
    assert {message.settled_at for message in messages()} == {TOLD}


@pytest.mark.parametrize("trial", [True, False])
def test_built_in_mailbox_proves_nothing(planned: World, release: Release, trial: bool) -> None:
    send(planned.peelrand, TOLD, trial=trial)
    settle(TOLD)

    assert found(release, planned.peelrand) == (NOTHING if trial else (NoticeState.COMPLETE, TOLD, TOLD))


@pytest.mark.parametrize("state", [one for one in MessageState if one is not MessageState.SENT])
def test_only_what_was_sent_gives_notice(planned: World, release: Release, state: MessageState) -> None:
    for message in messages(planned.peelrand):
        message.state = state
    db.session.commit()
    settle(TOLD)

    refused = (NoticeState.DUE, None, None)
    assert found(release, planned.peelrand) == (refused if state is MessageState.FAILED else NOTHING)


@pytest.mark.parametrize(
    ("other", "state"),
    [
        (MessageState.FAILED, NoticeState.GIVEN),
        (MessageState.EXPIRED, NoticeState.GIVEN),
        (MessageState.UNCERTAIN, NoticeState.GIVEN),
        (MessageState.CANCELLED, NoticeState.COMPLETE),
    ],
)
def test_notice_is_complete_only_when_no_contact_is_left(
    planned: World, release: Release, other: MessageState, state: NoticeState
) -> None:
    send(planned.brug, TOLD, most=1)
    for message in messages(planned.brug, MessageState.QUEUED):
        message.state = other
    db.session.commit()
    settle(TOLD)

    assert found(release, planned.brug)[0] is state


def test_notice_is_complete_once_the_contact_that_waited_is_removed(planned: World, release: Release) -> None:
    send(planned.brug, TOLD, most=1)
    settle(TOLD)
    remove_contact(planned.brug.contacts[1], MANAGER)
    settle(TOLD)

    assert found(release, planned.brug) == (NoticeState.COMPLETE, TOLD, TOLD)


def test_remaining_contacts_may_follow_after_the_deadline(planned: World, release: Release) -> None:
    send(planned.brug, TOLD, most=1)
    settle(TOLD)
    expired = expire(PRODUCTION_DEADLINE + SECOND)

    (left,) = messages(planned.brug, MessageState.QUEUED)
    assert (left.not_after, expired) == (local(PRODUCTION), 1)
    send(planned.brug, PRODUCTION_DEADLINE + SECOND)
    settle(PRODUCTION_DEADLINE + SECOND)
    assert found(release, planned.brug) == (NoticeState.COMPLETE, TOLD, PRODUCTION_DEADLINE + SECOND)


def test_stopped_mails_do_not_follow(planned: World, release: Release) -> None:
    stopped = messages(planned.brug, MessageState.QUEUED)[1]
    stopped.state, stopped.not_after = MessageState.UNCERTAIN, stopped.created_at
    send(planned.brug, TOLD, most=1)
    settle(TOLD)

    assert messages(planned.brug, MessageState.UNCERTAIN)[0].not_after == TOLD


@both_databases
@pytest.mark.parametrize(
    ("at", "state"),
    [
        pytest.param(PRODUCTION_DEADLINE, NoticeState.ANNOUNCED, id="the-very-last-moment"),
        pytest.param(PRODUCTION_DEADLINE + SECOND, NoticeState.MISSED, id="a-second-later"),
    ],
)
def test_notice_is_missed_when_its_deadline_has_passed(
    planned: World, release: Release, at: datetime, state: NoticeState
) -> None:
    watch_deadlines(at)

    notice = the_notice(release, Change.PRODUCTION, planned.brug)
    assert (notice.state, notice.missed_at) == (state, at if state is NoticeState.MISSED else None)


def test_watch_says_how_many_and_leaves_what_was_given(planned: World, release: Release) -> None:
    send(planned.brug, TOLD, most=1)
    settle(TOLD)
    later = PRODUCTION_DEADLINE + SECOND

    # Of acceptance both, and of production the one that was not given.
    assert (watch_deadlines(later), watch_deadlines(later)) == (3, 0)
    assert found(release, planned.brug)[0] is NoticeState.GIVEN


@pytest.mark.parametrize("watched", [True, False], ids=["missed-first", "settled-first"])
def test_missed_stays_missed_when_the_mail_leaves_later(planned: World, release: Release, watched: bool) -> None:
    later = PRODUCTION_DEADLINE + SECOND
    if watched:
        watch_deadlines(later)
    send(None, later)
    settle(later)
    watch_deadlines(later)

    assert found(release, planned.brug) == (NoticeState.MISSED, None, None)


def test_mail_that_left_in_time_was_given_though_its_answer_came_late(planned: World, release: Release) -> None:
    later = PRODUCTION_DEADLINE + SECOND
    watch_deadlines(later)
    send(None, PRODUCTION_DEADLINE)
    settle(later)

    notice = the_notice(release, Change.PRODUCTION, planned.brug)
    assert (notice.state, notice.given_at, notice.missed_at) == (NoticeState.COMPLETE, PRODUCTION_DEADLINE, None)


def test_maintenance_is_missed_only_when_it_starts_unannounced(planned: World) -> None:
    window = planned_window(planned.product)
    pass_of_the_clock(local("2026-12-02T09:00"))
    start = local("2026-12-15T22:00")

    watch_deadlines(start)
    at_the_start = {one.state for one in notices(window)}
    watch_deadlines(start + SECOND)

    assert at_the_start == {NoticeState.ANNOUNCED}
    assert {one.state for one in notices(window)} == {NoticeState.MISSED}


def test_mail_under_way_when_the_plan_moved_still_proves_its_notice(planned: World, release: Release) -> None:
    # Their dots may have gone: these alone cannot be taken back.
    under_way(planned.brug, MessageState.QUEUED, state=MessageState.COMMITTING)
    moved(release, production="2027-03-15T06:00", now=TOLD)
    under_way(planned.brug, MessageState.COMMITTING, state=MessageState.SENT, sent_at=TOLD + SECOND)
    settle(TOLD + SECOND)

    first, second = notices(release, Change.PRODUCTION, planned.brug)
    assert (first.state, first.given_at) == (NoticeState.SUPERSEDED, TOLD + SECOND)
    assert (second.state, second.given_at) == (NoticeState.PLANNED, None)


def under_way(tenant: Tenant, before: MessageState, **now: Any) -> None:
    """What a worker has come to with the mails of a tenant."""
    of_tenant = (OutboxMessage.tenant_id == tenant.id) & (OutboxMessage.state == before)
    db.session.execute(update(OutboxMessage).where(of_tenant).values(**now))
    db.session.commit()


@both_databases
def test_two_workers_that_settle_at_once_agree(app: Flask, planned: World, release: Release) -> None:
    def worker() -> Act:
        return lambda: settle(TOLD)

    for most in (1, 1):
        send(planned.brug, TOLD, most=most)
        outcomes = at_once(app, [worker, worker, worker])
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []

    assert found(release, planned.brug) == (NoticeState.COMPLETE, TOLD, TOLD)


@both_databases
def test_settle_asks_the_same_number_of_queries_for_one_and_for_three_tenants(planned: World) -> None:
    numbers = []
    for number, slugs in enumerate((["one"], ["two", "three"])):
        for slug in slugs:
            make_tenant(planned.product, slug)
        planned_window(planned.product, reference=f"M-{number}")
        pass_of_the_clock(local("2026-12-02T09:00"))
        send(None, local("2026-12-02T09:00"))
        with counted_queries() as queries:
            settle(local("2026-12-02T09:00"))
        numbers.append(len(queries))

    assert set(db.session.scalars(db.select(Notice.state))) == {NoticeState.COMPLETE}
    assert numbers[0] == numbers[1]


@both_databases
def test_four_workers_that_settle_at_once_put_each_mail_on_record_once(
    app: Flask, planned: World, release: Release
) -> None:
    sent = send(None, TOLD + SECOND)

    def worker() -> Act:
        return lambda: settle(TOLD + SECOND)

    outcomes = at_once(app, [worker] * 4)

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    settle(TOLD + 2 * SECOND)
    kinds = Counter(db.session.scalars(select(Entry.kind)))
    assert (kinds["accepted"], kinds["given"]) == (sent, 2)
    assert found(release, planned.brug)[0] is NoticeState.COMPLETE


@both_databases
def test_notice_whose_every_mail_was_refused_is_due_again(planned: World, release: Release) -> None:
    first, second = messages(planned.brug, MessageState.QUEUED)
    first.state = MessageState.FAILED
    db.session.commit()
    settle(TOLD + SECOND)
    assert found(release, planned.brug) == NOTHING
    second = db.session.merge(second)
    second.state = MessageState.FAILED
    db.session.commit()
    settle(TOLD + SECOND)
    assert found(release, planned.brug) == (NoticeState.DUE, None, None)
    pass_of_the_clock(TOLD + 2 * SECOND)
    assert len(messages(planned.brug, MessageState.QUEUED)) == 0


def test_trial_that_was_taken_is_no_refusal(planned: World, release: Release) -> None:
    first, second = messages(planned.brug, MessageState.QUEUED)
    first.state, first.sent_at, first.trial = MessageState.SENT, TOLD, True
    second.state = MessageState.FAILED
    db.session.commit()
    settle(TOLD + SECOND)
    assert found(release, planned.brug) == NOTHING
