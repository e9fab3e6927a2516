"""A customer asks for another date, a planner answers: on record, by one mail, and with the notice period checked."""

import json
from datetime import datetime, timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from announcements.date_answers import Answer, answer_request
from evidence.actors import NotAllowed
from evidence.chain import verify
from evidence.models import Entry
from outbox.models import MessageState
from schedules.calling_off import call_off_own_date
from schedules.date_request_queries import latest_requests, requests_of, waiting_by_update, waiting_date_requests
from schedules.date_requests import ask_for_date, take_back, take_proposal
from schedules.errors import BreaksSLA
from schedules.known_dates import states_known
from schedules.models import Release
from schedules.notices import Says
from schedules.release_cancelling import cancel_release
from schedules.rollouts import date_for, give_own_date, own_date
from schedules.wave_models import DateRequest, RequestState
from sla.breaches import Rule
from sla.terms import Change
from storage import Conflict, Refused, db
from tenants.contacts import remove_contact
from tenants.models import Contact, Tenant
from tests.planning import (
    announce_all,
    counted_queries,
    messages,
    moved,
    planned_release,
    queued_mails,
    read,
    the_notice,
    told_and_given,
)
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local, make_tenant

LATER = "2027-03-01T06:00"
OTHER = "2027-02-22T06:00"


def asked(release: Release, tenant: Tenant, at: str = LATER, *, by: int = 0, now: datetime = NOW) -> DateRequest:
    contact = tenant.contacts[by]
    return ask_for_date(release, contact, Change.PRODUCTION, local(at), "jaarafsluiting", now)


def answer(row: DateRequest, what: Answer, at: str | None = None, words: str = "", now: datetime = NOW) -> None:
    answer_request(row, what, local(at) if at else None, words, PLANNER, now)


def records(kind: str) -> list[tuple[str, int | None, dict[str, object]]]:
    rows = db.session.scalars(select(Entry).where(Entry.kind == kind).order_by(Entry.id))
    return [(row.actor, row.tenant_id, json.loads(row.facts)) for row in rows]


@both_databases
def test_question_waits_for_a_planner_and_is_on_record(planned: World) -> None:
    release = planned_release(planned.product)
    row = asked(release, planned.brug)
    assert (row.state, row.asked_for, row.instead_of) == (RequestState.OPEN, local(LATER), release.production_at)
    assert waiting_date_requests(planned.product, NOW).rows == [row]
    ((actor, tenant_id, facts),) = records("date_asked")
    assert (actor, tenant_id) == (f"contact {planned.brug.contacts[0].id}", planned.brug.id)
    assert (facts["request"], facts["asked_for"]) == (row.id, local(LATER).isoformat())
    # What people wrote and who they are stays in rows that can be erased.
    assert "jaarafsluiting" not in json.dumps(facts)
    assert date_for(release, planned.brug, Change.PRODUCTION) == release.production_at
    assert messages() == []


@both_databases
def test_one_question_at_a_time_whoever_asks(planned: World) -> None:
    release = planned_release(planned.product)
    row = asked(release, planned.brug)
    with pytest.raises(Conflict):
        asked(release, planned.brug, OTHER, by=1)
    asked(release, planned.peelrand)
    take_back(row, planned.brug.contacts[1], NOW)
    asked(release, planned.brug, OTHER)
    assert [one.state for one in requests_of(planned.brug)] == [RequestState.OPEN, RequestState.WITHDRAWN]


@both_databases
def test_constraint_stands_behind_the_service(planned: World) -> None:
    release = planned_release(planned.product)
    row = asked(release, planned.brug)
    same = {name: getattr(row, name) for name in ("release_id", "tenant_id", "kind", "asked_for", "instead_of")}
    db.session.add(DateRequest(**same, reason="x", asked_by="y", asked_at=NOW, state=RequestState.OPEN))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


@both_databases
def test_yes_gives_the_date_and_one_mail_in_the_readers_language(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(local("2027-01-03T06:00"))
    now = local("2027-01-04T12:00")
    row = asked(release, planned.brug, by=1, now=now)
    answer(row, Answer.YES, LATER, now=now)
    assert (row.state, row.offered_at, row.answered_by) == (RequestState.GRANTED, local(LATER), PLANNER.name)
    assert date_for(release, planned.brug, Change.PRODUCTION) == local(LATER)
    assert the_notice(release, Change.PRODUCTION, planned.brug).says is Says.MOVED
    (mail,) = queued_mails()
    assert mail.address == "contact2@zorggroep-de-brug.example"
    assert mail.subject == "[Inconto] Answer to your question about the date of 2027.1"
    assert mail.headline == "You get 2027.1 on another date, as you asked."
    assert mail.facts == [
        "Zorggroep De Brug",
        "production",
        "Mon 1 March 2027, 06:00, Amsterdam time (UTC+1)",
        "Mon 1 March 2027, 06:00, Amsterdam time (UTC+1)",
    ]
    assert "http://localhost/portal/zorggroep-de-brug/releases/2027.1/date" in mail.text
    ((actor, _tenant, facts),) = records("date_answered")
    assert (actor, facts["answer"], facts["request"]) == (PLANNER.name, "granted", row.id)
    assert verify() == []
    with pytest.raises(Conflict):
        answer(row, Answer.NO, words="toch niet", now=now)
    assert len(queued_mails()) == 1
    # The move itself is told to all contacts, as any.
    told_and_given(now + timedelta(minutes=1))
    assert len(messages(planned.brug, MessageState.SENT)) == 2 * 2 + 1 + 2


@both_databases
def test_yes_gives_the_date_that_was_asked_for_and_no_other(planned: World) -> None:
    release = planned_release(planned.product)
    row = asked(release, planned.brug)
    with force_locale("en"), pytest.raises(Refused) as refused:
        answer(row, Answer.YES, OTHER)
    assert (refused.value.field, refused.value.message) == (
        "offered_at",
        "Yes gives the date that was asked for, Mon 1 March 2027, 06:00. Propose another date to give this one.",
    )
    assert (row.state, queued_mails()) == (RequestState.OPEN, [])
    assert own_date(release, planned.brug, Change.PRODUCTION) is None
    answer(row, Answer.OTHER, OTHER, "Dan kan het wel.")
    assert row.state is RequestState.PROPOSED


def test_no_needs_words_which_the_customer_reads(planned: World) -> None:
    release = planned_release(planned.product)
    row = asked(release, planned.brug)
    with pytest.raises(Refused) as refused:
        answer(row, Answer.NO)
    assert refused.value.field == "words"
    answer(row, Answer.NO, words="Dan werkt er niemand bij ons.")
    (mail,) = queued_mails()
    assert mail.headline == "We kunnen je geen andere datum geven voor 2027.1."
    # Of a date that was not told there is nothing to say.
    assert len(mail.facts) == 4
    assert mail.facts[-1] == "Dan werkt er niemand bij ons."
    assert date_for(release, planned.brug, Change.PRODUCTION) == release.production_at
    assert waiting_date_requests(planned.product, NOW).rows == []


@both_databases
def test_questions_about_one_update_wait_together(planned: World) -> None:
    release = planned_release(planned.product)
    other = planned_release(planned.product, "2027.2", "2027-04-12T06:00", "2027-05-10T06:00")
    alone = asked(other, planned.peelrand, "2027-06-07T06:00")
    rows = [asked(release, planned.brug, OTHER), asked(release, planned.peelrand, LATER)]
    for number in range(3):
        tenant = make_tenant(planned.product, f"tenant-{number}")
        rows.append(asked(release, tenant, "2027-02-03T06:00" if number == 2 else LATER))

    together, single = waiting_by_update(planned.product, NOW)

    assert (together.first, together.tenants, together.at) == (rows[:3], 5, local("2027-02-03T06:00"))
    assert (single.first, single.tenants, single.at) == ([alone], 1, other.production_at)
    cancel_release(release, MANAGER, NOW)
    assert [one.first for one in waiting_by_update(planned.product, NOW)] == [[alone]]
    with counted_queries() as queries:
        waiting_by_update(planned.product, NOW)
    assert len(queries) == 1


@both_databases
def test_yes_that_breaks_a_promise_is_refused_with_the_first_that_would_do(planned: World) -> None:
    release = planned_release(planned.product)
    now = local("2027-01-20T12:00")
    row = asked(release, planned.brug, "2027-02-15T06:00", now=now)
    with pytest.raises(BreaksSLA) as refused:
        answer(row, Answer.YES, "2027-02-15T06:00", now=now)
    assert [breach.rule for breach in refused.value.breaches] == [Rule.PRODUCTION_NOTICE]
    assert (row.state, messages(None, MessageState.QUEUED)) == (RequestState.OPEN, [])
    assert waiting_date_requests(planned.product, now).rows == [row]


@both_databases
def test_proposal_is_taken_by_the_customer(planned: World) -> None:
    release = planned_release(planned.product)
    row = asked(release, planned.brug)
    with pytest.raises(Refused):
        answer(row, Answer.OTHER, LATER, "liever eerder")
    answer(row, Answer.OTHER, OTHER, "liever eerder")
    assert (row.state, row.offered_at) == (RequestState.PROPOSED, local(OTHER))
    assert date_for(release, planned.brug, Change.PRODUCTION) == release.production_at
    assert latest_requests(planned.brug, NOW) == {release.id: row}
    take_proposal(row, planned.brug.contacts[1], NOW)
    assert (row.state, row.settled_by) == (RequestState.GRANTED, "contact2@zorggroep-de-brug.example")
    assert date_for(release, planned.brug, Change.PRODUCTION) == local(OTHER)
    assert release.changed_by == PLANNER.name
    ((actor, _tenant, facts),) = records("date_settled")
    assert (actor, facts["taken"]) == (f"contact {planned.brug.contacts[1].id}", True)
    with pytest.raises(Conflict):
        take_proposal(row, planned.brug.contacts[0], NOW)


def test_proposal_that_came_too_late_is_not_given(planned: World) -> None:
    release = planned_release(planned.product)
    row = asked(release, planned.brug)
    answer(row, Answer.OTHER, OTHER, "liever eerder")
    with pytest.raises(BreaksSLA):
        take_proposal(row, planned.brug.contacts[0], local("2027-01-23T06:00"))
    assert [one.state for one in requests_of(planned.brug)] == [RequestState.PROPOSED]
    take_back(row, planned.brug.contacts[0], NOW)
    assert [one.state for one in requests_of(planned.brug)] == [RequestState.WITHDRAWN]


def test_who_is_no_contact_any_more_gets_no_answer_but_the_others_do(planned: World) -> None:
    release = planned_release(planned.product)
    row = asked(release, planned.brug, by=0)
    remove_contact(planned.brug.contacts[0], MANAGER)
    db.session.expire_all()
    answer(row, Answer.NO, words="Kan niet.")
    assert [mail.address for mail in queued_mails()] == ["contact2@zorggroep-de-brug.example"]


def test_answer_that_waits_is_cancelled_with_its_contact(planned: World) -> None:
    release = planned_release(planned.product)
    answer(asked(release, planned.brug), Answer.NO, words="Kan niet.")
    (message,) = messages()
    assert read(message).headline == "We kunnen je geen andere datum geven voor 2027.1."
    remove_contact(db.session.scalars(select(Contact).where(Contact.id == message.contact_id)).one(), MANAGER)
    assert [one.state for one in messages()] == [MessageState.CANCELLED]


@pytest.mark.parametrize("at", ["2026-11-01T06:00", "2027-02-08T06:00"])
def test_dates_that_make_no_sense_are_refused(planned: World, at: str) -> None:
    release = planned_release(planned.product)
    announce_all()
    with pytest.raises(Refused):
        asked(release, planned.brug, at)
    assert db.session.scalars(select(DateRequest)).all() == []


def test_nothing_is_asked_of_what_is_off_or_over(planned: World) -> None:
    release = planned_release(planned.product)
    with pytest.raises(Refused):
        asked(release, planned.brug, now=local("2027-02-08T06:00"))
    row = asked(release, planned.brug)
    assert waiting_date_requests(planned.product, local("2027-02-08T05:59")).rows == [row]
    assert waiting_date_requests(planned.product, local("2027-02-08T06:00")).rows == []
    cancel_release(release, MANAGER, NOW)
    assert waiting_date_requests(planned.product, NOW).rows == []
    with pytest.raises(Refused):
        asked(release, planned.peelrand)


def test_answering_needs_a_planner(planned: World) -> None:
    row = asked(planned_release(planned.product), planned.brug)
    with pytest.raises(NotAllowed):
        answer_request(row, Answer.NO, None, "nee", OPERATOR, NOW)


def test_date_after_the_next_version_is_neither_given_nor_taken(planned: World) -> None:
    release = planned_release(planned.product)
    row = asked(release, planned.brug, "2027-06-20T12:00")
    answer(row, Answer.OTHER, LATER, "Liever wat eerder")
    planned_release(planned.product, "2027.2", "2027-02-01T06:00", "2027-02-22T06:00")
    with force_locale("en"), pytest.raises(Refused) as refused:
        take_proposal(row, planned.brug.contacts[0], NOW)
    # Its customers have not been told of 2027.2.
    assert refused.value.message == "This date cannot be given any more. Ask us for another."
    take_back(row, planned.brug.contacts[0], NOW)
    again = asked(release, planned.brug, "2027-06-20T12:00")
    with pytest.raises(Refused):
        answer(again, Answer.YES, "2027-06-20T12:00")
    assert date_for(release, planned.brug, Change.PRODUCTION) == release.production_at


def test_date_that_a_customer_has_is_the_one_that_it_was_told(planned: World) -> None:
    """A move that is not announced yet shows in no refusal, and in no mail (SLA 3.3)."""
    release = planned_release(planned.product)
    announce_all()
    moved(release, production="2027-02-22T06:00")
    with force_locale("en"), pytest.raises(Refused) as refused:
        asked(release, planned.brug, "2027-02-08T06:00")
    assert refused.value.message == "This is the date that you have. Choose another."
    # That is the day to which it has moved, which the customer cannot know.
    row = asked(release, planned.brug, "2027-02-22T06:00")
    assert (row.told_date, row.instead_of) == (local("2027-02-08T06:00"), local("2027-02-22T06:00"))
    sent = len(queued_mails())
    answer(row, Answer.NO, words="Kan niet.")
    (mail,) = queued_mails()[sent:]
    assert mail.facts[3] == "ma 8 februari 2027, 06:00, tijd in Amsterdam (UTC+1)"
    # Told meanwhile, it is the new one that stays.
    again = asked(release, planned.brug, "2027-03-01T06:00")
    announce_all()
    sent = len(queued_mails())
    answer(again, Answer.NO, words="Kan niet.")
    (mail,) = queued_mails()[sent:]
    assert mail.facts[3] == "ma 22 februari 2027, 06:00, tijd in Amsterdam (UTC+1)"


@both_databases
def test_cancelled_release_closes_its_questions_and_the_cancellation_is_the_answer(planned: World) -> None:
    release = planned_release(planned.product)
    announce_all()
    opened, offered = asked(release, planned.brug), asked(release, planned.peelrand)
    answer(offered, Answer.OTHER, OTHER, "liever eerder")
    sent = len(messages())
    cancel_release(release, MANAGER, NOW)
    assert [row.state for row in (opened, offered)] == [RequestState.CLOSED] * 2
    assert [facts["answer"] for _actor, _tenant, facts in records("date_answered")][1:] == ["closed", "closed"]
    with force_locale("en"), pytest.raises(Conflict) as refused:
        answer(opened, Answer.NO, words="nee")
    assert refused.value.message == ("This update is off, so the question is closed. The cancellation is the answer.")
    assert len(messages()) == sent
    assert verify() == []
    # Until it is announced the customer finds its question as it was.
    rows = (opened, offered)
    assert [states_known(rows)[row.id] for row in rows] == [RequestState.OPEN, RequestState.PROPOSED]
    with pytest.raises(Conflict):
        asked(release, planned.brug, OTHER)
    with force_locale("en"), pytest.raises(Refused) as neutral:
        take_proposal(offered, planned.peelrand.contacts[0], NOW)
    assert neutral.value.message == "This date cannot be given any more. Ask us for another."
    take_back(offered, planned.peelrand.contacts[0], NOW)
    late = asked(release, planned.peelrand)
    assert (late.state, states_known([late])[late.id]) == (RequestState.CLOSED, RequestState.OPEN)
    announce_all()
    assert set(states_known([opened, late]).values()) == {RequestState.CLOSED}
    for row in (opened, late):
        with pytest.raises(Conflict):
            take_back(row, row.tenant.contacts[0], NOW)
    with pytest.raises(Refused):
        asked(release, planned.brug, OTHER)


def test_update_that_is_off_for_one_tenant_closes_its_question_alone(planned: World) -> None:
    early = local("2026-08-01T12:00")
    release = planned_release(planned.product, acceptance="2026-10-26T06:00", production="2026-11-16T06:00", now=early)
    for tenant in (planned.brug, planned.peelrand):
        give_own_date(release, tenant, Change.PRODUCTION, local(LATER), "Jaarwisseling", MANAGER, early)
    rows = [asked(release, tenant, "2027-03-08T06:00") for tenant in (planned.brug, planned.peelrand)]
    rollout = own_date(release, planned.brug, Change.PRODUCTION)
    assert rollout is not None
    call_off_own_date(rollout, MANAGER, NOW)
    assert [row.state for row in rows] == [RequestState.CLOSED, RequestState.OPEN]
