"""How many people hear of a duty, and at how many tenants there is nobody."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select

from schedules.models import MaintenanceWindow
from schedules.notices import OPEN_STATES, Notice
from schedules.queries import DutyGroup
from storage import db
from tenants.models import Contact, Product, Tenant


@dataclass(frozen=True)
class DutyPeople:
    contacts: int = 0
    without_contact: int = 0


def duty_people(product: Product, duties: Collection[DutyGroup]) -> dict[DutyGroup, DutyPeople]:
    """Count the contacts of the tenants whom open duties concern; one query, none where there is no duty."""
    if not duties:
        return {}
    releases = [one.change.id for one in duties if not isinstance(one.change, MaintenanceWindow)]
    windows = [one.change.id for one in duties if isinstance(one.change, MaintenanceWindow)]
    contacts = (
        select(Contact.tenant_id, func.count().label("number"))
        .join(Tenant)
        .where(Tenant.product_id == product.id)
        .group_by(Contact.tenant_id)
        .subquery()
    )
    columns = (Notice.release_id, Notice.maintenance_id, Notice.kind, Notice.says)
    rows = db.session.execute(
        select(*columns, func.coalesce(func.sum(contacts.c.number), 0), func.count() - func.count(contacts.c.number))
        .select_from(Notice)
        .join(Tenant)
        .outerjoin(contacts, contacts.c.tenant_id == Notice.tenant_id)
        .where(
            Tenant.product_id == product.id,
            Notice.state.in_(OPEN_STATES),
            Notice.release_id.in_(releases) | Notice.maintenance_id.in_(windows),
        )
        .group_by(*columns)
    ).all()
    counted = {tuple(row[:4]): DutyPeople(int(row[4]), int(row[5])) for row in rows}
    return {duty: counted[_key(duty)] for duty in duties if _key(duty) in counted}


def _key(duty: DutyGroup) -> tuple[object, ...]:
    of_window = isinstance(duty.change, MaintenanceWindow)
    ids = (None, duty.change.id) if of_window else (duty.change.id, None)
    return (*ids, duty.kind, duty.says)
