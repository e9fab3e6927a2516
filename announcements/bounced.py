"""Contacts whose mail came back: nobody silences them, a person calls them or corrects the address."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, tuple_
from sqlalchemy.orm import aliased

from outbox.models import MessageState, OutboxMessage
from storage import db
from tenants.models import Contact, Product, Tenant

_REMEMBERED = timedelta(days=30)
_MOST_MAILS = 500
_MOST = 20


@dataclass(frozen=True)
class CameBack:
    """A contact that mail does not reach: how often and when last, what the report said, and who got it instead."""

    tenant: Tenant
    contact: Contact
    mails: int
    bounced_at: datetime
    words: str
    reached: list[str]


def came_back(product: Product, now: datetime) -> list[CameBack]:
    """The contacts of a product whose mail came back within thirty days, the latest first, at most twenty.

    One whose address was corrected since is left out. Two queries.
    """
    rows = db.session.execute(
        select(OutboxMessage, Contact, Tenant)
        .join(Contact, (Contact.id == OutboxMessage.contact_id) & (Contact.email == OutboxMessage.address))
        .join(Tenant, Tenant.id == Contact.tenant_id)
        .where(Tenant.product_id == product.id, OutboxMessage.bounced_at >= now - _REMEMBERED)
        .order_by(OutboxMessage.bounced_at.desc(), OutboxMessage.id.desc())
        .limit(_MOST_MAILS)
    ).all()
    by_contact = defaultdict(list)
    for row in rows:
        by_contact[row.Contact.id].append(row)
    latest = [of_contact[0] for of_contact in by_contact.values()][:_MOST]
    reached = _reached({(row.OutboxMessage.announcement_id, row.Tenant.id) for row in latest})
    return [
        CameBack(
            tenant=row.Tenant,
            contact=row.Contact,
            mails=len(by_contact[row.Contact.id]),
            bounced_at=row.OutboxMessage.bounced_at,
            words=row.OutboxMessage.bounce,
            reached=reached[row.OutboxMessage.announcement_id, row.Tenant.id],
        )
        for row in latest
    ]


@dataclass(frozen=True)
class Refusal:
    """The last mail to a contact did not arrive: since when that is known, and what the mail server said."""

    at: datetime
    words: str


def refusals_of(tenant: Tenant) -> dict[int, Refusal]:
    """The contacts of a tenant, by their number, whose last mail to the present address did not arrive. One query."""
    later = aliased(OutboxMessage)
    last = ~(
        select(later.id)
        .where(
            later.tenant_id == tenant.id,
            later.contact_id == OutboxMessage.contact_id,
            later.address == OutboxMessage.address,
            later.id > OutboxMessage.id,
            later.state.in_([MessageState.SENT, MessageState.FAILED]),
        )
        .exists()
    )
    rows = db.session.scalars(
        select(OutboxMessage)
        .join(Contact, (Contact.id == OutboxMessage.contact_id) & (Contact.email == OutboxMessage.address))
        .where(
            OutboxMessage.tenant_id == tenant.id,
            (OutboxMessage.state == MessageState.FAILED) | OutboxMessage.bounced_at.is_not(None),
            last,
        )
    )
    return {
        row.contact_id: Refusal(row.bounced_at or row.sent_at or row.created_at, row.bounce or row.reply)
        for row in rows
        if row.contact_id is not None
    }


def _reached(pairs: set[tuple[int | None, int]]) -> dict[tuple[int | None, int | None], list[str]]:
    """Who of these tenants got these announcements, by name."""
    rows = db.session.execute(
        select(OutboxMessage.announcement_id, OutboxMessage.tenant_id, OutboxMessage.name)
        .where(
            tuple_(OutboxMessage.announcement_id, OutboxMessage.tenant_id).in_(list(pairs)),
            OutboxMessage.state == MessageState.SENT,
            OutboxMessage.trial.is_(False),
            OutboxMessage.bounced_at.is_(None),
        )
        .order_by(OutboxMessage.id)
    )
    names = defaultdict(list)
    for announcement_id, tenant_id, name in rows:
        names[announcement_id, tenant_id].append(name)
    return names
