"""Tenants that nobody can be told for: without a contact, or with contacts whose every mail came back."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, or_, select, tuple_

from alarms.causes import Cause
from alarms.deadlines import OF_A_DUTY, Duty, cause
from alarms.models import AlarmKind
from announcements.models import Announcement
from announcements.same_plan import same_plan
from outbox.models import MessageState, OutboxMessage
from outbox.refusals import refused_pairs
from schedules.notices import OPEN_STATES, Notice, NoticeState
from storage import db
from tenants.models import Contact, Tenant

AHEAD = timedelta(hours=72)
# Of mails older than this the notices have been given or missed.
REMEMBERED = timedelta(days=92)


def out_of_reach(now: datetime) -> Iterator[Cause]:
    """Yield the duties that are due, or are within 72 hours, while some of their tenants cannot be told by mail."""
    numbers: dict[Duty, int] = defaultdict(int)
    silent: dict[Duty, list[int]] = defaultdict(list)
    for row in db.session.execute(
        select(*OF_A_DUTY, func.count().label("tenants")).where(_without_contact(now)).group_by(*OF_A_DUTY)
    ):
        numbers[Duty.of(row)] += row.tenants
    for row in _all_came_back(now):
        numbers[Duty.of(row)] += 1
        silent[Duty.of(row)].append(row.tenant_id)
    for duty, number in numbers.items():
        names = (
            select(Tenant.name)
            .join(Notice)
            .where(duty.rows, or_(_without_contact(now), Notice.tenant_id.in_(silent[duty])))
            .distinct()
        )
        yield cause(AlarmKind.OUT_OF_REACH, duty, number, names)


def _without_contact(now: datetime) -> ColumnElement[bool]:
    nobody = ~exists().where(Contact.tenant_id == Notice.tenant_id)
    return Notice.state.in_(OPEN_STATES) & (Notice.announce_at <= now + AHEAD) & nobody


def _all_came_back(now: datetime) -> list[Any]:
    """The notices under way of which every mail was refused for good or came back."""
    pairs = refused_pairs(now - REMEMBERED)
    if not pairs:
        return []
    of_pair = tuple_(OutboxMessage.announcement_id, OutboxMessage.tenant_id)
    may_arrive = OutboxMessage.state.not_in([MessageState.FAILED, MessageState.EXPIRED, MessageState.CANCELLED])
    hopeful = {
        tuple(row)
        for row in db.session.execute(
            select(OutboxMessage.announcement_id, OutboxMessage.tenant_id)
            .where(of_pair.in_(pairs), may_arrive, OutboxMessage.bounced_at.is_(None))
            .distinct()
        )
    }
    silent = [pair for pair in pairs if pair not in hopeful]
    if not silent:
        return []
    has_contact = exists().where(Contact.tenant_id == Notice.tenant_id)
    under_way = or_(
        Notice.state == NoticeState.ANNOUNCED,
        # Given by a mail that came back later, and withdrawn for it.
        and_(Notice.state == NoticeState.DUE, has_contact),
    )
    return list(
        db.session.execute(
            select(*OF_A_DUTY, Notice.tenant_id)
            .join(Announcement, same_plan())
            .where(tuple_(Announcement.id, Notice.tenant_id).in_(silent), under_way)
            .distinct()
        ).all()
    )
