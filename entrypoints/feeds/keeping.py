"""Feeds made anew from the rows, and kept for the next poll."""

import gzip
import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

import structlog
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from entrypoints.feeds.kinds import Asked
from schedules.entries import Publisher
from storage import Revision, db
from storage.revision import FEEDS
from storage.snapshots import read_one_moment, write_unless_busy
from tenants.feed_models import KeptFeed
from tenants.models import Tenant

log = structlog.get_logger()


@dataclass(frozen=True)
class Feed:
    """The bytes of a feed with what tells them from others: a tag, and when they took the place of others."""

    tag: str
    modified_at: datetime
    plain: bytes
    zipped: bytes


def of_what(revision: int, today: date, publisher: Publisher, language: str) -> str:
    """Return what a feed is made of; made of the same it is the same.

    The day is in it because the clock changes calendars as well: what is long over leaves them.
    """
    return f"{revision} {today} {_in_short(publisher)} {language}"


@lru_cache(maxsize=8)
def _in_short(publisher: Publisher) -> str:
    return hashlib.sha256(f"{publisher.base_url} {publisher.sender}".encode()).hexdigest()[:16]


def make(asked: Asked, about_id: int, language: str, now: datetime) -> Feed:
    """Make a feed from the rows of one moment, and keep it where that needs no waiting."""
    today = now.astimezone(UTC).date()
    read_one_moment()
    try:
        revision = db.session.scalar(select(Revision.number).where(Revision.name == FEEDS)) or 0
        publisher = Publisher.present()
        subject: Any = db.session.get_one(asked.kind.about, about_id)
        made = asked.kind.make(subject, today, publisher, language)
        tenant_id = subject.id if isinstance(subject, Tenant) else None
        product_id = subject.product_id if isinstance(subject, Tenant) else subject.id
        tag = hashlib.sha256(made.body).hexdigest()[:32]
        before = db.session.execute(
            select(KeptFeed.tag, KeptFeed.modified_at).where(KeptFeed.path == asked.path)
        ).one_or_none()
        feed = Feed(tag, _modified_at(tag, made.changed_at, before), made.body, gzip.compress(made.body, mtime=0))
    finally:
        db.session.rollback()
    _keep(
        {
            "path": asked.path,
            "product_id": product_id,
            "tenant_id": tenant_id,
            "made_of": of_what(revision, today, publisher, language),
            "tag": feed.tag,
            "modified_at": feed.modified_at,
            "plain": feed.plain,
            "zipped": feed.zipped,
        }
    )
    return feed


def _modified_at(tag: str, changed_at: datetime, before: Any) -> datetime:
    """When these bytes took the place of those before: later than those, in the seconds that HTTP counts in.

    Not every change of the bytes is one of an entry: what is long over leaves, and a tenant may read another language.
    """
    changed_at = changed_at.replace(microsecond=0)
    if before is None:
        return changed_at
    if before.tag == tag:
        return before.modified_at
    return max(changed_at, before.modified_at + timedelta(seconds=1))


def _keep(values: dict[str, Any]) -> None:
    """Keep a feed in the place of the one before. A poll that cannot is answered all the same, and so is the next."""
    if not write_unless_busy():
        return
    insert = (postgresql if db.engine.dialect.name == "postgresql" else sqlite).insert(KeptFeed).values(values)
    changed = {name: value for name, value in values.items() if name != "path"}
    try:
        db.session.execute(insert.on_conflict_do_update(index_elements=["path"], set_=changed))
        db.session.commit()
    except SQLAlchemyError:
        # Such as a tenant that was removed at this moment.
        db.session.rollback()
        log.exception("a feed could not be kept")
