"""How often anybody may make us mail, or guess a password, counted where every process sees it."""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from flask import current_app
from sqlalchemy import case, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from accounts.request_models import RequestPace
from storage import db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """How many requests of one kind of key may come in a period."""

    most: int
    period: timedelta


# A whole hospital may come from one address; a robot comes from many, and whoever has a few has them side by side.
FROM_ONE_PLACE = Limit(10, HOUR)
FROM_ONE_SITE = Limit(30, HOUR)
FROM_EVERYWHERE = Limit(200, HOUR)
# Those who ask a first time, and mistype once or twice, are not shut out by those who ask again and again.
FIRST_ASKED = 3
FIRST_FROM_EVERYWHERE = Limit(1000, HOUR)
# Mails to an address that need not be the asker's.
TO_ONE_ADDRESS = Limit(3, DAY)
# Of links to a new password, each of which works for a fortnight.
NEW_PASSWORDS_TO_ONE = Limit(5, DAY)
NEW_PASSWORDS_FROM_ONE_PLACE = Limit(30, HOUR)


def too_often(kind: str, value: str, limit: Limit, now: datetime) -> bool:
    """Count one and tell whether it is one too many; in a transaction of its own that is one statement."""
    return counted(kind, value, limit, now) > limit.most


def asked_too_often(place: str, site: str, now: datetime) -> bool:
    """Count somebody who asks for an account from a place within a site, and tell whether that is too often."""
    here = counted("place", place, FROM_ONE_PLACE, now)
    if here > FROM_ONE_PLACE.most or too_often("site", site, FROM_ONE_SITE, now):
        return True
    if here <= FIRST_ASKED:
        return too_often("first", "", FIRST_FROM_EVERYWHERE, now)
    return too_often("all", "", FROM_EVERYWHERE, now)


def mailbox_of(address: str) -> str:
    """The mailbox that an address leads to, as most providers read it: what follows a plus is its owner's own note."""
    local, at, domain = address.strip().lower().rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def counted(kind: str, value: str, limit: Limit, now: datetime) -> int:
    """The same, telling the how-manieth it is in its period."""
    used = count(kind, value, limit, now)
    db.session.commit()
    return used


def count(kind: str, value: str, limit: Limit, now: datetime) -> int:
    """The same in the running transaction: what is not done after all was not counted."""
    seconds = int(limit.period.total_seconds())
    period = int(now.timestamp()) // seconds
    ends_at = end_of(limit, now)
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(RequestPace).values(key=_hidden(kind, value), period=period, used=1, ends_at=ends_at)
    # A machine whose clock is behind counts on in the period that others have begun.
    goes_on = RequestPace.period >= statement.excluded.period
    used = db.session.scalar(
        statement.on_conflict_do_update(
            index_elements=[RequestPace.key],
            set_={
                "used": case((goes_on, RequestPace.used + 1), else_=1),
                "period": case((goes_on, RequestPace.period), else_=statement.excluded.period),
                "ends_at": case((goes_on, RequestPace.ends_at), else_=statement.excluded.ends_at),
            },
        ).returning(RequestPace.used)
    )
    return used or 1


def used(kind: str, value: str, now: datetime) -> int:
    """How often it was in the period that runs, without counting."""
    return (
        db.session.scalar(
            select(RequestPace.used).where(RequestPace.key == _hidden(kind, value), RequestPace.ends_at > now)
        )
        or 0
    )


def forget(kind: str, value: str) -> None:
    """Count anew, in the running transaction."""
    db.session.execute(delete(RequestPace).where(RequestPace.key == _hidden(kind, value)))


def end_of(limit: Limit, now: datetime) -> datetime:
    """When counting begins anew."""
    seconds = int(limit.period.total_seconds())
    return datetime.fromtimestamp((int(now.timestamp()) // seconds + 1) * seconds, UTC)


def forget_paces(now: datetime) -> int:
    """Remove what was counted in periods that are over; returns how many. In the running transaction."""
    return int(db.session.execute(delete(RequestPace).where(RequestPace.ends_at < now)).rowcount)  # type: ignore[attr-defined]


def _hidden(kind: str, value: str) -> str:
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(key, f"account request:{kind}:{value}".encode(), "sha256").hex()
