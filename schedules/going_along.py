"""Who still goes along with a wave."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from schedules.hearers import Hearers, hearers, moments
from schedules.models import Rollout
from schedules.wave_models import Wave
from storage import among, db

# Who was given a date of its own again, or to whom the update does not come, has left the wave by that.
GOING = Rollout.cancelled_at.is_(None)


def still_of(wave: Wave) -> ColumnElement[bool]:
    """The condition that a date is that of a tenant that still goes along with a wave."""
    return (Rollout.wave_id == wave.id) & GOING


def ids_going(wave: Wave) -> set[int]:
    """The tenants that still go along with a wave; not as objects, of which there may be thousands."""
    return set(db.session.scalars(select(Rollout.tenant_id).where(still_of(wave))))


def number_going(wave: Wave, without: Collection[int] = ()) -> int:
    """How many tenants still go along with a wave, some left out."""
    going = select(func.count()).select_from(Rollout).where(still_of(wave))
    return db.session.scalar(going.where(~among(Rollout.tenant_id, without)) if without else going) or 0


def hearers_of_wave(
    wave: Wave, now: datetime, without: Collection[int] = (), *, moved_to: datetime | None = None
) -> Hearers:
    """Whom a wave's move or end reaches: who still goes along and was told of another date than it is ``moved_to``."""
    going = select(Rollout.tenant_id).where(still_of(wave))
    if without:
        going = going.where(~among(Rollout.tenant_id, without))
    told_before = moments({wave.kind: moved_to} if moved_to is not None else {})
    return hearers(wave.release, now, frozenset({wave.kind}), only=going, moved_to=told_before)
