"""A second person lets notices leave: what was seen is what is sent, frozen in the same transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import NoReturn

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, and_, select

from announcements import on_record
from announcements.approvals import approval_of, why_not
from announcements.concerned import concerned, contacts_concerned
from announcements.fingerprint import fingerprint
from announcements.models import Approval, Kind
from announcements.services import Frozen, about, desk_shown, freeze, has_contact
from evidence.actors import Actor, May, require
from evidence.chain import append
from schedules.errors import ChangedMeanwhile
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, NoticeState, Says
from sla.terms import Change
from storage import Conflict, Refused, db
from tenants.models import Contact
from tenants.services import wait_for_other_planners


def approve(
    change: Release | MaintenanceWindow, kind: Change, says: Says, by: Actor, now: datetime, *, seen: str
) -> Approval:
    """Let the notices of a change leave now, to the readers and in the words that ``by`` has seen.

    ``seen`` is the fingerprint of the dry run. Raises ChangedMeanwhile where it is another one by now, Conflict where
    somebody else has approved it, Refused for whoever changed it last, where nobody asks, and where nothing is left to
    be told in time.
    """
    require(by, May.MANAGE)
    wait_for_other_planners(change.product_id)
    db.session.refresh(change, with_for_update={"key_share": True})
    db.session.refresh(change.product)
    _refuse_who_may_not(change, kind, says, by)
    notices = _ours(change, kind, says, now)
    _refuse_other(seen, fingerprint(change, desk_shown(change, kind, says, now), concerned(change, kind, says, now)))
    frozen = freeze(change, kind, says, notices, now, by)
    # Once more, of what was written: somebody may have appointed a contact, or renamed a tenant, in between.
    _refuse_other(seen, fingerprint(change, frozen.desk, _announced(change, kind, says, now)))
    for notice in notices:
        # It was planned to leave later by itself.
        notice.announce_at = min(notice.announce_at, now)
    approval = _approval(change, kind, says, by, now, seen, frozen, notices)
    db.session.add(approval)
    db.session.flush()
    append([on_record.approved(approval, frozen.desk.letters.values()), *frozen.happenings], now)
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


def _ours(change: Release | MaintenanceWindow, kind: Change, says: Says, now: datetime) -> Sequence[Notice]:
    """The notices that leave, and their readers, so that neither changes until this is written."""
    in_time = concerned(change, kind, says, now)
    # First the contacts, then the notices, as whoever tells a new contact does; else each would wait for the other.
    db.session.execute(contacts_concerned(in_time).with_for_update(read=True, of=Contact))
    notices = db.session.scalars(
        select(Notice)
        .where(in_time, has_contact())
        .order_by(Notice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()
    if not notices:
        _refuse(
            _(
                "There is nothing left to approve: it was told, it is too late to tell it, or nobody can be told. "
                "What is missed stays missed."
            )
        )
    return notices


def _announced(change: Release | MaintenanceWindow, kind: Change, says: Says, now: datetime) -> ColumnElement[bool]:
    """The condition that a notice is one of those that have just been frozen."""
    just_now = (Notice.state == NoticeState.ANNOUNCED) & (Notice.announced_at == now)
    return and_(about(change), Notice.kind == kind, Notice.says == says, Notice.told_plan == change.revision, just_now)


def _refuse_other(seen: str, found: str) -> None:
    if found != seen:
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
    seen: str,
    frozen: Frozen,
    notices: Sequence[Notice],
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
        announcement_id=frozen.desk.announcement.id,
        fingerprint=seen,
        tenants=len(notices),
        recipients=frozen.mails,
    )
