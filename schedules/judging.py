"""Hold the plan of a release against the contract, without writing (SLA 3.3)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, select

from schedules.models import Release
from schedules.notices import Notice
from schedules.own_dates import check_own_dates_fit, going_along
from schedules.reasons import NO_REASON, Reason
from schedules.standing import still_holding
from schedules.version_order import Predecessor, check_version, order_breach, predecessor
from sla.breaches import Breach, Rule
from sla.notice import earliest_day
from sla.periods import Period
from sla.releases import budget_breach, earliest_dates, free_slot, release_breaches, release_year
from sla.terms import Change, Terms
from storage import AllAtOnce, Refused, db
from tenants.models import Product, Tenant
from tenants.terms import terms_in_force

# A date that is offered must still hold when the reader presses the button.
OFFER_STANDS_FOR = timedelta(minutes=15)
BOTH = frozenset({Change.ACCEPTANCE, Change.PRODUCTION})


@dataclass(frozen=True)
class ReleasePlan:
    """A release as it is asked for."""

    version: str
    acceptance_at: datetime
    production_at: datetime
    title_nl: str = ""
    title_en: str = ""
    waiver_reason: Reason = NO_REASON


@dataclass(frozen=True)
class Verdict:
    """What the contract says of a plan: its breaches, and the first dates at the same clock times that have none."""

    breaches: list[Breach]
    year: int
    slot: int | None
    acceptance_at: datetime
    production_at: datetime


def judge(product: Product, plan: ReleasePlan, now: datetime, *, release: Release | None = None) -> Verdict:
    """Hold a plan against the contract: for a new release, or for the move of one.

    Raises Refused for a date that has passed, for a version lower than one that comes before it, and for the move of
    one date that leaves a tenant, whose other date is its own, production before acceptance or no time to test.
    """
    with AllAtOnce() as each:
        for field, change in (("acceptance_at", Change.ACCEPTANCE), ("production_at", Change.PRODUCTION)):
            if change in changed_dates(plan, release) and getattr(plan, field) <= now:
                each.add(Refused(field, _("This moment has passed. Choose a later one.")))
        if plan.production_at <= plan.acceptance_at:
            words = _("Production must come after acceptance. Choose a later moment.")
            each.add(Refused("production_at", words))
        own_id = release.id if release else None
        each(check_version, product, plan.version, plan.production_at, own_id)
    if release is not None:
        check_own_dates_fit(release, changed_dates(plan, release), plan.acceptance_at, plan.production_at, now)
    before = predecessor(product, plan.version, own_id)
    question = _asked(product, plan, release)
    offering_at = whole_minute(now + OFFER_STANDS_FOR)
    offer = _offer(product, plan, offering_at, release, before)
    breaches = question.breaches(now)
    if breaches:
        offered = {breach.rule: breach.earliest for breach in question.breaches(offering_at)}
        breaches = [
            replace(breach, earliest=_where_it_fits(product, breach, offered[breach.rule], offer, release, before))
            for breach in breaches
        ]
    overtakes = order_breach(plan.version, plan.production_at, before)
    if overtakes is not None:
        breaches = [*breaches, replace(overtakes, earliest=offer.production_at)]
    year = release_year(plan.production_at, product.zone)
    slot = _slot(product, year, release)
    if slot is None:
        breaches = [budget_breach(year, offer.production_at), *breaches]
    return Verdict(breaches, year, slot, offer.acceptance_at, offer.production_at)


@dataclass(frozen=True)
class _Question:
    """A plan together with the terms its dates must suit; asked at two moments, answered alike."""

    product: Product
    plan: ReleasePlan
    acceptance_terms: list[Terms]
    production_terms: list[Terms]

    def breaches(self, now: datetime) -> list[Breach]:
        return release_breaches(self.plan.acceptance_at, self.plan.production_at, now, *self._terms())

    def best_dates(self, now: datetime) -> tuple[datetime, datetime]:
        return earliest_dates(self.plan.acceptance_at, self.plan.production_at, now, *self._terms())

    def _terms(self) -> tuple[list[Terms], list[Terms], Period, tzinfo]:
        return self.acceptance_terms, self.production_terms, Period.parse(self.product.test_period), self.product.zone


def _asked(product: Product, plan: ReleasePlan, release: Release | None) -> _Question:
    return _Question(
        product,
        plan,
        _terms_to_keep(product, plan.acceptance_at, release, Change.ACCEPTANCE),
        _terms_to_keep(product, plan.production_at, release, Change.PRODUCTION),
    )


def _terms_to_keep(product: Product, planned_at: datetime, release: Release | None, change: Change) -> list[Terms]:
    """The terms a date must suit: everybody's, but in a move only of those whose notice does not hold for it."""
    if release is None:
        return terms_in_force(product, planned_at).all
    old = release.acceptance_at if change is Change.ACCEPTANCE else release.production_at
    if planned_at == old:
        return []
    of_release = (Notice.release_id == release.id) & (Notice.kind == change)
    return terms_to_keep_in_move(product, planned_at, of_release, going_along(release, change))


def terms_to_keep_in_move(
    product: Product, planned_at: datetime, change: ColumnElement[bool], touched: Select[int] | None = None
) -> list[Terms]:
    """The terms that a new date must suit: those of the tenants to whom it is more than a postponement."""
    holding = still_holding(change, planned_at, restart=product.restart_when_postponed)
    if db.session.scalars(holding.limit(1)).first() is None:
        return terms_in_force(product, planned_at, touched).all
    others = touched if touched is not None else select(Tenant.id).where(Tenant.product_id == product.id)
    return list(terms_in_force(product, planned_at, others.where(Tenant.id.not_in(holding))).tenants)


def changed_dates(plan: ReleasePlan, release: Release | None) -> frozenset[Change]:
    """Which of a plan's dates are newly asked for: both of a new release."""
    if release is None:
        return BOTH
    changed = set()
    if plan.acceptance_at != release.acceptance_at:
        changed.add(Change.ACCEPTANCE)
    if plan.production_at != release.production_at:
        changed.add(Change.PRODUCTION)
    return frozenset(changed)


def _slot(product: Product, year: int, release: Release | None) -> int | None:
    """The slot of a year that a release keeps or would take, None where the year is full."""
    if release is not None and release.year == year:
        return release.slot
    taken = select(Release.slot).where(
        Release.product_id == product.id, Release.year == year, Release.slot.is_not(None)
    )
    return free_slot(slot for slot in db.session.scalars(taken) if slot is not None)


def _offer(
    product: Product, plan: ReleasePlan, offering_at: datetime, release: Release | None, before: Predecessor | None
) -> ReleasePlan:
    """The plan with the first dates, at its clock times and not before them, that break no promise.

    A date that is put off may come into a year that is full, or under a later version of the SLA: then it is asked
    again from there.
    """
    while True:
        year = release_year(plan.production_at, product.zone)
        if _slot(product, year, release) is None:
            clock = plan.production_at.astimezone(product.zone)
            plan = replace(plan, production_at=clock.replace(year=year + 1, month=1, day=1))
            continue
        if before is not None and plan.production_at <= before.production_at:
            plan = replace(plan, production_at=earliest_day(_next_day(plan, before, product), [], product.zone))
            continue
        acceptance_at, production_at = _asked(product, plan, release).best_dates(offering_at)
        if (acceptance_at, production_at) == (plan.acceptance_at, plan.production_at):
            return plan
        plan = replace(plan, acceptance_at=acceptance_at, production_at=production_at)


def _next_day(plan: ReleasePlan, before: Predecessor, product: Product) -> datetime:
    """The day after the predecessor, at the clock time of the plan."""
    clock = plan.production_at.astimezone(product.zone).timetz()
    following = before.production_at.astimezone(product.zone).date() + timedelta(days=1)
    return datetime.combine(following, clock)


def _where_it_fits(
    product: Product,
    breach: Breach,
    earliest: datetime | None,
    offer: ReleasePlan,
    release: Release | None,
    before: Predecessor | None,
) -> datetime | None:
    """The earliest moment that mends a breach, or the date on offer where that moment would break something else."""
    if breach.rule is Rule.ACCEPTANCE_NOTICE or earliest is None:
        return earliest
    full = _slot(product, release_year(earliest, product.zone), release) is None
    overtakes = order_breach(offer.version, earliest, before) is not None
    return offer.production_at if full or overtakes else earliest


def whole_minute(moment: datetime) -> datetime:
    """The first whole minute that is not before ``moment``: what a form can show."""
    floor = moment.replace(second=0, microsecond=0)
    return floor if floor == moment else floor + timedelta(minutes=1)
