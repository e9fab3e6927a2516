"""Plan several releases at once: all of them, or none (SLA 3.3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from evidence.actors import Actor, May, require
from evidence.chain import append
from schedules.ground import Ground
from schedules.judging import ReleasePlan, Verdict, judge
from schedules.models import Release
from schedules.offering import Offer, offer_for
from schedules.release_words import checked_plan
from schedules.releases import lay_release, release_of
from sla.breaches import Breach
from storage import Refused, db
from tenants.models import Product
from tenants.planners import wait_for_other_planners


@dataclass(frozen=True)
class Judged:
    """What is said of one of several plans: the contract's verdict, or why it cannot be at all."""

    verdict: Verdict | None
    refused: Refused | None
    # The good dates nearest to it, where it breaks a promise.
    offer: Offer | None = None

    @property
    def breaches(self) -> list[Breach]:
        return self.verdict.breaches if self.verdict else []

    @property
    def is_good(self) -> bool:
        return self.verdict is not None and not self.verdict.breaches


def schedule_releases(product: Product, plans: Sequence[ReleasePlan], by: Actor, now: datetime) -> list[Release]:
    """Plan releases in this order, each held against those before it, in one commit.

    Raises for the first that cannot be what ``schedule_release`` raises; then none is planned.
    """
    require(by, May.PLAN)
    wait_for_other_planners(product.id)
    laid = [lay_release(product, plan, by, now) for plan in plans]
    append([happening for _release, happenings in laid for happening in happenings], now)
    db.session.commit()
    return [release for release, _happenings in laid]


def judged_together(product: Product, plans: Sequence[ReleasePlan], by: Actor, now: datetime) -> list[Judged]:
    """Hold each plan against the contract and against the good ones before it; nothing stays written."""
    require(by, May.PLAN)
    # The rows below stand for a moment, and take the slots that others may be taking.
    wait_for_other_planners(product.id)
    found = []
    for plan in plans:
        found.append(one := _judged(product, plan, now))
        if one.verdict is not None and one.is_good:
            # The next one is judged as if this one stood.
            db.session.add(release_of(product, checked_plan(plan), one.verdict, by, now))
            db.session.flush()
    db.session.rollback()
    return found


def _judged(product: Product, plan: ReleasePlan, now: datetime) -> Judged:
    try:
        verdict = judge(product, checked := checked_plan(plan), now)
    except Refused as refused:
        return Judged(None, refused)
    if not verdict.breaches:
        return Judged(verdict, None)
    offer = offer_for(Ground.of(product, now), checked, verdict, now, version=checked.version)
    return Judged(verdict, None, offer)
