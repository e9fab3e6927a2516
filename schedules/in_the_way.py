"""All that stands in the way of dates without breaking a promise of theirs: clashes, service hours, and tenants whose
own date for another version would turn the order round."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import aliased

from schedules.clashes import Clash, ClashKind, clashes_of_release, clashes_of_update
from schedules.ground import Ground
from schedules.models import Release, Rollout
from sla.service_hours import time_in_service_hours
from sla.terms import Change
from sla.versions import version_key
from storage import db
from tenants.models import Tenant
from tenants.terms import sla_terms


def in_the_way(
    ground: Ground, version: str, dates: Mapping[Change, datetime], now: datetime, release: Release | None = None
) -> list[Clash]:
    """Return what stands in the way of everybody's dates, of as many as there are; ``release`` is the one that moves.

    One query beside those of the ground, whatever the number of tenants. Source: SLA 3.1.
    """
    found = clashes_of_release(ground, dates)
    for change, moment in dates.items():
        found += _service_hours(ground, change, moment)
    return found + _turned(ground, version, dates, now, release)


def in_the_way_of_some(ground: Ground, kind: Change, planned_at: datetime) -> list[Clash]:
    """The same of a date that some tenants would have of their own; the order of versions is judged for each."""
    return clashes_of_update(ground, kind, planned_at) + _service_hours(ground, kind, planned_at)


def _service_hours(ground: Ground, change: Change, planned_at: datetime) -> list[Clash]:
    """Production is best updated outside the hours in which it is promised to be there. Source: SLA 3.1."""
    zone = ground.product.zone
    terms = sla_terms(ground.product, planned_at.astimezone(zone).date())
    until = planned_at + ground.product.update_lasts
    if change is not Change.PRODUCTION or not time_in_service_hours(planned_at, until, terms, zone):
        return []
    hours = (terms.service_from, terms.service_until)
    return [Clash(ClashKind.SERVICE_HOURS, change, planned_at, hours=hours)]


def _turned(
    ground: Ground, version: str, dates: Mapping[Change, datetime], now: datetime, release: Release | None
) -> list[Clash]:
    """Tenants that go along with everybody and would get this version before a lower one, or after a higher one."""
    try:
        key = version_key(version)
    except ValueError:
        return []
    lower = [one.id for one in ground.releases if version_key(one.version) < key]
    higher = [one.id for one in ground.releases if version_key(one.version) > key]
    turned = [
        and_(Rollout.kind == change, or_(before, after))
        for change, moment in dates.items()
        for before, after in [
            (
                and_(Rollout.release_id.in_(lower), Rollout.planned_at >= moment),
                and_(Rollout.release_id.in_(higher), Rollout.planned_at <= moment),
            )
        ]
    ]
    if not turned:
        return []
    own = aliased(Rollout)
    has_own = (own.release_id == (release.id if release else 0), own.kind == Rollout.kind)
    farthest = case((Rollout.release_id.in_(lower), func.max(Rollout.planned_at)), else_=func.min(Rollout.planned_at))
    rows = db.session.execute(
        select(Rollout.release_id, Rollout.kind, farthest, func.count(), func.min(Tenant.name))
        .join(Tenant, Tenant.id == Rollout.tenant_id)
        .where(
            or_(*turned),
            Rollout.cancelled_at.is_(None),
            Rollout.planned_at > now,
            ~select(own.id).where(*has_own, own.tenant_id == Rollout.tenant_id).exists(),
        )
        .group_by(Rollout.release_id, Rollout.kind)
        .order_by(Rollout.kind, Rollout.release_id)
    ).all()
    others = {one.id: one for one in ground.releases}
    return [
        Clash(
            ClashKind.ORDER,
            kind,
            at,
            others[release_id],
            theirs=kind,
            tenants=tenants,
            name=name,
            is_lower=release_id in lower,
        )
        for release_id, kind, at, tenants, name in rows
    ]
