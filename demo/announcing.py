"""What the demonstration's vendor announced by hand: an incident that is over, and a newsletter to some."""

from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from announcements.bulletin_announcing import let_leave
from announcements.bulletin_mailing import write_mails
from announcements.models import Bulletin, BulletinCall, BulletinKind, CallState
from evidence.actors import Actor
from storage import db
from tenants.models import Contact, Product, Tenant

FOLDER = Path(__file__).parent / "inconto" / "announcements"
# Those whose people can sign in; a newsletter to all would bury the notices in the mailbox.
READERS = ("scholengroep-de-brug", "ziekenhuis-peelrand")
INCIDENT_AGO = timedelta(days=20)


def announced_by_hand(product: Product, by: Actor, now: datetime) -> None:
    """Write both in the running transaction, as its last statement. Only the newsletter is mailed."""
    tenants = list(
        db.session.scalars(
            select(Tenant).where(Tenant.product_id == product.id, Tenant.slug.in_(READERS)).order_by(Tenant.slug)
        )
    )
    morning = (now - INCIDENT_AGO).astimezone(product.zone).replace(hour=8, minute=50, second=0, microsecond=0)
    _incident_that_is_over(product, tenants, by, morning)
    newsletter = _bulletin(product, tenants, BulletinKind.NEWSLETTER, by, now)
    db.session.flush()
    let_leave(newsletter, by, now)
    write_mails(newsletter, now)


def _incident_that_is_over(product: Product, tenants: list[Tenant], by: Actor, then: datetime) -> None:
    """As history: it was told by telephone, and nothing is mailed for it."""
    incident = _bulletin(product, tenants, BulletinKind.URGENT, by, then)
    incident.announced_at, incident.written_at, incident.announced_by = then, then, by.name
    incident.closed_at, incident.closed_by = then + timedelta(minutes=35), by.name
    db.session.flush()
    contacts = select(Contact).where(Contact.tenant_id.in_([one.id for one in tenants]), Contact.slot == 1)
    for contact in db.session.scalars(contacts.order_by(Contact.id)):
        db.session.add(
            BulletinCall(
                bulletin_id=incident.id,
                tenant_id=contact.tenant_id,
                contact_id=contact.id,
                name=contact.name,
                phone=contact.phone,
                state=CallState.REACHED,
                called_by=by.name,
                called_at=then + timedelta(minutes=30),
            )
        )


def _bulletin(product: Product, tenants: list[Tenant], kind: BulletinKind, by: Actor, then: datetime) -> Bulletin:
    bulletin = Bulletin(
        product=product,
        kind=kind,
        all_tenants=False,
        tenants=tenants,
        written_by=by.name,
        created_at=then,
        revision=1,
    )
    for language in ("nl", "en"):
        # The first line is the subject.
        subject, _, text = (FOLDER / f"{kind.value}.{language}.md").read_text().partition("\n")
        setattr(bulletin, f"subject_{language}", subject.removeprefix("# "))
        setattr(bulletin, f"markdown_{language}", text.strip())
    db.session.add(bulletin)
    return bulletin
