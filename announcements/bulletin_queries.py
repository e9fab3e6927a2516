"""Reads of bulletins as the vendor sees them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Row, func, select

from announcements.bulletin_mailing import addressed
from announcements.models import (
    Announcement,
    Bulletin,
    BulletinCall,
    BulletinKind,
    BulletinTenant,
    CallState,
)
from announcements.reach import Reach, reach_of, reached
from outbox.models import MessageState, OutboxMessage
from storage import db
from storage.paging import Listed, listed, page_there_is, pages_of, year_of, years_between
from storage.sought import finds
from tenants.dialling import dial
from tenants.models import Contact, Product, Tenant

# Each tenant has its people to call, and this page is read on telephones.
PER_PAGE = 10
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


@dataclass(frozen=True)
class Called:
    """Somebody on the call list, with the number of now where the contact is still there."""

    call: BulletinCall
    name: str
    phone: str
    removed: bool

    @property
    def dial(self) -> str:
        return dial(self.phone)


@dataclass(frozen=True)
class TenantReach:
    """How far a bulletin has come at one tenant."""

    tenant: Tenant
    reached: bool
    joined_late: bool = False
    mails: list[OutboxMessage] = field(default_factory=list)
    calls: list[Called] = field(default_factory=list)

    @property
    def next_call(self) -> Called | None:
        """Whom to call now: who was not called yet, else who did not answer; None where somebody was reached."""
        if self.reached:
            return None
        for wanted in (CallState.TO_CALL, CallState.NO_ANSWER):
            for called in self.calls:
                if called.call.state is wanted and called.phone:
                    return called
        return None


@dataclass(frozen=True)
class ReachPage:
    rows: list[TenantReach]
    total: int
    page: int
    per_page: int = PER_PAGE

    @property
    def pages(self) -> int:
        return pages_of(self.total, PER_PAGE)


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


def reach_page(bulletin: Bulletin, page: int) -> ReachPage:
    """The tenants to which a bulletin went, those not reached first, by name; four queries."""
    total = (
        db.session.scalar(
            select(func.count()).select_from(BulletinTenant).where(BulletinTenant.bulletin_id == bulletin.id)
        )
        or 0
    )
    number = page_there_is(page, total, PER_PAGE)
    found = db.session.execute(
        select(Tenant, reached().label("reached"), BulletinTenant.joined_late)
        .select_from(BulletinTenant)
        .join(Bulletin, Bulletin.id == BulletinTenant.bulletin_id)
        .join(Tenant, Tenant.id == BulletinTenant.tenant_id)
        .where(BulletinTenant.bulletin_id == bulletin.id)
        .order_by("reached", Tenant.name)
        .limit(PER_PAGE)
        .offset((number - 1) * PER_PAGE)
    ).all()
    ids = [row.Tenant.id for row in found]
    mails, calls = _mails(bulletin, ids), _calls(bulletin, ids)
    rows = [
        TenantReach(tenant, bool(there), joined_late, mails[tenant.id], calls[tenant.id])
        for tenant, there, joined_late in found
    ]
    return ReachPage(rows, total, number)


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


def _mails(bulletin: Bulletin, tenant_ids: list[int]) -> dict[int, list[OutboxMessage]]:
    rows = db.session.scalars(
        select(OutboxMessage)
        .join(Announcement, Announcement.id == OutboxMessage.announcement_id)
        .where(
            Announcement.bulletin_id == bulletin.id,
            OutboxMessage.tenant_id.in_(tenant_ids),
            OutboxMessage.state != MessageState.CANCELLED,
        )
        .order_by(OutboxMessage.id)
    )
    found = defaultdict(list)
    for row in rows:
        found[row.tenant_id or 0].append(row)
    return found


def _calls(bulletin: Bulletin, tenant_ids: list[int]) -> dict[int, list[Called]]:
    rows = db.session.execute(
        select(BulletinCall, Contact)
        .outerjoin(Contact, Contact.id == BulletinCall.contact_id)
        .where(BulletinCall.bulletin_id == bulletin.id, BulletinCall.tenant_id.in_(tenant_ids))
        .order_by(BulletinCall.id)
    )
    found = defaultdict(list)
    for call, contact in rows:
        untouched = contact is not None and call.state is CallState.TO_CALL
        number = contact.phone if contact is not None and (untouched or contact.phone) else call.phone
        name = contact.name if contact is not None else call.name
        found[call.tenant_id].append(Called(call, name, number, contact is None and call.contact_id is not None))
    return found
