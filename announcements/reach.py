"""Who has been reached by a bulletin, by mail or by telephone (SLA 4.1), and what follows from it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import aliased

from announcements import bulletins_on_record
from announcements.models import Announcement, Bulletin, BulletinCall, BulletinKind, BulletinTenant, CallState
from evidence.actors import THE_CLOCK, Actor
from evidence.chain import append
from outbox.models import MessageState, OutboxMessage
from storage import db

# A mail that comes back does so within days.
LOOKS_BACK = timedelta(days=7)


@dataclass(frozen=True)
class Reach:
    """To how many tenants a bulletin went, and how many of them have been reached."""

    tenants: int = 0
    reached: int = 0

    @property
    def unreached(self) -> int:
        return self.tenants - self.reached


def reached() -> ColumnElement[bool]:
    """Whether the tenant of a row of ``Bulletin`` joined with ``BulletinTenant`` has been reached.

    A mail to it was taken by a real server and did not come back, or somebody there was spoken to; a later word about
    the same matter counts for the earlier ones.
    """
    word = aliased(Bulletin)
    same_matter = (word.id == Bulletin.id) | (
        (word.follows_id == func.coalesce(Bulletin.follows_id, Bulletin.id)) & (word.id > Bulletin.id)
    )
    mailed = exists().where(
        OutboxMessage.tenant_id == BulletinTenant.tenant_id,
        OutboxMessage.state == MessageState.SENT,
        OutboxMessage.trial.is_(False),
        OutboxMessage.bounced_at.is_(None),
        Announcement.id == OutboxMessage.announcement_id,
        Announcement.bulletin_id == word.id,
        same_matter,
    )
    called = exists().where(
        BulletinCall.tenant_id == BulletinTenant.tenant_id,
        BulletinCall.state == CallState.REACHED,
        BulletinCall.bulletin_id == word.id,
        same_matter,
    )
    return mailed | called


def reach_of(bulletin_ids: Collection[int]) -> dict[int, Reach]:
    """How far each of these bulletins has come, in one query; none for a draft."""
    rows = db.session.execute(
        select(Bulletin.id, func.count(), func.count().filter(reached()))
        .join(BulletinTenant, BulletinTenant.bulletin_id == Bulletin.id)
        .where(Bulletin.id.in_(bulletin_ids), Bulletin.announced_at.is_not(None))
        .group_by(Bulletin.id)
    )
    return {number: Reach(tenants, there) for number, tenants, there in rows}


def close_reached(now: datetime) -> int:
    """Close the urgent bulletins that have reached every tenant, and open again what came back after all.

    Returns how many changed; commits one by one.
    """
    urgent = Bulletin.kind == BulletinKind.URGENT, Bulletin.written_at.is_not(None)
    found = db.session.scalars(
        select(Bulletin.id)
        .where(*urgent, Bulletin.closed_at.is_(None) | (Bulletin.closed_at > now - LOOKS_BACK))
        .order_by(Bulletin.id)
    ).all()
    reach = reach_of(found) if found else {}
    closed = set(db.session.scalars(select(Bulletin.id).where(Bulletin.id.in_(found), Bulletin.closed_at.is_not(None))))
    db.session.rollback()
    # Only where something is to change is a row held, for this is asked every few seconds.
    wanted = [number for number in found if (reach.get(number, Reach()).unreached == 0) != (number in closed)]
    changed = 0
    for number in wanted:
        bulletin = db.session.get(Bulletin, number, with_for_update=True, populate_existing=True)
        changed += bulletin is not None and settle_reach(bulletin, THE_CLOCK, now)
        db.session.commit()
    return changed


def settle_reach(bulletin: Bulletin, by: Actor, now: datetime) -> bool:
    """Close an urgent bulletin, or open it again, by whom it has reached; tell whether that changed it.

    In the running transaction, as its last statement, and only with the bulletin's row held.
    """
    reach = reach_of([bulletin.id]).get(bulletin.id, Reach())
    if bulletin.written_at is None or (reach.unreached == 0) == (bulletin.closed_at is not None):
        return False
    if bulletin.closed_at is None:
        bulletin.closed_at, bulletin.closed_by = now, by.name
        happening = bulletins_on_record.closed(bulletin, reach.tenants, by)
    else:
        bulletin.closed_at, bulletin.closed_by = None, ""
        happening = bulletins_on_record.opened_again(bulletin, reach.unreached)
    db.session.flush()
    append([happening], now)
    return True


def miss_terms(now: datetime) -> int:
    """Mark changed terms whose day has come before everybody was told (SLA 6.1). Returns how many; commits."""
    waiting = db.session.scalars(
        select(Bulletin)
        .where(Bulletin.kind == BulletinKind.TERMS, Bulletin.missed_at.is_(None), Bulletin.dropped_at.is_(None))
        # No zone is a day ahead of UTC; the moment itself is reckoned below.
        .where(Bulletin.effective_on <= (now + timedelta(days=1)).date(), Bulletin.closed_at.is_(None))
        .order_by(Bulletin.id)
        .with_for_update(skip_locked=True)
    ).all()
    come = [one for one in waiting if one.effective_at is not None and one.effective_at <= now]
    if not come:
        db.session.rollback()
        return 0
    reach = reach_of([one.id for one in come])
    happenings = []
    for bulletin in come:
        unreached = reach[bulletin.id].unreached if bulletin.id in reach else None
        if unreached == 0:
            bulletin.closed_at, bulletin.closed_by = now, THE_CLOCK.name
        else:
            bulletin.missed_at = now
            happenings.append(bulletins_on_record.missed(bulletin, unreached or 0))
    db.session.flush()
    if happenings:
        append(happenings, now)
    db.session.commit()
    return len(happenings)
