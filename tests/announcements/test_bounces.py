"""What came back no longer gives notice; a corrected address does."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from announcements.bounced import came_back
from announcements.settling import settle, watch_deadlines
from compliance.notice_evidence import proof_for
from evidence.chain import verify
from evidence.models import Entry
from outbox.addresses import return_path
from outbox.bounces import take
from outbox.models import MessageState, OutboxMessage
from schedules.models import Release
from schedules.notices import Channel, NoticeState
from schedules.release_cancelling import cancel_release
from schedules.telling import record_told
from sla.terms import Change
from storage import db
from tenants.contacts import ContactFacts, change_contact
from tenants.models import Tenant
from tests.announcements.test_settling import SECOND, found, release
from tests.at_once import Act, at_once
from tests.outbox.written_reports import report
from tests.planning import PRODUCTION_DEADLINE, TOLD, messages, moved, pass_of_the_clock, send, the_notice
from tests.world import MANAGER, World, both_databases

__all__ = ["release"]
HOUR = timedelta(hours=1)
AFTERWARDS = PRODUCTION_DEADLINE + HOUR


def bounce(message: OutboxMessage, at: datetime) -> None:
    db.session.rollback()
    assert take(report(return_path(message), message.address, message.message_id), at).words.endswith("(failed 5.1.1)")
    db.session.expire_all()


def bounced_all(tenant: Tenant, at: datetime) -> None:
    for message in messages(tenant, MessageState.SENT):
        bounce(message, at)
    settle(at)


def records(tenant: Tenant) -> list[str]:
    query = select(Entry.kind).where(Entry.tenant_id == tenant.id).order_by(Entry.id)
    aside = {"announced", "withdrawn", "planned", "contact_added", "contact_changed"}
    return [kind for kind in db.session.scalars(query) if kind not in aside]


@both_databases
def test_one_of_two_that_comes_back_leaves_it_given(planned: World, release: Release) -> None:
    send(planned.brug, TOLD + SECOND)
    settle(TOLD)
    complete = found(release, planned.brug)
    bounce(messages(planned.brug, MessageState.SENT)[1], TOLD + HOUR)
    changed = (settle(TOLD + HOUR), settle(TOLD + HOUR))

    assert complete == (NoticeState.COMPLETE, TOLD + SECOND, TOLD + SECOND)
    assert changed == (1, 0)
    assert found(release, planned.brug) == (NoticeState.GIVEN, TOLD + SECOND, None)
    assert records(planned.brug) == ["accepted", "accepted", "given", "bounced"]


@both_databases
def test_notice_is_due_again_when_everything_came_back_before_the_deadline(planned: World, release: Release) -> None:
    send(planned.brug, TOLD)
    settle(TOLD)
    bounced_all(planned.brug, TOLD + HOUR)

    assert found(release, planned.brug) == (NoticeState.DUE, None, None)
    assert records(planned.brug) == ["accepted", "accepted", "given", "bounced", "bounced", "not_given"]
    assert verify() == []
    before = len(messages())
    pass_of_the_clock(TOLD + 2 * HOUR)
    assert (found(release, planned.brug)[0], len(messages())) == (NoticeState.DUE, before)


@both_databases
def test_notice_is_missed_when_everything_came_back_after_the_deadline(planned: World, release: Release) -> None:
    send(planned.brug, TOLD)
    settle(TOLD)
    bounced_all(planned.brug, AFTERWARDS)

    notice = the_notice(release, Change.PRODUCTION, planned.brug)
    assert (notice.state, notice.given_at, notice.missed_at) == (NoticeState.MISSED, None, AFTERWARDS)
    assert records(planned.brug)[3:] == ["bounced", "bounced", "not_given", "missed"]
    facts = db.session.scalars(select(Entry.facts).where(Entry.kind == "missed")).all()
    assert '"why":"what had been sent in time came back"' in facts[-1]


def test_no_address_goes_on_record(planned: World, release: Release) -> None:
    send(planned.brug, TOLD)
    settle(TOLD)
    bounced_all(planned.brug, TOLD + HOUR)
    facts = db.session.scalars(select(Entry.facts).where(Entry.kind == "bounced")).all()

    assert len(facts) == 2
    assert [one for one in facts if "@zorggroep" in one] == []
    assert '"status":"5.1.1"' in facts[0]


def test_other_tenants_whose_notice_is_due_are_not_kept_from_theirs(planned: World, release: Release) -> None:
    send(planned.brug, TOLD)
    settle(TOLD)
    bounced_all(planned.brug, TOLD + HOUR)
    waiting = the_notice(release, Change.PRODUCTION, planned.peelrand)
    waiting.state, waiting.announced_at, waiting.told_plan = NoticeState.PLANNED, None, None
    for message in messages(planned.peelrand):
        db.session.delete(message)
    db.session.commit()
    pass_of_the_clock(TOLD + 2 * HOUR)

    assert the_notice(release, Change.PRODUCTION, planned.peelrand).state is NoticeState.ANNOUNCED
    assert len(messages(planned.peelrand, MessageState.QUEUED)) == 1


@both_databases
def test_corrected_address_gives_it_again(planned: World, release: Release) -> None:
    send(planned.brug, TOLD)
    settle(TOLD)
    bounced_all(planned.brug, TOLD + HOUR)
    contact = planned.brug.contacts[0]
    change_contact(contact, ContactFacts(contact.name, "right@zorggroep-de-brug.example"), MANAGER)
    pass_of_the_clock(TOLD + 2 * HOUR)
    under_way = found(release, planned.brug)
    mail = next(one for one in messages(planned.brug, MessageState.QUEUED) if one.not_after == PRODUCTION_DEADLINE)
    mail.state, mail.sent_at = MessageState.SENT, TOLD + 3 * HOUR
    db.session.commit()
    settle(TOLD + 3 * HOUR)

    assert mail.address == "right@zorggroep-de-brug.example"
    assert under_way == (NoticeState.ANNOUNCED, None, None)
    assert found(release, planned.brug) == (NoticeState.GIVEN, TOLD + 3 * HOUR, None)


def test_what_a_person_told_stands_although_mails_came_back(planned: World, release: Release) -> None:
    send(planned.brug, TOLD)
    settle(TOLD)
    notice = the_notice(release, Change.PRODUCTION, planned.brug)
    notice.given_at = TOLD - HOUR
    db.session.commit()
    bounced_all(planned.brug, TOLD + HOUR)

    assert found(release, planned.brug) == (NoticeState.GIVEN, TOLD - HOUR, None)


@pytest.mark.parametrize("late", [False, True], ids=["in-time", "too-late"])
def test_given_is_the_first_mail_that_stands(planned: World, release: Release, late: bool) -> None:
    second = PRODUCTION_DEADLINE + SECOND if late else TOLD + HOUR
    send(planned.brug, TOLD, most=1)
    settle(TOLD)
    send(planned.brug, second)
    settle(second)
    bounce(messages(planned.brug, MessageState.SENT)[0], AFTERWARDS)
    settle(AFTERWARDS)

    given = (NoticeState.MISSED, None) if late else (NoticeState.GIVEN, second)
    assert found(release, planned.brug)[:2] == given


def test_mail_that_is_under_way_may_still_give_it_in_time(planned: World, release: Release) -> None:
    send(planned.brug, TOLD, most=1)
    settle(TOLD)
    bounce(messages(planned.brug, MessageState.SENT)[0], TOLD + HOUR)
    settle(TOLD + HOUR)

    (left,) = messages(planned.brug, MessageState.QUEUED)
    assert found(release, planned.brug) == (NoticeState.ANNOUNCED, None, None)
    assert left.not_after == PRODUCTION_DEADLINE


def test_bounce_that_comes_before_the_mail_is_settled(planned: World, release: Release) -> None:
    send(planned.brug, TOLD)
    bounced_all(planned.brug, TOLD + SECOND)

    assert found(release, planned.brug) == (NoticeState.DUE, None, None)
    assert records(planned.brug) == ["accepted", "accepted", "bounced", "bounced"]
    watch_deadlines(AFTERWARDS)
    assert found(release, planned.brug)[0] is NoticeState.MISSED


def test_change_that_moves_is_told_anew(planned: World, release: Release) -> None:
    send(planned.brug, TOLD)
    settle(TOLD)
    bounced_all(planned.brug, TOLD + HOUR)
    moved(release, production="2027-03-15T06:00", now=TOLD + HOUR)
    pass_of_the_clock(TOLD + 2 * HOUR)

    notice = the_notice(release, Change.PRODUCTION, planned.brug)
    assert (notice.revision, notice.says.value, notice.state) == (2, "moved", NoticeState.ANNOUNCED)


def test_change_that_is_cancelled_is_told_although_its_notice_came_back(planned: World, release: Release) -> None:
    send(planned.brug, TOLD)
    settle(TOLD)
    bounced_all(planned.brug, TOLD + HOUR)
    cancel_release(release, MANAGER, TOLD + HOUR)

    notice = the_notice(release, Change.PRODUCTION, planned.brug)
    assert (notice.revision, notice.says.value) == (2, "cancelled")


def test_planners_see_who_was_not_reached(planned: World, release: Release) -> None:
    send(planned.brug, TOLD)
    settle(TOLD)
    first, second = messages(planned.brug, MessageState.SENT)
    bounce(first, TOLD + HOUR)
    (one,) = came_back(planned.product, TOLD + 2 * HOUR)

    assert (one.tenant, one.contact.email, one.mails, one.bounced_at) == (planned.brug, first.address, 1, TOLD + HOUR)
    assert one.reached == [second.name]
    assert one.words.startswith("5.1.1 550 5.1.1")
    assert came_back(planned.product, TOLD + timedelta(days=31)) == []
    change_contact(one.contact, ContactFacts("Contact 1", "right@zorggroep-de-brug.example"), MANAGER)
    assert came_back(planned.product, TOLD + 2 * HOUR) == []


def test_mail_that_came_back_proves_nothing(planned: World, release: Release) -> None:
    send(planned.peelrand, TOLD)
    settle(TOLD)
    bounced_all(planned.peelrand, TOLD + HOUR)
    proofs = [mail.proves for proof in proof_for(planned.peelrand) for mail in proof.mails if mail.sent_at]
    assert proofs == [False]


@both_databases
def test_two_workers_put_a_bounce_on_record_once(app: Flask, planned: World, release: Release) -> None:
    def worker() -> Act:
        return lambda: settle(TOLD + HOUR)

    send(planned.brug, TOLD)
    settle(TOLD)
    for message in messages(planned.brug, MessageState.SENT):
        bounce(message, TOLD + HOUR)
    outcomes = at_once(app, [worker, worker, worker])

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    assert records(planned.brug)[3:] == ["bounced", "bounced", "not_given"]


@both_databases
def test_call_stands_where_the_mail_that_came_first_came_back(planned: World, release: Release) -> None:
    send(planned.peelrand, TOLD + SECOND)
    settle(TOLD + SECOND)
    notice = the_notice(release, Change.PRODUCTION, planned.peelrand)
    record_told(notice, Channel.TELEPHONE, "meneer Bos", TOLD + HOUR, MANAGER, TOLD + HOUR)
    bounced_all(planned.peelrand, TOLD + 2 * HOUR)
    db.session.expire_all()
    assert found(release, planned.peelrand) == (NoticeState.GIVEN, TOLD + HOUR, None)
    watch_deadlines(AFTERWARDS)
    assert found(release, planned.peelrand)[0] is NoticeState.GIVEN


def test_call_that_is_recorded_after_the_deadline_mends_nothing(planned: World, release: Release) -> None:
    send(planned.peelrand, TOLD + SECOND)
    settle(TOLD + SECOND)
    notice = the_notice(release, Change.PRODUCTION, planned.peelrand)
    record_told(notice, Channel.TELEPHONE, "meneer Bos", TOLD + HOUR, MANAGER, AFTERWARDS)
    bounced_all(planned.peelrand, AFTERWARDS + HOUR)
    db.session.expire_all()
    assert found(release, planned.peelrand)[0] is NoticeState.MISSED
