"""A second person lets notices leave: what was seen is what is sent, its words frozen in the same transaction."""

from datetime import datetime
from typing import NoReturn

from flask_babel import gettext as _

from announcements import on_record
from announcements.approvals import approval_of, plan_approved, why_not
from announcements.concerned import concerned
from announcements.fingerprint import Seen, seen_now
from announcements.models import Approval, Kind
from announcements.notice_desks import desk_of
from announcements.readers import Desk
from evidence.actors import Actor, May, require
from evidence.chain import append
from schedules.errors import ChangedMeanwhile
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Says
from sla.terms import Change
from storage import Conflict, Refused, db
from tenants.planners import wait_for_other_planners


def approve(
    change: Release | MaintenanceWindow, kind: Change, says: Says, by: Actor, now: datetime, *, seen: str
) -> Approval:
    """Let the notices of a change leave now, to the readers and in the words that ``by`` has seen.

    The next pass of the clock writes their mails (`announcements/services.py`): for 30,000 readers that takes seconds.
    ``seen`` is the fingerprint of the dry run. Raises ChangedMeanwhile where it is another one by now, Conflict where
    somebody else has approved it, Refused for whoever changed it last, where nobody asks, and where nothing is left to
    be told in time.
    """
    require(by, May.MANAGE)
    wait_for_other_planners(change.product_id)
    db.session.refresh(change, with_for_update={"key_share": True})
    db.session.refresh(change.product)
    _refuse_who_may_not(change, kind, says, by)
    # Its letters are written here: nobody changes a word any more.
    desk = desk_of(change, kind, says, now)
    found = seen_now(change, plan_approved(change, kind, says), desk, concerned(change, kind, says, now))
    _refuse_other(seen, found)
    approval = _approval(change, kind, says, by, now, desk, found)
    db.session.add(approval)
    db.session.flush()
    append([on_record.approved(approval, desk.letters.values())], now)
    db.session.commit()
    return approval


def _refuse_who_may_not(change: Release | MaintenanceWindow, kind: Change, says: Says, by: Actor) -> None:
    if not change.product.needs_approval:
        _refuse(_("This product asks for nobody's approval: its notices leave by themselves."))
    earlier = approval_of(change, kind, says)
    if earlier is not None:
        db.session.rollback()
        raise Conflict("approval", _("%(person)s has approved this already.", person=earlier.approved_by))
    problem = why_not(change, by)
    if problem:
        _refuse(problem)


def _refuse_other(seen: str, found: Seen) -> None:
    if not found.tenants:
        _refuse(
            _(
                "There is nothing left to approve: it was told, it is too late to tell it, or nobody can be told. "
                "What is missed stays missed."
            )
        )
    if found.fingerprint != seen:
        db.session.rollback()
        raise ChangedMeanwhile("seen", _("This has changed since you looked. Below is what would be sent now."))


def _refuse(message: str) -> NoReturn:
    db.session.rollback()
    raise Refused("approval", message)


def _approval(
    change: Release | MaintenanceWindow,
    kind: Change,
    says: Says,
    by: Actor,
    now: datetime,
    desk: Desk,
    found: Seen,
) -> Approval:
    of_release = isinstance(change, Release)
    return Approval(
        release_id=change.id if of_release else None,
        maintenance_id=None if of_release else change.id,
        kind=Kind(kind.value),
        says=says,
        plan_revision=change.revision,
        changed_by=change.last_changed_by,
        approved_by=by.name,
        approved_at=now,
        announcement_id=desk.announcement.id,
        fingerprint=found.fingerprint,
        tenants=found.tenants,
        recipients=found.readers,
    )
