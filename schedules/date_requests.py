"""A customer asks for another date of an update, and takes that back; both stay on record."""

from datetime import datetime
from hashlib import sha256
from typing import NoReturn

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, Role
from evidence.chain import Happening, Kind, append
from schedules.models import Release
from schedules.notices import Notice
from schedules.own_date_laying import Given, lay_own_dates
from schedules.queries import told_last
from schedules.rollouts import check_own_date, date_for
from schedules.wave_models import DateRequest, RequestState
from sla.terms import Change
from storage import AllAtOnce, Conflict, Refused, db
from tenants import checks
from tenants.models import Contact, Tenant
from tenants.services import wait_for_other_planners

LIVE_STATES = frozenset({RequestState.OPEN, RequestState.PROPOSED})


def ask_for_date(
    release: Release, contact: Contact, kind: Change, asked_for: datetime, reason: str, now: datetime
) -> DateRequest:
    """Ask, for a contact's tenant, for another date of an update. Whether it can be is the planner's to say.

    Raises Refused for a date that has passed or is the present one, and once the update has taken place; Conflict
    where the tenant has asked already and has no answer yet, whoever of its contacts did.
    """
    tenant = contact.tenant
    present = date_for(release, tenant, kind)
    with AllAtOnce() as each:
        reason = each(reason_to_ask, reason)
        if release.cancelled_at is not None or present <= now:
            each.add(Refused("asked_for", _("This update has taken place, or is off.")))
        elif asked_for <= now:
            each.add(Refused("asked_for", _("This moment has passed. Choose a later one.")))
        elif asked_for == present:
            each.add(Refused("asked_for", _("This is the date that you have. Choose another.")))
    row = DateRequest(
        release_id=release.id,
        tenant_id=tenant.id,
        kind=kind,
        asked_for=asked_for,
        instead_of=present,
        told_date=told_date(release, tenant, kind),
        reason=reason,
        asked_by=contact.email,
        contact_id=contact.id,
        asked_at=now,
    )
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Conflict(
            "asked_for", _("You have asked for a date already. Wait for the answer, or take it back.")
        ) from None
    append([asked(row, contact)], now)
    db.session.commit()
    return row


def reason_to_ask(typed: str) -> str:
    """Why another date is asked for. Raises Refused where that is not said."""
    return checks.line("reason", typed, most=300)


def told_date(release: Release, tenant: Tenant, kind: Change) -> datetime | None:
    """The date of an update that a tenant was told last, None where it was told none."""
    of_update = (Notice.release_id == release.id, Notice.tenant_id == tenant.id, Notice.kind == kind)
    return db.session.scalars(select(Notice.planned_at).where(*of_update, *told_last()).limit(1)).one_or_none()


def take_proposal(row: DateRequest, contact: Contact, now: datetime) -> None:
    """Take the date that a planner proposed instead: the tenant gets it as its own.

    Raises Conflict where there is no proposal any more, and as ``give_own_date`` does where it has become too late.
    """
    release = row.release
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    _held(row, RequestState.PROPOSED)
    if row.offered_at is None:
        raise LookupError(f"request {row.id} has no date")
    check_own_date(release, row.tenant, row.kind, row.offered_at, now)
    row.state, row.settled_by, row.settled_at = RequestState.GRANTED, contact.email, now
    given = Given(row.reason, row.answered_by)
    # It is the planner's date: the first of two people, where two must agree, is who proposed it.
    planner = Actor(row.answered_by, Role.PLANNER)
    happenings = lay_own_dates(release, row.kind, [row.tenant], row.offered_at, given, planner, now)
    append([*happenings, settled(row, contact, taken=True)], now)
    db.session.commit()


def take_back(row: DateRequest, contact: Contact, now: datetime) -> None:
    """Take a question back, or leave a proposal: the present date stays. Raises Conflict once it was settled."""
    _held(row, *LIVE_STATES)
    withdraw(row, contact, now)
    append([settled(row, contact, taken=False)], now)
    db.session.commit()


def withdraw(row: DateRequest, contact: Contact, now: datetime) -> None:
    """Mark a question as taken back, in the running transaction."""
    row.state, row.settled_by, row.settled_at = RequestState.WITHDRAWN, contact.email, now
    db.session.flush()


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
    """Hold a question for us alone to answer, in the running transaction. Raises Conflict where it is not open."""
    _held(row, RequestState.OPEN)


def _held(row: DateRequest, *states: RequestState) -> None:
    db.session.refresh(row, with_for_update=True)
    if row.state not in states:
        db.session.rollback()
        raise Conflict("", _("This was answered or taken back meanwhile. Look at it again."))


def _facts(row: DateRequest) -> dict[str, object]:
    return {"request": row.id, "release": row.release_id, "kind": row.kind.value}


def _hash(words: str) -> str:
    return sha256(words.encode()).hexdigest()


def _refuse(field: str, message: str) -> NoReturn:
    db.session.rollback()
    raise Refused(field, message)
