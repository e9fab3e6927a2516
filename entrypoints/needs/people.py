"""How many people hear of a duty, and at how many tenants there is nobody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import case, func, select

from schedules.duty_groups import DutyGroup
from schedules.models import MaintenanceWindow
from schedules.notices import OPEN_STATES, Notice
from storage import db
from tenants.audiences import Audience
from tenants.models import Contact
from tenants.wording import contacts_in_words, tenants_in_words


@dataclass(frozen=True)
class DutyPeople:
    contacts: int = 0
    without_contact: int = 0
    # By when the first of those without a contact must be told.
    until: datetime | None = None


def whom(contacts: int, tenants: int) -> str:
    """To how many people it goes."""
    return _("%(contacts)s of %(tenants)s", contacts=contacts_in_words(contacts), tenants=tenants_in_words(tenants))


def all_contacts(everybody: Audience) -> str:
    """To how many people goes what is for all."""
    return whom(everybody.contacts, everybody.reached)


def duty_people(duties: Collection[DutyGroup]) -> dict[DutyGroup, DutyPeople]:
    """Count the contacts of the tenants whom open duties concern; one query, none where there is no duty."""
    if not duties:
        return {}
    releases = [one.change.id for one in duties if not isinstance(one.change, MaintenanceWindow)]
    windows = [one.change.id for one in duties if isinstance(one.change, MaintenanceWindow)]
    # Looked up for each notice by an index: joined with a count of all contacts, PostgreSQL takes a minute where it has
    # not counted the rows yet.
    number = select(func.count()).where(Contact.tenant_id == Notice.tenant_id).scalar_subquery()
    columns = (Notice.release_id, Notice.maintenance_id, Notice.kind, Notice.says)
    concerned = (
        select(*columns, Notice.deadline_at, number.label("number"))
        .where(Notice.state.in_(OPEN_STATES), Notice.release_id.in_(releases) | Notice.maintenance_id.in_(windows))
        .subquery()
    )
    keys = (concerned.c.release_id, concerned.c.maintenance_id, concerned.c.kind, concerned.c.says)
    nobody = concerned.c.number == 0
    numbers = (
        func.sum(concerned.c.number),
        func.count().filter(nobody),
        func.min(case((nobody, concerned.c.deadline_at))),
    )
    rows = db.session.execute(select(*keys, *numbers).group_by(*keys)).all()
    counted = {tuple(row[:4]): DutyPeople(int(row[4]), int(row[5]), row[6]) for row in rows}
    return {duty: counted[_key(duty)] for duty in duties if _key(duty) in counted}


def _key(duty: DutyGroup) -> tuple[object, ...]:
    of_window = isinstance(duty.change, MaintenanceWindow)
    ids = (None, duty.change.id) if of_window else (duty.change.id, None)
    return (*ids, duty.kind, duty.says)
