"""Between which versions a tenant's own date must stay: after those before it, ahead of those after it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from schedules.models import Release, Rollout
from sla.terms import Change
from sla.versions import version_key
from storage import among, db
from tenants.wording import day_and_time_here


@dataclass(frozen=True)
class Neighbour:
    """Another version, and when a tenant gets it; on everybody's date or one of its own."""

    version: str
    at: datetime
    on_everybodys: bool


@dataclass(frozen=True)
class Neighbours:
    """The last of the lower versions that a tenant gets in an environment, and the first of the higher ones."""

    below: Neighbour | None = None
    above: Neighbour | None = None

    def obstacle(self, release: Release, kind: Change, planned_at: datetime) -> str:
        """What is said of a date that would turn the order of versions round; empty where it stays.

        Of the order in which everybody gets them it was judged when that was planned.
        """
        zone, everybodys = release.product.timezone, planned_at == release.planned_at_of(kind)
        for other, turned, words in (
            (self.below, self.below and planned_at <= self.below.at, _not_before),
            (self.above, self.above and planned_at >= self.above.at, _not_after),
        ):
            if other is not None and turned and not (everybodys and other.on_everybodys):
                return words(release.version, other.version, day_and_time_here(other.at, zone))
        return ""


def neighbours(release: Release, kind: Change, tenant_ids: Collection[int]) -> dict[int, Neighbours]:
    """Return the versions around a release for each tenant; two queries, whatever their number."""
    own_key = version_key(release.version)
    others = db.session.scalars(
        select(Release).where(
            Release.product_id == release.product_id, Release.id != release.id, Release.cancelled_at.is_(None)
        )
    ).all()
    versions = {one.id: one.version for one in others}
    everybodys = {one.id: one.planned_at_of(kind) for one in others}
    lower = {one.id for one in others if version_key(one.version) < own_key}
    own: dict[int, dict[int, datetime | None]] = {}
    rows = db.session.execute(
        select(Rollout.tenant_id, Rollout.release_id, Rollout.planned_at, Rollout.cancelled_at).where(
            Rollout.kind == kind, Rollout.release_id.in_(versions), among(Rollout.tenant_id, tenant_ids)
        )
    )
    for tenant_id, release_id, planned_at, cancelled_at in rows:
        # What was called off for it, it does not get.
        own.setdefault(tenant_id, {})[release_id] = None if cancelled_at is not None else planned_at

    def around(dates: dict[int, datetime | None]) -> Neighbours:
        known = [
            (at, release_id) for release_id, general in everybodys.items() if (at := dates.get(release_id, general))
        ]
        below = max((one for one in known if one[1] in lower), default=None)
        above = min((one for one in known if one[1] not in lower), default=None)
        named = [one and Neighbour(versions[one[1]], one[0], one[1] not in dates) for one in (below, above)]
        return Neighbours(*named)

    alone = around({})
    return {tenant_id: around(own[tenant_id]) if tenant_id in own else alone for tenant_id in tenant_ids}


def _not_before(version: str, other: str, moment: str) -> str:
    return _(
        "%(version)s cannot come before %(other)s, which comes on %(moment)s. Choose a later moment.",
        version=version,
        other=other,
        moment=moment,
    )


def _not_after(version: str, other: str, moment: str) -> str:
    return _(
        "%(version)s cannot come after %(other)s, which comes on %(moment)s. Choose an earlier moment.",
        version=version,
        other=other,
        moment=moment,
    )
