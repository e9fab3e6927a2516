"""One short text that stands for all that would be sent: the readers, the letters and the dates."""

from functools import reduce
from hashlib import sha256
from operator import add
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Text, cast, func, select

from announcements.on_record import letter_hash
from announcements.readers import Desk
from announcements.sentences import OF_PRODUCTION
from announcements.services import has_contact
from schedules.losing_support import losing_support
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice
from storage import db
from tenants.models import Contact, Environment, Tenant

# Everything in a mail that is its reader's own comes from these.
_OF_A_READER: tuple[Any, ...] = (Contact.id, Contact.tenant_id, Contact.email, Contact.name, Contact.locale)
_OF_A_TENANT: tuple[Any, ...] = (
    Tenant.id,
    Tenant.name,
    Tenant.slug,
    Tenant.timezone,
    Notice.id,
    Notice.planned_at,
    Notice.ends_at,
    Notice.previous_at,
    Notice.previous_ends_at,
    Notice.period,
    Notice.waiver_id,
    Notice.joined_late,
    Notice.lapses_at,
)
# No text that a person can type holds it.
_BETWEEN = "\x1f"


class Seen(NamedTuple):
    """What stands for all that would be sent, and to how many readers of how many tenants."""

    fingerprint: str
    readers: int
    tenants: int


def fingerprint(change: Release | MaintenanceWindow, plan: int, desk: Desk, notices: ColumnElement[bool]) -> str:
    """Return the SHA-256, in hexadecimal, of what ``desk`` sends of a plan for these notices.

    It is another one as soon as a reader, a word or a date is. A constant number of queries.
    """
    return seen_now(change, plan, desk, notices).fingerprint


def seen_now(change: Release | MaintenanceWindow, plan: int, desk: Desk, notices: ColumnElement[bool]) -> Seen:
    """The same, counted."""
    product = change.product
    seen = sha256(f"{plan}{_BETWEEN}{product.timezone}{_BETWEEN}{product.update_minutes}".encode())
    for language in sorted(desk.letters):
        seen.update(letter_hash(desk.letters[language]).encode())
    readers = select(_line(_OF_A_READER)).join(Notice, Notice.tenant_id == Contact.tenant_id).order_by(Contact.id)
    # Without the tenants that have no contact: nothing is sent to them.
    told = select(_line(_OF_A_TENANT)).join(Notice, Notice.tenant_id == Tenant.id).where(has_contact())
    # Beside those, a sentence for whoever runs a version that loses full support.
    if desk.release is not None and desk.announcement.kind in OF_PRODUCTION:
        losing = losing_support(desk.release, Environment.tenant_id.in_(select(Notice.tenant_id).where(notices)))
        seen.update(repr(losing).encode())
    numbers = []
    for rows in (readers, told.order_by(Tenant.id)):
        lines = rows.where(notices).subquery()
        # Joined by the database as well, in the order of the subquery: tens of thousands of rows need not travel.
        whole, number = db.session.execute(select(func.aggregate_strings(lines.c[0], "\n"), func.count())).one()
        seen.update((whole or "").encode())
        numbers.append(number)
    return Seen(seen.hexdigest(), *numbers)


def _line(columns: tuple[Any, ...]) -> Any:
    """One text a row, made by the database: of ten thousand tenants everything else would cost the page its time."""
    told: list[Any] = [func.coalesce(cast(column, Text), "") for column in columns]
    return reduce(add, (part for one in told for part in (one, _BETWEEN)))
