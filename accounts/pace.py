"""How many requests a token may make in a minute, counted where every process sees it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite

from accounts.token_models import TokenPace
from storage import db

WINDOW = 60


@dataclass(frozen=True)
class Pace:
    """Where a token stands in this minute: its limit, how many requests it has left, the seconds until it ends."""

    limit: int
    left: int
    seconds: int
    too_fast: bool


def count(token_id: int, limit: int, now: datetime) -> Pace:
    """Count a request, in a transaction of its own that is one statement."""
    at = int(now.timestamp())
    minute = at // WINDOW
    # The two engines have the same words for it, in two places.
    insert = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    statement = insert(TokenPace).values(token_id=token_id, minute=minute, used=1)
    # A machine whose clock is behind counts on in the minute that others have begun.
    goes_on = TokenPace.minute >= statement.excluded.minute
    used = db.session.scalar(
        statement.on_conflict_do_update(
            index_elements=[TokenPace.token_id],
            set_={
                "used": case((goes_on, TokenPace.used + 1), else_=1),
                "minute": case((goes_on, TokenPace.minute), else_=statement.excluded.minute),
            },
        ).returning(TokenPace.used)
    )
    db.session.commit()
    return Pace(limit, max(0, limit - (used or 1)), WINDOW - at % WINDOW, (used or 1) > limit)
