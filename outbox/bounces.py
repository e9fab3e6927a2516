"""What a report changes: a mail that came back is marked so, a doubtful one that arrived counts as sent."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

import structlog
from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from outbox import reports
from outbox.addresses import Unmailable, on_the_wire, returned
from outbox.models import MessageState, OutboxMessage
from outbox.report_models import Action, DeliveryReport, Effect
from outbox.reports import NoReport, Report
from outbox.statements import MOST_WORDS, Statement
from storage import db

# A worker sends it at this moment: how that ends is not known yet.
_HELD = frozenset({MessageState.CLAIMED, MessageState.COMMITTING})
# Of these a server may have taken an attempt, although we do not count them as sent.
_MAYBE_TAKEN = frozenset({MessageState.QUEUED, MessageState.EXPIRED})
_MOST_AT_ONCE = 200

log = structlog.get_logger()


@dataclass(frozen=True)
class Taken:
    """What became of a mail that came back: in one line, and whether a person should look at it."""

    words: str
    understood: bool = True


def take(mail: bytes, now: datetime, came_to: Sequence[str] = ()) -> Taken:
    """Read a mail that came back, note what it says, and act upon it where nobody holds its row; commits.

    ``came_to`` are addresses that the mail server names beside the mail. The same report twice changes nothing twice.
    Raises nothing but what the database raises.
    """
    try:
        report = reports.read(mail)
    except NoReport as reason:
        return Taken(f"nothing was changed: {reason}", understood=reason.harmless)
    message, by_verp = _row(report, came_to)
    if message is None:
        db.session.rollback()
        return Taken("nothing was changed: a report about a mail that is not ours, or forged", understood=False)
    statement = _about_the_reader(report, message, by_verp=by_verp)
    if statement is None:
        number = message.id
        db.session.rollback()
        if any(one.recipients & _journal() for one in report.statements):
            log.error("the journal's copy of a mail came back", message=number)
            return Taken(f"nothing was changed: it is the journal's copy of mail {number} that this is about")
        return Taken(f"nothing was changed: it names mail {number}, but not its reader", understood=False)
    return _noted(report, statement, message.id, now)


def act_upon_waiting(now: datetime) -> int:
    """Act upon reports whose row a worker held when they were read. Returns how many; one commit each."""
    waiting = db.session.scalars(
        select(DeliveryReport.id)
        .join(DeliveryReport.message)
        .where(DeliveryReport.effect.is_(None), OutboxMessage.state.not_in(_HELD))
        .order_by(DeliveryReport.id)
        .limit(_MOST_AT_ONCE)
    ).all()
    db.session.rollback()
    for number in waiting:
        report = db.session.get(DeliveryReport, number)
        if report is not None:
            _act(report, now)
        db.session.commit()
    return len(waiting)


def _noted(report: Report, statement: Statement, message_id: int, now: datetime) -> Taken:
    row = DeliveryReport(
        outbox_message_id=message_id,
        sha256=report.sha256,
        action=statement.action,
        status=statement.status,
        words=statement.words,
        arrived_at=report.arrived_at,
        read_at=now,
    )
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        db.session.rollback()
        return Taken(f"nothing was changed: this report about mail {message_id} was read before")
    effect = _act(row, now)
    db.session.commit()
    said = f"{statement.action.value} {statement.status}".strip()
    match effect:
        case Effect.BOUNCED:
            return Taken(f"mail {message_id} came back ({said})")
        case Effect.PROVED:
            return Taken(f"mail {message_id} was in doubt, and is proved to have been taken ({said})")
        case Effect.NOTED:
            return Taken(f"noted of mail {message_id}, nothing was changed ({said})")
    return Taken(f"noted of mail {message_id}, which is being sent at this moment ({said})")


def _act(report: DeliveryReport, now: datetime) -> Effect | None:
    """Change the row of a report, in the running transaction; None while a worker holds it."""
    message = db.session.scalars(
        select(OutboxMessage)
        .where(OutboxMessage.id == report.outbox_message_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if report.effect is not None or message.state in _HELD:
        return report.effect
    report.effect = Effect.NOTED
    doubtful = message.state is MessageState.UNCERTAIN or (message.state in _MAYBE_TAKEN and message.attempts > 0)
    if doubtful and report.action is not Action.DELAYED:
        # Whoever reports on it has had it: no other knows its Message-ID or its return path.
        at = min(max(report.arrived_at or now, message.created_at), now)
        prove(message, at, f"delivery report {report.sha256[:16]}: {report.action.value} {report.status}".strip())
        report.effect = Effect.PROVED
    if report.action is Action.FAILED and message.state is MessageState.SENT and message.bounced_at is None:
        message.bounced_at, message.bounce = now, f"{report.status} {report.words}".strip()[:MOST_WORDS]
        report.effect = Effect.BOUNCED
    return report.effect


def prove(message: OutboxMessage, at: datetime, proof: str) -> None:
    """Count a doubtful row as sent, in the running transaction: a server took it at the moment ``at``."""
    message.state, message.sent_at, message.proof = MessageState.SENT, at, proof
    message.owner = message.lease_until = message.settled_at = None


def _row(report: Report, came_to: Sequence[str]) -> tuple[OutboxMessage | None, bool]:
    """The row that a report is about, and whether it was found by the address that the report came to."""
    for address in [*came_to, *report.came_to]:
        message = returned(address)
        if message is not None:
            return message, True
    if not report.message_ids:
        return None, False
    found = db.session.scalars(
        select(OutboxMessage).where(OutboxMessage.message_id.in_(report.message_ids)).order_by(OutboxMessage.id)
    ).first()
    return found, False


def _about_the_reader(report: Report, message: OutboxMessage, *, by_verp: bool) -> Statement | None:
    """What a report says of the row's reader; None where it is about somebody else.

    A return path proves enough for a reader's mail that was forwarded, and failed at an address we do not know.
    """
    names = _names(message)
    for statement in report.statements:
        if statement.recipients & names:
            return statement
    if by_verp and report.standard:
        return next((one for one in report.statements if not one.recipients & _journal()), None)
    return None


def _names(message: OutboxMessage) -> set[str]:
    names = {message.address.lower()}
    with suppress(Unmailable):
        names.add(on_the_wire(message.address).lower())
    return names


def _journal() -> set[str]:
    journal = current_app.config.get("MAIL_JOURNAL")
    return {journal.lower()} if journal else set()
