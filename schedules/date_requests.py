"""A customer asks for another date of an update, and takes that back; both stay on record.

Nothing that it is answered here tells of a date that it has not been told.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NoReturn

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select, text
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, Role
from evidence.chain import Happening, Kind, append
from schedules.known_dates import known_date, states_known, told_date
from schedules.models import Release
from schedules.own_date_laying import Given, lay_own_dates
from schedules.rollouts import check_own_date, date_for
from schedules.wave_models import LIVE, DateRequest, RequestState
from sla.terms import Change
from storage import AllAtOnce, Conflict, Refused, db
from tenants import checks
from tenants.models import Contact, Tenant
from tenants.planners import wait_for_other_planners

LIVE_STATES = frozenset({RequestState.OPEN, RequestState.PROPOSED})


def ask_for_date(
    release: Release, contact: Contact, kind: Change, asked_for: datetime, reason: str, now: datetime
) -> DateRequest:
    """Ask, for a contact's tenant, for another date of an update. Whether it can be is the planner's to say.

    Raises Refused for a date that has passed or is the one that the tenant knows, and once the update has taken place;
    Conflict where the tenant has asked already and has no answer yet, whoever of its contacts did. Where the update is
    off and the tenant does not know yet, the question is closed at once and the cancellation answers it.
    """
    tenant = contact.tenant
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    present, told = date_for(release, tenant, kind), told_date(release, tenant, kind)
    is_off = release.cancelled_at is not None
    try:
        with AllAtOnce() as each:
            reason = each(reason_to_ask, reason)
            if present <= now or (is_off and told is None):
                each.add(Refused("asked_for", _("This update has taken place, or is off.")))
            elif asked_for <= now:
                each.add(Refused("asked_for", _("This moment has passed. Choose a later one.")))
            elif asked_for == known_date(release, tenant, kind, now):
                each.add(Refused("asked_for", _("This is the date that you have. Choose another.")))
    except Refused:
        db.session.rollback()
        raise
    if LIVE_STATES & set(states_known(_closed_of(release, tenant, kind)).values()):
        _asked_already()
    row = DateRequest(
        release_id=release.id,
        tenant_id=tenant.id,
        kind=kind,
        asked_for=asked_for,
        instead_of=present,
        told_date=told,
        reason=reason,
        asked_by=contact.email,
        contact_id=contact.id,
        asked_at=now,
    )
    if is_off:
        _close(row, release.cancelled_by or "", now)
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError:
        _asked_already()
    append([asked(row, contact)], now)
    db.session.commit()
    return row


def reason_to_ask(typed: str) -> str:
    """Why another date is asked for. Raises Refused where that is not said."""
    return checks.line("reason", typed, most=300)


def take_proposal(row: DateRequest, contact: Contact, now: datetime) -> None:
    """Take the date that a planner proposed instead: the tenant gets it as its own.

    Raises Conflict where there is no proposal any more, BreaksSLA where it has become too late, and Refused where it
    cannot be for a reason that may be the vendor's alone.
    """
    release = row.release
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    db.session.refresh(row, with_for_update=True)
    if states_known([row])[row.id] is RequestState.CLOSED or row.state not in {
        RequestState.PROPOSED,
        RequestState.CLOSED,
    }:
        _settled_meanwhile()
    if row.offered_at is None:
        raise LookupError(f"request {row.id} has no date")
    try:
        check_own_date(release, row.tenant, row.kind, row.offered_at, now)
    except Refused:
        # What stands in the way may be a plan that was not announced yet.
        raise Refused("", _("This date cannot be given any more. Ask us for another.")) from None
    row.state, row.settled_by, row.settled_at = RequestState.GRANTED, contact.email, now
    given = Given(row.reason, row.answered_by)
    # It is the planner's date: the first of two people, where two must agree, is who proposed it.
    planner = Actor(row.answered_by, Role.PLANNER)
    happenings = lay_own_dates(release, row.kind, [row.tenant], row.offered_at, given, planner, now)
    append([*happenings, settled(row, contact, taken=True)], now)
    db.session.commit()


def take_back(row: DateRequest, contact: Contact, now: datetime) -> None:
    """Take a question back, or leave a proposal: the present date stays. Raises Conflict once it was settled."""
    db.session.refresh(row, with_for_update=True)
    if states_known([row])[row.id] not in LIVE_STATES:
        _settled_meanwhile()
    withdraw(row, contact, now)
    append([settled(row, contact, taken=False)], now)
    db.session.commit()


def withdraw(row: DateRequest, contact: Contact, now: datetime) -> None:
    """Mark a question as taken back, in the running transaction."""
    row.state, row.settled_by, row.settled_at = RequestState.WITHDRAWN, contact.email, now
    db.session.flush()


def close_requests(release: Release, by: Actor, now: datetime, *only: ColumnElement[bool]) -> list[Happening]:
    """Close, in the running transaction, the questions about an update that is off; returns what is to go on record.

    Nobody is mailed for it: whoever was told of the update hears that it is off.
    """
    live = select(DateRequest).where(DateRequest.release_id == release.id, text(LIVE), *only)
    rows = db.session.scalars(live.order_by(DateRequest.id).with_for_update()).all()
    for row in rows:
        _close(row, by.name, now)
    db.session.flush()
    return [answered(row, by) for row in rows]


def asked(row: DateRequest, contact: Contact) -> Happening:
    """That a customer asked: for which date, and of its reason the hash."""
    facts = _facts(row) | {"asked_for": row.asked_for.isoformat(), "reason_sha256": _hash(row.reason)}
    return Happening(Kind.DATE_ASKED, name_on_record(contact), row.tenant_id, facts)


def settled(row: DateRequest, contact: Contact, *, taken: bool) -> Happening:
    """That the customer took the date that was proposed, or took its question back."""
    facts = _facts(row) | {"taken": taken}
    return Happening(Kind.DATE_SETTLED, name_on_record(contact), row.tenant_id, facts)


def answered(row: DateRequest, by: Actor) -> Happening:
    """That a planner answered: what, with which date, and of the words the hash."""
    facts = _facts(row) | {"answer": row.state.value, "answer_sha256": _hash(row.answer)}
    facts["offered_at"] = row.offered_at.isoformat() if row.offered_at else None
    return Happening(Kind.DATE_ANSWERED, by.name, row.tenant_id, facts)


def name_on_record(contact: Contact) -> str:
    """What the evidence calls a contact: by its number, for its address must be erasable."""
    return f"contact {contact.id}"


def hold_open(row: DateRequest) -> None:
    """Hold a question for us alone to answer, in the running transaction. Raises as ``check_open`` does."""
    db.session.refresh(row, with_for_update=True)
    check_open(row)


def check_open(row: DateRequest) -> None:
    """Raise Conflict, the transaction given up, where a question is not open any more."""
    if row.state is RequestState.CLOSED:
        db.session.rollback()
        raise Conflict("", _("This update is off, so the question is closed. The cancellation is the answer."))
    if row.state is not RequestState.OPEN:
        _settled_meanwhile()


def _closed_of(release: Release, tenant: Tenant, kind: Change) -> Sequence[DateRequest]:
    return db.session.scalars(
        select(DateRequest).where(
            DateRequest.release_id == release.id,
            DateRequest.tenant_id == tenant.id,
            DateRequest.kind == kind,
            DateRequest.state == RequestState.CLOSED,
        )
    ).all()


def _close(row: DateRequest, by_name: str, now: datetime) -> None:
    row.state, row.answered_by, row.answered_at = RequestState.CLOSED, by_name, now


def _settled_meanwhile() -> NoReturn:
    db.session.rollback()
    raise Conflict("", _("This was answered or taken back meanwhile. Look at it again."))


def _asked_already() -> NoReturn:
    db.session.rollback()
    raise Conflict("asked_for", _("You have asked for a date already. Wait for the answer, or take it back.")) from None


def _facts(row: DateRequest) -> dict[str, object]:
    return {"request": row.id, "release": row.release_id, "kind": row.kind.value}


def _hash(words: str) -> str:
    return sha256(words.encode()).hexdigest()
