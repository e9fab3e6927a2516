"""A tenant that joins after changed terms were announced and before they take effect hears of them too (SLA 6.1)."""

from datetime import datetime

from sqlalchemy import insert, select

from announcements import bulletins_on_record
from announcements.bulletin_mailing import desk_of, not_after
from announcements.models import Bulletin, BulletinKind, BulletinTenant
from announcements.readers import Told, contacts_of
from evidence.actors import THE_CLOCK
from evidence.chain import append
from storage import db
from tenants.models import Product, Tenant


def tell_joined(now: datetime) -> int:
    """Tell tenants that joined since of terms still to take effect. Returns the number of mails; one commit a bulletin.

    A contact that is appointed later is told as any other (`catching_up.py`). Where no tenant joined it costs one
    query. Terms for some tenants only are theirs.
    """
    waiting = db.session.scalars(
        select(Bulletin.id)
        .join(Product, Product.id == Bulletin.product_id)
        .where(
            Bulletin.kind == BulletinKind.TERMS,
            Bulletin.written_at.is_not(None),
            Bulletin.closed_at.is_(None),
            Bulletin.missed_at.is_(None),
            Bulletin.all_tenants,
            Bulletin.kept_revision != Product.plan_revision,
        )
        .order_by(Bulletin.id)
    ).all()
    db.session.rollback()
    return sum(_tell(number, now) for number in waiting)


def _tell(number: int, now: datetime) -> int:
    bulletin = db.session.scalars(
        select(Bulletin)
        .where(Bulletin.id == number)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    ).one_or_none()
    until = not_after(bulletin) if bulletin is not None else None
    if bulletin is None or until is None or until <= now:
        db.session.rollback()
        return 0
    # Read before the tenants: whoever joins after this raises it again.
    bulletin.kept_revision = db.session.scalars(
        select(Product.plan_revision).where(Product.id == bulletin.product_id)
    ).one()
    tenants = _joined_since(bulletin)
    if not tenants:
        db.session.commit()
        return 0
    rows = [{"bulletin_id": bulletin.id, "tenant_id": one, "joined_late": True} for one in tenants]
    db.session.execute(insert(BulletinTenant), rows)
    desk = desk_of(bulletin, now)
    readers = contacts_of(tenants)
    mails = desk.queue(dict.fromkeys(tenants, Told(not_after=until, joined_late=True)), readers, now)
    db.session.flush()
    by = THE_CLOCK.name
    append(bulletins_on_record.announced(bulletin, desk.announcement.id, tenants, readers, by, joined_late=True), now)
    db.session.commit()
    return mails


def _joined_since(bulletin: Bulletin) -> list[int]:
    addressed = select(BulletinTenant.tenant_id).where(BulletinTenant.bulletin_id == bulletin.id)
    joined = select(Tenant.id).where(Tenant.product_id == bulletin.product_id, Tenant.id.not_in(addressed))
    return list(db.session.scalars(joined.order_by(Tenant.id)))
