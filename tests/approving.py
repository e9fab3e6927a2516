"""What waits for a second person, as tests tell it."""

from datetime import datetime

from sqlalchemy import select

from announcements.approvals import plan_approved
from announcements.approving import approve
from announcements.concerned import concerned
from announcements.fingerprint import fingerprint
from announcements.models import Approval
from announcements.notice_desks import desk_shown
from announcements.services import announce_due
from evidence.actors import Actor, Role
from evidence.models import Entry
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Says
from sla.terms import Change
from storage import db
from tenants.contacts import ContactFacts, add_contact, remove_contact
from tenants.models import Product
from tests.planning import moved
from tests.world import MANAGER, World

OTHER = Actor("other@vendor.example", Role.MANAGER)


def asks_for_approval(product: Product, asks: bool = True) -> None:
    product.needs_approval = asks
    db.session.commit()


def print_of(change: Release | MaintenanceWindow, kind: Change, now: datetime, says: Says = Says.PLANNED) -> str:
    """What the page would hold of what it shows."""
    db.session.expire_all()
    plan = plan_approved(change, kind, says)
    return fingerprint(change, plan, desk_shown(change, kind, says, now), concerned(change, kind, says, now))


def approved(
    change: Release | MaintenanceWindow,
    kind: Change,
    now: datetime,
    says: Says = Says.PLANNED,
    *,
    by: Actor = MANAGER,
) -> Approval:
    """A manager looks and approves, and the clock puts the mails into the outbox."""
    seen = print_of(change, kind, now, says)
    db.session.rollback()
    approval = approve(change, kind, says, by, now, seen=seen)
    announce_due(now)
    return approval


def entries(kind: str) -> list[Entry]:
    return list(db.session.scalars(select(Entry).where(Entry.kind == kind).order_by(Entry.id)))


def new_contact(world: World, release: Release) -> None:
    add_contact(world.peelrand, ContactFacts("Noor", "noor@peelrand.example"), MANAGER)


def fewer_contacts(world: World, release: Release) -> None:
    remove_contact(world.brug.contacts[1], MANAGER)


def other_date(world: World, release: Release) -> None:
    moved(release, production="2027-02-15T06:00")
