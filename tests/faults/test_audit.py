"""The audit finds what it is there for: each violation is seeded once, and found by name."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, text, update

from evidence.chain import Happening, Kind, append, head
from outbox.models import MessageState, OutboxMessage
from schedules.models import Release
from storage import db
from tests.faults.audit import Audit, audit, in_flight, rows
from tests.faults.ledger import Acceptance, Ledger
from tests.outbox.rows import DEADLINE, queue
from tests.planning import planned_release
from tests.world import NOW, World

EMPTY = Ledger([], Counter(), Counter(), 0, 0)


def accepted(*keys: str) -> Ledger:
    """A ledger in which these were taken in time, each as often as it is named."""
    return replace(EMPTY, accepted=[Acceptance(key, ("reader@brug.example",), NOW, "") for key in keys])


def change(message_id: int, **values: object) -> str:
    db.session.execute(update(OutboxMessage).where(OutboxMessage.id == message_id).values(**values))
    db.session.commit()
    return next(key for key, row in rows().items() if row.id == message_id)


def sent(message_id: int) -> str:
    return change(message_id, state=MessageState.SENT, sent_at=NOW, reply="250 Ok")


def kinds(found: Audit) -> set[str]:
    """The kinds of violation that were found."""
    return {name for name, value in vars(found).items() if isinstance(value, list) and value}


def test_audit_of_a_good_run_finds_nothing(app: Flask) -> None:
    one, two = queue(2)
    before = rows()
    key = sent(one)
    change(two, state=MessageState.FAILED, reply="550 5.1.1 No such user")
    found = audit(before, accepted(key), NOW)
    assert (found.violations, found.repeated, found.accepted, found.mails) == ([], 0, 1, 2)


def test_audit_finds_a_row_that_is_gone(app: Flask) -> None:
    (one,) = queue()
    before = rows()
    db.session.execute(delete(OutboxMessage).where(OutboxMessage.id == one))
    db.session.commit()
    assert kinds(audit(before, EMPTY, NOW)) == {"lost"}


@pytest.mark.parametrize(
    "values",
    [
        {"state": MessageState.FAILED},
        {"state": MessageState.EXPIRED},
        {"state": MessageState.CANCELLED},
        {"state": MessageState.CLAIMED, "lease_until": NOW + timedelta(days=14)},
        {"state": MessageState.COMMITTING, "lease_until": None},
        {"state": MessageState.QUEUED, "next_attempt_at": DEADLINE + timedelta(seconds=1)},
    ],
)
def test_audit_finds_a_mail_that_is_lost(app: Flask, values: dict[str, object]) -> None:
    (one,) = queue()
    before = rows()
    change(one, **values)
    assert kinds(audit(before, EMPTY, NOW)) == {"lost"}


@pytest.mark.parametrize("state", [MessageState.QUEUED, MessageState.UNCERTAIN])
def test_audit_lets_wait_what_waits_in_time(app: Flask, state: MessageState) -> None:
    (one,) = queue()
    change(one, state=state)
    assert audit(rows(), EMPTY, NOW).violations == []


def test_audit_finds_a_mail_taken_twice_unless_it_was_in_doubt(app: Flask) -> None:
    (one,) = queue()
    before = rows()
    key = sent(one)
    twice = accepted(key, key)
    assert kinds(audit(before, twice, NOW)) == {"repeated_beyond"}
    found = audit(before, twice, NOW, doubtful=Counter([key]))
    assert (found.violations, found.repeated, found.in_doubt) == ([], 1, 1)
    assert audit(before, replace(twice, unanswered=Counter([key])), NOW).violations == []
    assert kinds(audit(before, accepted(key, key, key), NOW, doubtful=Counter([key]))) == {"repeated_beyond"}
    assert kinds(audit(before, twice, NOW, doubtful=Counter([key]), journal=True)) == {"repeated_beyond"}


def test_audit_finds_what_was_marked_sent_and_never_taken(app: Flask) -> None:
    (one,) = queue()
    before = rows()
    sent(one)
    assert kinds(audit(before, EMPTY, NOW)) == {"unproven"}


def test_audit_finds_what_was_sent_late_unless_a_person_did(app: Flask) -> None:
    (one,) = queue()
    before = rows()
    key = sent(one)
    late = replace(EMPTY, accepted=[Acceptance(key, (), DEADLINE + timedelta(seconds=1), "")])
    assert kinds(audit(before, late, NOW)) == {"late"}
    assert audit(before, late, NOW, late_by_a_person=[key]).violations == []
    in_time = replace(EMPTY, accepted=[Acceptance(key, (), DEADLINE, "")])
    assert audit(before, in_time, NOW).violations == []


def test_audit_finds_a_fourth_contact_and_a_fifth_release(app: Flask, planned: World) -> None:
    for number in range(1, 5):
        planned_release(planned.product, f"2029.{number}", f"2029-0{number}-01T06:00", f"2029-0{number}-22T06:00")
    assert audit({}, EMPTY, NOW).violations == []
    # What the constraints of the database refuse, were they not there.
    for table in ("contact", "release"):
        db.session.execute(text("PRAGMA ignore_check_constraints=ON"))
        columns = [row[1] for row in db.session.execute(text(f"PRAGMA table_info({table})")) if row[1] != "id"]
        other = {"slot": "slot + 10", "email": "'x' || email", "version": "'x' || version", "year": "2029"}
        chosen = ", ".join(other.get(name, f'"{name}"') for name in columns)
        names = ", ".join(f'"{name}"' for name in columns)
        # Three times over, as every tenant has a contact or two.
        for _number in range(2 if table == "contact" else 1):
            where = "WHERE slot = (SELECT max(slot) FROM contact)" if table == "contact" else "WHERE slot = 4"
            db.session.execute(text(f"INSERT INTO {table} ({names}) SELECT {chosen} FROM {table} {where}"))  # noqa: S608
    db.session.commit()
    found = audit({}, EMPTY, NOW)
    assert found.limits == ["tenant 1 has 4 contacts", "product 1 has 5 releases in 2029"]
    assert db.session.query(Release).count() == 5


def test_audit_finds_a_broken_chain_and_one_that_was_cut(app: Flask) -> None:
    append([Happening(Kind.GIVEN, "clock", 1, {}), Happening(Kind.GIVEN, "clock", 1, {})], NOW)
    db.session.commit()
    end = head()
    assert audit({}, EMPTY, NOW, head=end).violations == []
    db.session.execute(text("DROP TRIGGER evidence_entry_not_removed"))
    db.session.execute(text("DELETE FROM evidence_entry WHERE id = 2"))
    db.session.commit()
    assert audit({}, EMPTY, NOW).violations == []
    assert kinds(audit({}, EMPTY, NOW, head=end)) == {"chain"}


def test_in_flight_is_what_is_at_the_final_dot(app: Flask) -> None:
    one, two = queue(2)
    key = change(one, state=MessageState.COMMITTING)
    change(two, state=MessageState.CLAIMED)
    assert in_flight() == Counter([key])
