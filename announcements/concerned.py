"""Who would be told now: open notices that are still in time, their tenants, and the contacts who read them."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, or_, select

from announcements.services import has_contact
from schedules.about import about
from schedules.models import MaintenanceWindow, Release
from schedules.notices import OPEN_STATES, Notice, Says
from sla.terms import Change
from storage import db
from storage.paging import Listed, listed_rows
from storage.sought import finds, sought_words
from tenants.models import Contact, Tenant

PER_PAGE = 50
MOST_NAMES = 5


@dataclass(frozen=True)
class Reach:
    """How far it goes: tenants and contacts, by when the first and the last of them must be told, who is the first.

    ``told`` counts the tenants that have a contact, ``lapsed`` those for whom it is too late, ``exceptions`` those
    who read why it comes later than promised.
    """

    tenants: int
    told: int
    languages: dict[str, int]
    lapsed: int
    exceptions: int
    announce_at: datetime | None
    first_deadline: datetime | None
    last_deadline: datetime | None
    lapses_at: datetime | None
    strictest: list[str]
    strictest_number: int

    @property
    def contacts(self) -> int:
        return sum(self.languages.values())


def concerned(change: Release | MaintenanceWindow, kind: Change, says: Says, now: datetime) -> ColumnElement[bool]:
    """The condition that a notice is one of those that would be given now."""
    return and_(_open(change, kind, says), Notice.lapses_at >= now)


def contacts_to_let_hear(change: Release | MaintenanceWindow, now: datetime) -> dict[Change, int]:
    """How many contacts are mailed if somebody lets the notices of each kind leave ahead of their time; one query.

    Without the kinds of which nobody would be: all is told, or leaves by itself now, or the rest have no contact.
    """
    ahead = Notice.announced_at.is_(None) & (Notice.announce_at > now) & (Notice.lapses_at >= now)
    rows = db.session.execute(
        select(Notice.kind, func.count(Contact.id).label("contacts"))
        .join(Contact, Contact.tenant_id == Notice.tenant_id)
        .where(about(change), Notice.state.in_(OPEN_STATES), ahead)
        .group_by(Notice.kind)
    )
    return {row.kind: row.contacts for row in rows}


def reach(change: Release | MaintenanceWindow, kind: Change, says: Says, now: datetime) -> Reach:
    """Count whom notices would reach now; four queries."""
    in_time = concerned(change, kind, says, now)
    counted = db.session.execute(
        select(
            func.count().label("tenants"),
            func.count().filter(has_contact()).label("told"),
            func.count().filter(or_(Notice.waiver_id.is_not(None), Notice.joined_late)).label("exceptions"),
            func.min(Notice.announce_at).label("announce_at"),
            func.min(Notice.deadline_at).label("first_deadline"),
            func.max(Notice.deadline_at).label("last_deadline"),
            func.min(Notice.lapses_at).label("lapses_at"),
        ).where(in_time)
    ).one()
    lapsed = db.session.scalar(
        select(func.count()).where(_open(change, kind, says), Notice.lapses_at < now).select_from(Notice)
    )
    languages = db.session.execute(
        select(Contact.locale, func.count())
        .join(Notice, Notice.tenant_id == Contact.tenant_id)
        .where(in_time)
        .group_by(Contact.locale)
    ).all()
    first = db.session.execute(
        select(Tenant.name, func.count().over())
        .join(Notice)
        .where(in_time, Notice.deadline_at == counted.first_deadline)
        .order_by(Tenant.name)
        .limit(MOST_NAMES)
    ).all()
    return Reach(
        **counted._asdict(),
        languages={row[0]: row[1] for row in languages},
        lapsed=lapsed or 0,
        strictest=[name for name, _number in first],
        strictest_number=first[0][1] if first else 0,
    )


def recipients(
    change: Release | MaintenanceWindow, kind: Change, says: Says, now: datetime, page: int, words: str = ""
) -> Listed:
    """Return a page of those who would get the mail, by tenant; filtered by words of names and addresses.

    Its rows are a contact, its tenant and the tenant's deadline.
    """
    query = (
        select(
            Contact.id,
            Contact.name,
            Contact.email,
            Contact.locale,
            Tenant.name.label("tenant_name"),
            Tenant.slug.label("tenant_slug"),
            Notice.deadline_at,
            or_(Notice.waiver_id.is_not(None), Notice.joined_late).label("exception"),
        )
        .join(Tenant, Tenant.id == Contact.tenant_id)
        .join(Notice, Notice.tenant_id == Tenant.id)
        .where(concerned(change, kind, says, now))
    )
    if words:
        # Each word of either: "jansen brug" is Jansen of De Brug.
        query = query.where(*(finds(Tenant, [word]) | finds(Contact, [word]) for word in sought_words(words)))
    return listed_rows(query.order_by(Tenant.name, Contact.id), page)


def _open(change: Release | MaintenanceWindow, kind: Change, says: Says) -> ColumnElement[bool]:
    # What was announced and is due again came back: a person calls, or corrects the address.
    never_left = Notice.state.in_(OPEN_STATES) & Notice.announced_at.is_(None)
    return and_(about(change), Notice.kind == kind, Notice.says == says, never_left)
