"""Secret calendar addresses: derived from a key outside the database, found by their hash.

A stolen database gives no address away, and a page can still show it to its owner at any time.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, update

from storage import db
from tenants.feed_models import FeedToken

# How long an address goes on to answer after another took its place: its readers must change it in their calendars.
GRACE = timedelta(days=14)


class FeedOwner(StrEnum):
    """Whose an address is."""

    TENANT = "tenant"
    CONTACT = "contact"
    USER = "user"

    @property
    def column(self) -> Any:
        return {
            FeedOwner.TENANT: FeedToken.tenant_id,
            FeedOwner.CONTACT: FeedToken.contact_id,
            FeedOwner.USER: FeedToken.user_id,
        }[self]


def derive(key: str, owner_id: int, generation: int, kind: FeedOwner = FeedOwner.TENANT) -> str:
    """Return the 256-bit token of an owner's feeds, as 43 characters that fit in an address."""
    # Tenants had addresses before others did, and keep theirs.
    whose = f"{owner_id}" if kind is FeedOwner.TENANT else f"{kind.value}:{owner_id}"
    digest = hmac.digest(key.encode(), f"feed:{whose}:{generation}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def hash_of(token: str) -> str:
    """What the database knows of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def issue(key: str, owner_ids: Sequence[int], now: datetime, kind: FeedOwner = FeedOwner.TENANT) -> None:
    """Give owners that are new their first address, in the running transaction."""
    db.session.add_all(_token(key, owner_id, 1, now, kind) for owner_id in owner_ids)


def renew(key: str, owner_id: int, now: datetime, kind: FeedOwner = FeedOwner.TENANT) -> None:
    """Give an owner a new address, its first where it has none; the one before answers for ``GRACE`` more.

    Of two transactions at the same moment the second keeps what the first gave; where they go one after the other, as
    on SQLite, each gives one. An owner who was removed gets none. Commits.
    """
    known = _newest(owner_id, kind)
    # The owner's row is there before the first address is.
    owner = next(iter(FeedToken.__table__.c[kind.column.key].foreign_keys)).column
    is_there = db.session.scalar(select(owner).where(owner == owner_id).with_for_update(key_share=True))
    if is_there is not None and _newest(owner_id, kind) == known:
        _replace(key, owner_id, known + 1, now, kind)
    db.session.commit()


def stop_old(owner_id: int, now: datetime, kind: FeedOwner = FeedOwner.TENANT) -> int:
    """Let the addresses that were replaced answer no more, before their time. Returns how many; commits."""
    stopped = db.session.execute(
        update(FeedToken).where(kind.column == owner_id, FeedToken.ends_at > now).values(ends_at=now)
    )
    db.session.commit()
    return int(stopped.rowcount)  # type: ignore[attr-defined]


def current(key: str, owner_id: int, kind: FeedOwner = FeedOwner.TENANT) -> str | None:
    """Return the token in use, None where there is none or the key is not the one it was derived from."""
    row = db.session.scalars(
        select(FeedToken).where(kind.column == owner_id, FeedToken.ends_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    token = derive(key, owner_id, row.generation, kind)
    return token if hmac.compare_digest(hash_of(token), row.token_hash) else None


def old_until(owner_id: int, now: datetime, kind: FeedOwner = FeedOwner.TENANT) -> datetime | None:
    """Until when an address that was replaced still answers; None where none does."""
    return db.session.scalar(
        select(FeedToken.ends_at)
        .where(kind.column == owner_id, FeedToken.ends_at > now)
        .order_by(FeedToken.ends_at.desc())
        .limit(1)
    )


def _newest(owner_id: int, kind: FeedOwner) -> int:
    """The generation of the address that was given last, 0 where none was."""
    return db.session.scalar(select(func.max(FeedToken.generation)).where(kind.column == owner_id)) or 0


def _replace(key: str, owner_id: int, generation: int, now: datetime, kind: FeedOwner) -> None:
    # Before another is added: only one may be in use at any moment, in the transaction too.
    in_use = (kind.column == owner_id) & FeedToken.ends_at.is_(None)
    db.session.execute(update(FeedToken).where(in_use).values(ends_at=now + GRACE))
    # The numbers of people are given again, those of what was derived from them are not.
    while db.session.scalar(select(FeedToken.id).where(FeedToken.token_hash == _hash(key, owner_id, generation, kind))):
        generation += 1
    db.session.add(_token(key, owner_id, generation, now, kind))


def _token(key: str, owner_id: int, generation: int, now: datetime, kind: FeedOwner) -> FeedToken:
    hashed = _hash(key, owner_id, generation, kind)
    return FeedToken(**{kind.column.key: owner_id}, generation=generation, token_hash=hashed, created_at=now)


def _hash(key: str, owner_id: int, generation: int, kind: FeedOwner) -> str:
    return hash_of(derive(key, owner_id, generation, kind))
