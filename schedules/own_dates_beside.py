"""What a move of everybody's dates leaves of tenants' own: which stand in its way, and which come before it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from schedules.models import Release, Rollout
from schedules.wave_models import Wave
from sla.periods import Period
from sla.releases import release_breaches
from sla.terms import Change
from storage import db
from tenants.models import Tenant


class Fate(StrEnum):
    """What happens to a date of tenants' own when everybody gets another."""

    # The move is refused: acceptance would not come before production, with the time to test.
    HIT = "hit"
    BEFORE = "before"
    SAME = "same"
    AFTER = "after"


@dataclass(frozen=True)
class Beside:
    """One date that some tenants have together, as a wave or not; the first of them by name."""

    kind: Change
    planned_at: datetime
    wave_id: int | None
    wave: str | None
    tenants: int
    name: str
    slug: str
    fate: Fate


def own_dates_beside(release: Release, asked: Mapping[Change, datetime], now: datetime) -> list[Beside]:
    """Return the dates ahead of tenants' own, by date, and what each is to everybody's that are asked for.

    One query, whatever the number of tenants; of a date that is not asked for the present one counts.
    """
    general = {kind: asked.get(kind, release.planned_at_of(kind)) for kind in (Change.ACCEPTANCE, Change.PRODUCTION)}
    changed = {kind for kind, moment in general.items() if moment != release.planned_at_of(kind)}
    found: dict[tuple[Any, ...], Beside] = {}
    for kind, planned_at, wave_id, wave, has_other, tenants, name, slug in _groups(release, now):
        moved = Change.ACCEPTANCE if kind is Change.PRODUCTION else Change.PRODUCTION
        is_hit = moved in changed and not has_other and _is_hit(release, general | {kind: planned_at}, now)
        key = (kind, planned_at, wave_id, is_hit)
        one = found.get(key)
        if one is not None:
            tenants, (name, slug) = tenants + one.tenants, min((name, slug), (one.name, one.slug))
        fate = Fate.HIT if is_hit else _fate(planned_at, general[kind])
        found[key] = Beside(kind, planned_at, wave_id, wave, tenants, name, slug, fate)
    return list(found.values())


def _groups(release: Release, now: datetime) -> Any:
    other = aliased(Rollout)
    same = and_(
        other.release_id == Rollout.release_id, other.tenant_id == Rollout.tenant_id, other.kind != Rollout.kind
    )
    date = (Rollout.kind, Rollout.planned_at, Rollout.wave_id, Wave.name, other.id.is_not(None))
    return db.session.execute(
        select(*date, func.count(), func.min(Tenant.name), func.min(Tenant.slug))
        .join(Tenant, Tenant.id == Rollout.tenant_id)
        .outerjoin(Wave, Wave.id == Rollout.wave_id)
        .outerjoin(other, same)
        .where(Rollout.release_id == release.id, Rollout.cancelled_at.is_(None), Rollout.planned_at > now)
        .group_by(*date)
        .order_by(Rollout.planned_at, Rollout.kind, Rollout.wave_id)
    )


def _is_hit(release: Release, dates: Mapping[Change, datetime], now: datetime) -> bool:
    both = dates[Change.ACCEPTANCE], dates[Change.PRODUCTION]
    period = Period.parse(release.product.test_period)
    return bool(release_breaches(*both, now, [], [], period, release.product.zone))


def _fate(planned_at: datetime, everybodys: datetime) -> Fate:
    if planned_at == everybodys:
        return Fate.SAME
    return Fate.BEFORE if planned_at < everybodys else Fate.AFTER
