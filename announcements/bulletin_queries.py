"""Reads of bulletins as the vendor sees them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, func, select

from announcements.bulletin_mailing import addressed
from announcements.models import Bulletin, BulletinKind
from announcements.reach import Reach, reach_of
from storage import db
from storage.paging import Listed, listed, year_of, years_between
from storage.sought import finds
from tenants.models import Contact, Product, Tenant

_MOST_NAMES = 20
_STATES = {
    "draft": Bulletin.announced_at.is_(None) & Bulletin.dropped_at.is_(None),
    "announced": Bulletin.announced_at.is_not(None),
    "dropped": Bulletin.dropped_at.is_not(None),
}


@dataclass(frozen=True)
class BulletinAudience:
    """To how many a draft would go, with at most twenty names of those who want none and of tenants without contact."""

    reached: int
    contacts: int
    unsubscribed: Sequence[Row[str, str]]
    number_unsubscribed: int
    unreachable: list[Tenant]
    number_unreachable: int


def bulletins_page(
    product: Product,
    page: int,
    *,
    kind: BulletinKind | None = None,
    state: str = "",
    year: int | None = None,
    words: Sequence[str] = (),
) -> Listed:
    """A page of a product's bulletins, drafts first and then the newest.

    ``state`` is "draft", "announced" or "dropped"; ``year`` the one in which they were announced.
    """
    query = select(Bulletin).where(Bulletin.product_id == product.id, finds(Bulletin, words))
    if kind is not None:
        query = query.where(Bulletin.kind == kind)
    if state in _STATES:
        query = query.where(_STATES[state])
    if year is not None:
        first, after = year_of(year, product.zone)
        query = query.where(Bulletin.announced_at >= first, Bulletin.announced_at < after)
    ordered = query.order_by(
        _STATES["draft"].desc(),
        func.coalesce(Bulletin.announced_at, Bulletin.dropped_at, Bulletin.created_at).desc(),
        Bulletin.id.desc(),
    )
    return listed(ordered, page)


def bulletin_years(product: Product) -> list[int]:
    """The years from that of the first announced bulletin to that of the last, the latest first."""
    first, last = db.session.execute(
        select(func.min(Bulletin.announced_at), func.max(Bulletin.announced_at)).where(
            Bulletin.product_id == product.id
        )
    ).one()
    return years_between(first, last, product.zone)


def audience_of(bulletin: Bulletin) -> BulletinAudience:
    """Count to whom a draft would go, in few queries however many there are."""
    tenants = addressed(bulletin)
    wants_none = Contact.unsubscribed_at.is_not(None) & (bulletin.kind == BulletinKind.NEWSLETTER)
    contacts, reached, unsubscribed = db.session.execute(
        select(
            func.count().filter(~wants_none),
            func.count(Contact.tenant_id.distinct()).filter(~wants_none),
            func.count().filter(wants_none),
        ).where(Contact.tenant_id.in_(tenants))
    ).one()
    names = db.session.execute(
        select(Contact.name, Tenant.name)
        .join(Tenant)
        .where(Contact.tenant_id.in_(tenants), wants_none)
        .order_by(Tenant.name, Contact.name)
        .limit(_MOST_NAMES)
    ).all()
    nobody = Tenant.id.in_(tenants) & ~select(Contact.id).where(Contact.tenant_id == Tenant.id).exists()
    unreachable = db.session.scalars(select(Tenant).where(nobody).order_by(Tenant.name).limit(_MOST_NAMES)).all()
    return BulletinAudience(
        reached=reached,
        contacts=contacts,
        unsubscribed=names,
        number_unsubscribed=unsubscribed,
        unreachable=list(unreachable),
        number_unreachable=db.session.scalar(select(func.count()).select_from(Tenant).where(nobody)) or 0,
    )


def later_words(bulletin: Bulletin) -> list[Bulletin]:
    """All that was written about the same matter, drafts too, the first one first; it alone where there is no other."""
    root = bulletin.follows_id or bulletin.id
    return list(
        db.session.scalars(
            select(Bulletin)
            .where((Bulletin.id == root) | (Bulletin.follows_id == root), Bulletin.dropped_at.is_(None))
            .order_by(Bulletin.id)
        )
    )


def open_urgent() -> list[tuple[Bulletin, Reach]]:
    """Urgent bulletins, of whichever product, that have not reached every tenant; the oldest first."""
    rows = db.session.scalars(
        select(Bulletin)
        .where(Bulletin.kind == BulletinKind.URGENT, Bulletin.announced_at.is_not(None), Bulletin.closed_at.is_(None))
        .order_by(Bulletin.announced_at, Bulletin.id)
    ).all()
    reach = reach_of([one.id for one in rows]) if rows else {}
    return [(one, reach.get(one.id, Reach())) for one in rows]


def terms_owed(product: Product, now: datetime, remembered: timedelta) -> list[tuple[Bulletin, Reach | None]]:
    """The duty to tell of changed terms before their day (SLA 6.1), as far as it is open or was missed: nearest first.

    With each how far it has come, None for a draft. What was missed longer ago than ``remembered`` shows in the list of
    all bulletins only.
    """
    rows = db.session.scalars(
        select(Bulletin)
        .where(
            Bulletin.product_id == product.id,
            Bulletin.kind == BulletinKind.TERMS,
            Bulletin.dropped_at.is_(None),
            Bulletin.closed_at.is_(None),
            Bulletin.missed_at.is_(None) | (Bulletin.missed_at > now - remembered),
        )
        .order_by(Bulletin.effective_on, Bulletin.id)
    ).all()
    reach = reach_of([one.id for one in rows]) if rows else {}
    owed = [(one, reach.get(one.id)) for one in rows]
    return [(one, far) for one, far in owed if one.missed_at or far is None or far.unreached]
