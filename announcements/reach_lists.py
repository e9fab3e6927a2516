"""Whom a bulletin has reached, tenant by tenant, and whom to call."""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from sqlalchemy import select

from announcements.models import Announcement, Bulletin, BulletinCall, BulletinTenant, CallState
from announcements.reach import reached
from outbox.models import MessageState, OutboxMessage
from storage import db
from storage.paging import Listed, listed_rows
from tenants.dialling import dial
from tenants.models import Contact, Tenant

# Each tenant has its people to call, and this page is read on telephones.
PER_PAGE = 10


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


def reach_page(bulletin: Bulletin, page: int) -> Listed:
    """The tenants to which a bulletin went, those not reached first, by name; four queries."""
    found = listed_rows(
        select(Tenant, reached().label("reached"), BulletinTenant.joined_late)
        .select_from(BulletinTenant)
        .join(Bulletin, Bulletin.id == BulletinTenant.bulletin_id)
        .join(Tenant, Tenant.id == BulletinTenant.tenant_id)
        .where(BulletinTenant.bulletin_id == bulletin.id)
        .order_by("reached", Tenant.name),
        page,
        per_page=PER_PAGE,
    )
    ids = [row.Tenant.id for row in found.rows]
    mails, calls = _mails(bulletin, ids), _calls(bulletin, ids)
    rows = [
        TenantReach(tenant, bool(there), joined_late, mails[tenant.id], calls[tenant.id])
        for tenant, there, joined_late in found.rows
    ]
    return replace(found, rows=rows)


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
