"""What a date for some tenants alone would mean, before anybody gives it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, exists, func, literal, select

from schedules.clashes import Clash
from schedules.ground import Ground
from schedules.hearers import Hearers, hearers, moments
from schedules.in_the_way import in_the_way_of_some
from schedules.models import Release, Rollout
from schedules.own_date_judging import OwnDateVerdict, verdict_of
from schedules.own_date_offering import OwnDateOffer, own_date_offer
from schedules.own_date_rules import Judge
from schedules.own_date_situations import Situation, situations
from schedules.stricter import Deadline, deadline_of
from sla.terms import Change
from storage import among, db
from tenants.audiences import Audience, audience
from tenants.models import Tenant


@dataclass(frozen=True)
class OwnDateOutlook:
    """What the contract says of a date, by when it must be announced, what stands in the way, and who is mailed.

    ``told``: who was told another date; None where nobody of them gets another one. Without a date there is only who
    would be mailed.
    """

    audience: Audience
    verdict: OwnDateVerdict | None = None
    deadline: Deadline | None = None
    clashes: Sequence[Clash] = ()
    told: Hearers | None = None
    # What is offered where the date breaks a promise or cannot be.
    offer: OwnDateOffer | None = None


def own_date_outlook(
    release: Release, kind: Change, tenants: Sequence[Tenant], planned_at: datetime | None, now: datetime
) -> OwnDateOutlook:
    """Say what one date for these tenants would mean; nothing is written.

    A constant number of queries, whatever the number of tenants. Source: SLA 3.3, 3.1.
    """
    ids = [tenant.id for tenant in tenants]
    people = audience(release.product, tenant_ids=ids)
    if planned_at is None or not tenants:
        return OwnDateOutlook(people)
    judge, found = Judge(release, kind, now), situations(release, kind, tenants)
    verdict = verdict_of(judge, found, tenants, planned_at)
    ground = Ground.of(release.product, now, release=release)
    offer = own_date_offer(judge, ground, found, verdict, planned_at)
    if planned_at <= now:
        return OwnDateOutlook(people, verdict, offer=offer)
    moving = _with_another_date(release, kind, ids, planned_at)
    return OwnDateOutlook(
        people,
        verdict,
        _deadline(judge, found, planned_at),
        in_the_way_of_some(ground, kind, planned_at),
        hearers(release, now, frozenset({kind}), only=moving, moved_to=moments({kind: planned_at}))
        if db.session.scalar(select(exists(moving)))
        else None,
        offer,
    )


def _deadline(judge: Judge, found: Mapping[int, Situation], planned_at: datetime) -> Deadline:
    """By when those must be told whose notice does not hold for the date."""
    others = [tenant_id for tenant_id, one in found.items() if not judge.keeps_notice(one, planned_at)]
    deadline = deadline_of(judge.release.product, judge.kind, planned_at, tenant_ids=others)
    return replace(deadline, holding=len(found) - len(others), is_for_nobody=not others)


def _with_another_date(release: Release, kind: Change, ids: Collection[int], planned_at: datetime) -> Select[int]:
    """Select those of these tenants that get the update on another moment now."""
    own = (Rollout.tenant_id == Tenant.id) & (Rollout.release_id == release.id) & (Rollout.kind == kind)
    everybodys = literal(release.planned_at_of(kind), Rollout.planned_at.type)
    present = func.coalesce(Rollout.planned_at, everybodys)
    return select(Tenant.id).outerjoin(Rollout, own).where(among(Tenant.id, ids), present != planned_at)
