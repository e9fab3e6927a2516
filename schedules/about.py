"""Of which change a row speaks: a notice, an announcement, an approval."""

from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import aliased

from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice
from schedules.occasions import Occasion
from storage import db


def about(change: Release | MaintenanceWindow, rows: Any = Notice) -> ColumnElement[bool]:
    """The condition that a row speaks of this change."""
    column = rows.release_id if isinstance(change, Release) else rows.maintenance_id
    of_change: ColumnElement[bool] = column == change.id
    return of_change


def about_occasion(occasion: Occasion) -> ColumnElement[bool]:
    """The condition that a notice speaks of this occasion."""
    if occasion.release_id is not None:
        return (Notice.release_id == occasion.release_id) & (Notice.kind == occasion.kind)
    return Notice.maintenance_id == occasion.maintenance_id


def same_change(rows: Any, others: Any = Notice) -> ColumnElement[bool]:
    """The condition that two rows speak of the same change, whichever it is."""
    same: ColumnElement[bool] = (rows.release_id == others.release_id) | (rows.maintenance_id == others.maintenance_id)
    return same


def newer(later: Any) -> ColumnElement[bool]:
    """The condition that a notice is of the same change to the same tenant as ``Notice``, and was made later."""
    return and_(
        later.tenant_id == Notice.tenant_id,
        same_change(later),
        later.kind == Notice.kind,
        later.revision > Notice.revision,
    )


def is_replaced() -> ColumnElement[bool]:
    """The condition that a later duty stands in a notice's place: the change has moved, or somebody has decided."""
    later = aliased(Notice)
    return select(later.id).where(newer(later)).correlate(Notice).exists()


def change_of(release_id: int | None, maintenance_id: int | None) -> Release | MaintenanceWindow:
    """The release or the window that a notice is about."""
    change = db.session.get(Release, release_id) if release_id else db.session.get(MaintenanceWindow, maintenance_id)
    if change is None:
        raise LookupError(f"release {release_id}, maintenance {maintenance_id}")
    return change
