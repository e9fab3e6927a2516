"""Tenants nobody can be told for: without a contact, or with contacts whose every mail came back."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from outbox.models import MessageState, OutboxMessage
from schedules.notices import Notice, NoticeState
from sla.terms import Change
from storage import db
from tenants.contacts import ContactFacts, add_contact
from tests.alarms.watching import alarms, mailed, watched
from tests.planning import messages, pass_of_the_clock, planned_release, the_notice
from tests.world import MANAGER, World, both_databases, make_tenant

SECOND = timedelta(seconds=1)
PLANNER = "planner@vendor.example"


def reached() -> list[tuple[str, list[str], bool]]:
    """Of each alarm about reach: the kind of change, the tenants named, and whether it is over."""
    return [
        (alarm.facts["kind"], alarm.facts["tenants"], alarm.over_at is not None)
        for alarm in alarms()
        if alarm.kind.value == "out_of_reach"
    ]


@both_databases
def test_tenant_without_a_contact_is_told_of_72_hours_ahead(planned: World) -> None:
    make_tenant(planned.product, "nobody", contacts=0)
    release = planned_release(planned.product)
    pass_of_the_clock(release.created_at)
    announce_at = the_notice(release, Change.ACCEPTANCE, planned.brug).announce_at
    watched(announce_at - timedelta(hours=72) - SECOND)
    assert reached() == []
    watched(announce_at - timedelta(hours=72))
    watched(announce_at)

    assert reached() == [("acceptance", ["Nobody"], False)]
    [alarm] = alarms()
    assert alarm.facts["page"] == "/planner/tenants/nobody"
    assert mailed(PLANNER) == ["Out of reach: 1 tenant cannot be told of release 2027.1 in acceptance"]


@both_databases
def test_reach_is_over_once_there_is_a_contact(planned: World) -> None:
    nobody = make_tenant(planned.product, "nobody", contacts=0)
    release = planned_release(planned.product)
    announce_at = the_notice(release, Change.ACCEPTANCE, planned.brug).announce_at
    watched(announce_at)
    add_contact(nobody, ContactFacts("An", "an@nobody.example"), MANAGER)
    watched(announce_at + SECOND)

    assert reached() == [("acceptance", ["Nobody"], True)]
    subject = "Out of reach: 1 tenant cannot be told of release 2027.1 in acceptance"
    assert mailed(PLANNER) == [subject, f"Over: {subject}"]


REFUSED = {"state": MessageState.FAILED, "reply": "550 5.1.1 No such user"}


@both_databases
@pytest.mark.parametrize(
    ("first", "second", "silent"),
    [
        (REFUSED, REFUSED, True),
        (REFUSED, {"state": MessageState.QUEUED}, False),
        (REFUSED, {"state": MessageState.SENT}, False),
        (REFUSED, {"state": MessageState.CANCELLED}, True),
        (REFUSED, {"state": MessageState.SENT, "bounced": True}, True),
        ({"state": MessageState.SENT}, {"state": MessageState.SENT}, False),
    ],
)
def test_tenant_is_out_of_reach_when_every_mail_came_back(
    planned: World, first: dict[str, object], second: dict[str, object], silent: bool
) -> None:
    release = planned_release(planned.product)
    at = the_notice(release, Change.ACCEPTANCE, planned.brug).announce_at
    pass_of_the_clock(at)
    for message, became in zip(messages(planned.brug), (first, second), strict=True):
        values = dict(became)
        if values.pop("bounced", None):
            values["bounced_at"] = at
        db.session.execute(update(OutboxMessage).where(OutboxMessage.id == message.id).values(**values))
    db.session.commit()
    watched(at + SECOND)

    assert reached() == ([("acceptance", ["Zorggroep De Brug"], False)] if silent else [])


def test_notice_that_was_given_needs_no_reach(planned: World) -> None:
    release = planned_release(planned.product)
    at = the_notice(release, Change.ACCEPTANCE, planned.brug).announce_at
    pass_of_the_clock(at)
    db.session.execute(update(OutboxMessage).values(**REFUSED))
    db.session.execute(update(Notice).values(state=NoticeState.GIVEN))
    db.session.commit()
    watched(at + SECOND)

    assert reached() == []


def test_tenants_without_a_contact_and_with_refused_ones_are_one_alarm(planned: World) -> None:
    release = planned_release(planned.product)
    db.session.delete(planned.peelrand.contacts[0])
    db.session.commit()
    at = the_notice(release, Change.ACCEPTANCE, planned.brug).announce_at
    pass_of_the_clock(at)
    db.session.execute(update(OutboxMessage).values(**REFUSED))
    db.session.commit()
    watched(at + SECOND)

    assert reached() == [("acceptance", ["Ziekenhuis Peelrand", "Zorggroep De Brug"], False)]
    assert mailed(PLANNER) == ["Out of reach: 2 tenants cannot be told of release 2027.1 in acceptance"]
