"""What a second person has approved, what still waits for one, and why somebody may not be that person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from accounts.tokens import person_behind
from announcements.models import Announcement, Approval, Kind
from evidence.actors import COMMAND_LINE, THE_CLOCK, Actor, May
from schedules.about import about
from schedules.duty_groups import DutyGroup
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, Says
from sla.terms import Change
from storage import db

NO_PERSONS = frozenset({THE_CLOCK.name, COMMAND_LINE.name})


@dataclass(frozen=True)
class Waiting:
    """Notices that wait for a second person; ``why_not`` says why it cannot be the one who asks, empty where it can."""

    duty: DutyGroup
    why_not: str


def approval_of(change: Release | MaintenanceWindow, kind: Change, says: Says) -> Approval | None:
    """The approval of one thing to be told of a plan as it stands now, None where it was not given."""
    return db.session.scalars(
        select(Approval)
        .where(
            about(change, Approval),
            Approval.kind == Kind(kind.value),
            Approval.says == says,
            Approval.plan_revision >= plan_approved(change, kind, says),
        )
        .order_by(Approval.plan_revision.desc())
        .limit(1)
    ).one_or_none()


def plan_approved(change: Release | MaintenanceWindow, kind: Change, says: Says) -> int:
    """The revision of a plan from which an approval stands.

    A customer that chooses its own date asks for the telling of a moved production, and for nothing else: what was
    approved, or is being read, for everybody else is as it was.
    """
    if isinstance(change, Release) and (kind, says) != (Change.PRODUCTION, Says.MOVED):
        return change.revision - change.choices
    return change.revision


def waiting_approval(change: Release | MaintenanceWindow, kind: Change, says: Says) -> Approval | None:
    """The same, locked, where its mails are still to be put into the outbox; None where there is none of these."""
    approval = approval_of(change, kind, says)
    if approval is None or approval.written_at is not None:
        return None
    db.session.refresh(approval, with_for_update=True)
    return approval if approval.written_at is None else None


def approved_to_write(now: datetime) -> list[tuple[int | None, int | None, Change, Says]]:
    """What was approved and is still to be put into the outbox: its release or window, the kind and what it says.

    Approvals of a plan that has changed since come to nothing. Commits.
    """
    found = db.session.scalars(select(Approval).where(Approval.written_at.is_(None)).order_by(Approval.id)).all()
    waiting = []
    for one in found:
        change = one.release or one.maintenance
        kind = Change(one.kind.value)
        if change is not None and one.plan_revision >= plan_approved(change, kind, one.says):
            waiting.append((one.release_id, one.maintenance_id, kind, one.says))
        else:
            one.written_at = now
    db.session.commit()
    return waiting


def approvals_of(change: Release | MaintenanceWindow) -> Sequence[Approval]:
    """Everything that was ever approved about a plan, the latest first."""
    return db.session.scalars(select(Approval).where(about(change, Approval)).order_by(Approval.id.desc())).all()


def approved_now(approvals: Iterable[Approval], change: Release | MaintenanceWindow) -> set[tuple[str, Says]]:
    """What of a plan as it stands now has been approved, by kind and what it says."""
    return {
        (one.kind.value, one.says)
        for one in approvals
        if one.plan_revision >= plan_approved(change, Change(one.kind.value), one.says)
    }


def may_leave(change: Release | MaintenanceWindow, kind: Change, says: Says) -> bool:
    """Whether notices may leave by themselves: the product asks for nobody, or a second person has approved them."""
    return not change.product.needs_approval or approval_of(change, kind, says) is not None


def was_approved(notice: Notice, change: Release | MaintenanceWindow) -> bool:
    """Whether the words of a notice may be mailed to a further reader: nobody need see them first, or somebody has."""
    if not change.product.needs_approval:
        return True
    found = select(Approval.id).where(
        about(change, Approval),
        Approval.kind == Kind(notice.kind.value),
        Approval.says == notice.says,
        Approval.plan_revision == notice.told_plan,
    )
    # One that a server took before the product began to ask was told without anybody.
    mailed = select(Announcement.id).where(
        about(change, Announcement),
        Announcement.kind == Kind(notice.kind.value),
        Announcement.says == notice.says,
        Announcement.plan_revision == notice.told_plan,
    )
    return db.session.scalar(found.union_all(mailed).limit(1)) is not None


def waiting(duties: Iterable[DutyGroup], by: Actor) -> list[Waiting]:
    """Which of these open duties of one product wait for approval, in the same order; one query."""
    asked = [duty for duty in duties if duty.change.product.needs_approval]
    if not asked:
        return []
    releases = [duty.change.id for duty in asked if isinstance(duty.change, Release)]
    windows = [duty.change.id for duty in asked if isinstance(duty.change, MaintenanceWindow)]
    columns = (Approval.release_id, Approval.maintenance_id, Approval.kind, Approval.says, Approval.plan_revision)
    rows = db.session.execute(
        select(*columns).where(Approval.release_id.in_(releases) | Approval.maintenance_id.in_(windows))
    )
    approved: dict[tuple[int | None, int | None, str, Says], int] = {}
    for release_id, window_id, kind, says, plan in rows:
        key = (release_id, window_id, kind.value, says)
        approved[key] = max(plan, approved.get(key, 0))
    return [
        Waiting(duty, why_not(duty.change, by))
        for duty in asked
        if approved.get(_key(duty), 0) < plan_approved(duty.change, duty.kind, duty.says)
    ]


def why_not(change: Release | MaintenanceWindow, by: Actor) -> str:
    """Why a person may not approve what is told of a plan, in words; empty where it may."""
    if not by.may(May.MANAGE) or by.name in NO_PERSONS:
        return _("A manager approves it.")
    if person_behind(change.last_changed_by) == by.name:
        return _("You made the last change to it, so somebody else has to approve it.")
    return ""


def _key(duty: DutyGroup) -> tuple[int | None, int | None, str, Says]:
    of_release = isinstance(duty.change, Release)
    return (
        duty.change.id if of_release else None,
        None if of_release else duty.change.id,
        duty.kind.value,
        duty.says,
    )
