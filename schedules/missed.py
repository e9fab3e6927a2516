"""What a manager can do about a notice that was missed, beside moving the change: let it pass, openly (SLA 3.3)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import insert, select, update
from sqlalchemy.orm import joinedload

from evidence.actors import Actor, May, require
from evidence.chain import append
from schedules import on_record
from schedules.about import is_replaced
from schedules.errors import refuse
from schedules.models import Release, Waiver
from schedules.notices import Notice, NoticeState
from schedules.reasons import Reason
from schedules.reckoning import following
from sla.breaches import Breach
from sla.notice import NOTICE_RULES
from sla.terms import Change
from storage import Refused, db
from tenants.models import Tenant
from tenants.planners import wait_for_other_planners


def missed_notices(release: Release, kind: Change | None = None) -> Sequence[Notice]:
    """The notices of a release that were missed and hold their tenants back, by tenant's name."""
    query = (
        select(Notice)
        .join(Tenant)
        .where(Notice.release_id == release.id, Notice.state == NoticeState.MISSED, ~is_replaced())
        .order_by(Notice.kind, Tenant.name, Notice.id)
        .options(joinedload(Notice.tenant))
    )
    if kind is not None:
        query = query.where(Notice.kind == kind)
    return db.session.scalars(query).all()


def waive_missed(
    release: Release, kind: Change, reason: Reason, by: Actor, now: datetime, tenant: Tenant | None = None
) -> int:
    """Let the missed notices of an update pass, of one tenant or of all: they are told now, that it is late and why.

    Nothing is sent late by itself; this is the person's decision to do so. Returns how many tenants. Raises Refused
    without a reason, where the update has come, and where nothing was missed.
    """
    require(by, May.MANAGE)
    reason = reason.checked("reason")
    reason.must_be_whole("reason")
    if not reason:
        raise Refused("reason_nl", _("Say why. Your customers read it."))
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    ids = [
        notice.id
        for notice in missed_notices(release, kind)
        if notice.planned_at > now and (tenant is None or notice.tenant_id == tenant.id)
    ]
    columns = (*Notice.__table__.c,)
    rows = db.session.execute(
        select(*columns)
        .where(Notice.id.in_(ids), Notice.state == NoticeState.MISSED)
        .order_by(Notice.id)
        .with_for_update()
    ).all()
    if not rows or release.cancelled_at is not None:
        refuse("release", _("There is no missed notice of an update that still lies ahead."))
    waiver = Waiver.of(_breach(rows[0], kind), reason, by.name, now, tenant.id if tenant else None)
    release.waivers.append(waiver)
    # It is another announcement than the one that did not leave in time.
    release.revise(by.name, now)
    db.session.flush()
    db.session.execute(
        update(Notice), [{"id": row.id, "state": NoticeState.WAIVED, "waiver_id": waiver.id} for row in rows]
    )
    db.session.execute(insert(Notice), [_told_late(row, waiver, now) for row in rows])
    append(on_record.waived([waiver], by), now)
    db.session.commit()
    return len(rows)


def _breach(row: Any, kind: Change) -> Breach:
    return Breach(NOTICE_RULES[kind], row.clause, row.planned_at.isoformat(), row.period)


def _told_late(row: Any, waiver: Waiver, now: datetime) -> dict[str, Any]:
    """The duty to tell after all: at once, at the latest when the change takes place."""
    return following(row, now) | {
        "says": row.says,
        "state": NoticeState.PLANNED,
        "planned_at": row.planned_at,
        "ends_at": row.ends_at,
        "previous_at": row.previous_at,
        "previous_ends_at": row.previous_ends_at,
        "period": row.period,
        "clause": row.clause,
        "deadline_at": row.deadline_at,
        "lapses_at": row.planned_at,
        "waiver_id": waiver.id,
        "joined_late": False,
        "later_than_aimed": False,
    }
