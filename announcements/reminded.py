"""Whom a reminder reaches, and how far ahead it says that it comes."""

from collections import defaultdict
from datetime import datetime, timedelta, tzinfo

from flask_babel import force_locale, ngettext
from sqlalchemy import case, func, select

from announcements.models import Announcement, Kind
from announcements.reminders import Reminder
from outbox.models import OutboxMessage
from schedules.about import about, about_occasion
from schedules.models import MaintenanceWindow, Release, Rollout
from schedules.notices import TOLD_STATES, Notice, NoticeState, Says
from schedules.occasions import Occasion
from storage import db
from tenants.models import LANGUAGES, Contact
from tenants.wording import days_until, period_in_words

# Whoever heard of it less than that before needs no reminder.
_FRESH = timedelta(days=1)


def told_before(occasion: Occasion, reminder: Reminder, tenant_id: int | None) -> dict[int, list[int]]:
    """The tenants that know this date for a day or more when their reminder comes, by the plan they were told.

    By that plan and not the present one: the other date of a release may move without a word about this one.
    """
    # An import mails nothing, and nothing follows on its heels; of a call there is the moment it was given alone.
    taken_over = Notice.state == NoticeState.TAKEN_OVER
    known_since = case((taken_over, Notice.created_at), else_=func.coalesce(Notice.announced_at, Notice.given_at))
    own_dates = select(Rollout.tenant_id).where(
        Rollout.release_id == occasion.release_id, Rollout.kind == occasion.kind
    )
    rows = db.session.execute(
        select(Notice.tenant_id, Notice.told_plan)
        .where(
            about_occasion(occasion),
            Notice.tenant_id.not_in(own_dates) if tenant_id is None else Notice.tenant_id == tenant_id,
            Notice.planned_at == occasion.planned_at,
            Notice.says != Says.CANCELLED,
            Notice.state.in_(TOLD_STATES),
            known_since <= reminder.at - _FRESH,
        )
        .order_by(Notice.tenant_id)
    )
    tenants = defaultdict(list)
    for tenant_id, told_plan in rows:
        tenants[told_plan or 1].append(tenant_id)
    return tenants


def told_of_late(
    change: Release | MaintenanceWindow, occasion: Occasion, plan_revision: int, reminder: Reminder
) -> set[int]:
    """The contacts that were appointed since, and heard of it less than a day before, or are about to."""
    lately = (
        select(OutboxMessage.contact_id)
        .join(Announcement, Announcement.id == OutboxMessage.announcement_id)
        .where(
            about(change, Announcement),
            Announcement.kind == Kind(occasion.kind.value),
            Announcement.plan_revision == plan_revision,
            OutboxMessage.created_at > reminder.at - _FRESH,
        )
    )
    waiting = select(Contact.id).where(Contact.caught_up_at.is_(None))
    return {one for one in db.session.scalars(lately.union_all(waiting)) if one is not None}


def ahead_in_words(planned_at: datetime, reminder: Reminder, now: datetime, zone: tzinfo) -> dict[str, dict[str, str]]:
    """How far ahead it is, by language: the period itself, or what is left of it where a worker was down."""
    words = {}
    left = planned_at - now
    for language in LANGUAGES:
        with force_locale(language):
            if now - reminder.at < timedelta(hours=1):
                ahead = period_in_words(str(reminder.period))
            elif left >= timedelta(days=2):
                ahead = period_in_words(f"P{days_until(planned_at, now, zone)}D")
            else:
                ahead = ngettext("%(num)d hour", "%(num)d hours", round(left / timedelta(hours=1)))
            words[language] = {"ahead": ahead}
    return words
