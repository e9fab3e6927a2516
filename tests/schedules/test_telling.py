"""Told by telephone or letter: that gives a notice, and what was missed stays missed."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from announcements.catching_up import catch_up
from announcements.settling import settle, watch_deadlines
from evidence.models import Entry
from schedules.notices import Channel, Notice, NoticeState
from schedules.release_cancelling import cancel_release
from schedules.telling import calls_and_letters, record_told
from sla.terms import Change
from storage import Refused, db
from tenants.contacts import ContactFacts, add_contact
from tests.at_once import Act, at_once
from tests.planning import (
    ACCEPTANCE_DEADLINE,
    messages,
    moved,
    pass_of_the_clock,
    planned_release,
    queued_mails,
    send,
    the_notice,
    told_and_given,
)
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases

BEFORE = ACCEPTANCE_DEADLINE - timedelta(hours=1)


def call(notice: Notice, at: datetime = BEFORE, now: datetime | None = None) -> None:
    record_told(notice, Channel.TELEPHONE, "mevrouw De Wit", at, OPERATOR, now or at)


@both_databases
def test_call_gives_the_notice_and_the_mail_follows(planned: World) -> None:
    release = planned_release(planned.product)
    notice = the_notice(release, Change.ACCEPTANCE, planned.brug)
    call(notice, NOW + timedelta(hours=1))
    assert (notice.state, notice.given_at) == (NoticeState.GIVEN, NOW + timedelta(hours=1))
    pass_of_the_clock(NOW + timedelta(hours=1, minutes=1))
    assert [mail.address for mail in queued_mails()] == [
        "contact1@zorggroep-de-brug.example",
        "contact2@zorggroep-de-brug.example",
    ]
    pass_of_the_clock(BEFORE)
    about = [
        row for row in messages(planned.brug) if "cceptatie" in row.letter.subject or "cceptance" in row.letter.subject
    ]
    assert len(about) == 2
    send(None, BEFORE)
    settle(BEFORE)
    db.session.expire_all()
    notice = the_notice(release, Change.ACCEPTANCE, planned.brug)
    assert (notice.state, notice.given_at) == (NoticeState.COMPLETE, NOW + timedelta(hours=1))
    kinds = [kind for kind in db.session.scalars(select(Entry.kind).order_by(Entry.id)) if kind in {"told", "given"}]
    assert kinds[:2] == ["told", "given"]


def test_called_tenant_is_not_missed(planned: World) -> None:
    release = planned_release(planned.product)
    call(the_notice(release, Change.ACCEPTANCE, planned.brug))
    watch_deadlines(ACCEPTANCE_DEADLINE + timedelta(minutes=1))
    db.session.expire_all()
    assert the_notice(release, Change.ACCEPTANCE, planned.brug).state is NoticeState.GIVEN
    assert the_notice(release, Change.ACCEPTANCE, planned.peelrand).state is NoticeState.MISSED


def test_call_after_it_was_missed_changes_nothing_but_is_kept(planned: World) -> None:
    release = planned_release(planned.product)
    late = ACCEPTANCE_DEADLINE + timedelta(minutes=1)
    watch_deadlines(late)
    db.session.expire_all()
    notice = the_notice(release, Change.ACCEPTANCE, planned.brug)
    call(notice, BEFORE, now=late)
    assert (notice.state, notice.given_at) == (NoticeState.MISSED, None)
    assert [row.person for row in calls_and_letters(Notice.tenant_id == planned.brug.id)[notice.id]] == [
        "mevrouw De Wit"
    ]


def test_call_about_a_move_stops_the_mail_of_the_old_date(planned: World) -> None:
    release = planned_release(planned.product)
    pass_of_the_clock(BEFORE)
    moved(release, acceptance="2027-01-20T06:00", now=BEFORE)
    notice = the_notice(release, Change.ACCEPTANCE, planned.brug)
    call(notice)
    pass_of_the_clock(BEFORE + timedelta(minutes=1))
    subjects = [mail.subject for mail in queued_mails(planned.brug) if "cceptatie" in mail.subject]
    assert subjects == ["[Inconto] Verplaatst: acceptatie naar 2027.1, nu op wo 20 januari 2027, 06:00"]


def test_call_about_what_is_cancelled_meanwhile_gives_nothing_more(planned: World) -> None:
    release = planned_release(planned.product)
    notice = the_notice(release, Change.ACCEPTANCE, planned.brug)
    cancel_release(release, MANAGER, NOW)
    call(notice, NOW + timedelta(minutes=1))
    assert notice.state is NoticeState.CANCELLED
    pass_of_the_clock(NOW + timedelta(minutes=2))
    assert queued_mails() == []


@pytest.mark.parametrize("minutes", [-60 * 24 * 30, 60])
def test_call_of_another_time_is_refused(planned: World, minutes: int) -> None:
    release = planned_release(planned.product)
    notice = the_notice(release, Change.ACCEPTANCE, planned.brug)
    with pytest.raises(Refused):
        call(notice, NOW + timedelta(minutes=minutes), now=NOW)


@pytest.mark.parametrize("person", ["", "\x00", "x" * 161])
def test_call_needs_a_name(planned: World, person: str) -> None:
    release = planned_release(planned.product)
    notice = the_notice(release, Change.ACCEPTANCE, planned.brug)
    with pytest.raises(Refused):
        record_told(notice, Channel.LETTER, person, NOW, PLANNER, NOW)


def test_call_lets_no_words_leave_that_a_second_person_must_see(planned: World) -> None:
    planned.product.needs_approval = True
    db.session.commit()
    release = planned_release(planned.product)
    call(the_notice(release, Change.ACCEPTANCE, planned.brug), NOW + timedelta(hours=1))
    pass_of_the_clock(NOW + timedelta(hours=1, minutes=1))
    assert queued_mails() == []
    add_contact(planned.peelrand, ContactFacts("Nieuw", "nieuw@peelrand.example"), MANAGER)
    call(the_notice(release, Change.ACCEPTANCE, planned.peelrand), NOW + timedelta(hours=2))
    pass_of_the_clock(NOW + timedelta(hours=2, minutes=1))
    assert queued_mails() == []
    assert the_notice(release, Change.ACCEPTANCE, planned.brug).state is NoticeState.GIVEN


@both_databases
def test_call_and_catching_up_at_once_wait_for_each_other(app: Flask, planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(BEFORE)
    for contact in planned.brug.contacts:
        contact.caught_up_at = None
    db.session.commit()
    notice_id = the_notice(release, Change.ACCEPTANCE, planned.brug).id

    def calling() -> Act:
        notice = db.session.get_one(Notice, notice_id)
        return lambda: call(notice, BEFORE)

    def catching_up() -> Act:
        return lambda: catch_up(BEFORE)

    outcomes = at_once(app, [calling, catching_up] * 3)
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
