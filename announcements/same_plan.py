"""Which announcement told a notice."""

from sqlalchemy import ColumnElement, String, and_, cast

from announcements.models import Announcement
from schedules.about import same_change
from schedules.notices import Notice


def same_plan() -> ColumnElement[bool]:
    """The condition that a notice was told by an announcement: of the same state of the same plan."""
    return and_(
        same_change(Announcement),
        Notice.says == Announcement.says,
        Notice.told_plan == Announcement.plan_revision,
        cast(Notice.kind, String) == cast(Announcement.kind, String),
    )
