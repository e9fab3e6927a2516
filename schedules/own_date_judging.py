"""Hold a date for some tenants alone against the contract: each one's own notice period, its time to test, and the
order of versions."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from flask_babel import gettext as _

from schedules.judging import OFFER_STANDS_FOR, whole_minute
from schedules.models import Release
from schedules.own_date_situations import Situation, situations
from schedules.standing import holds
from sla.breaches import Breach, Rule
from sla.notice import Ahead, earliest_moment
from sla.periods import Period
from sla.releases import release_breaches
from sla.terms import Change, Terms
from tenants.models import Tenant
from tenants.terms import sla_terms, under_agreement


@dataclass(frozen=True)
class Objection:
    """Why a tenant cannot have an update on a date, and the first moment that would do; None where none would.

    It holds the tenant's names and not its row, which a transaction that is given up would have read anew.
    """

    tenant_id: int
    slug: str
    name: str
    breaches: list[Breach]
    obstacle: str
    earliest: datetime | None


@dataclass(frozen=True)
class OwnDateVerdict:
    """What the contract says of one date for some tenants."""

    objections: list[Objection]
    # The first moment that would do for all of them, but for those for whom none would.
    earliest: datetime | None

    @property
    def obstacle(self) -> str:
        """What stands in the way of the only tenant that was asked about, beside promises."""
        return next((one.obstacle for one in self.objections if one.obstacle), "")

    @property
    def never(self) -> list[Objection]:
        """Those of tenants for whom no date would do."""
        return [one for one in self.objections if one.earliest is None]

    @property
    def breaches(self) -> list[Breach]:
        """Its broken promises."""
        return [breach for one in self.objections for breach in one.breaches]


def judge_own_dates(
    release: Release, kind: Change, tenants: Sequence[Tenant], planned_at: datetime, now: datetime
) -> OwnDateVerdict:
    """Judge one date of an update for some tenants, in their order. Four queries, whatever their number.

    Nothing of it can be waived: the date is chosen for these tenants alone.
    """
    found = situations(release, kind, tenants)
    judge = Judge(release, kind, now)
    objections = [
        Objection(tenant.id, tenant.slug, tenant.name, *judge.answer(found[tenant.id], planned_at))
        for tenant in tenants
        if not judge.allows(found[tenant.id], planned_at)
    ]
    never = {one.tenant_id for one in objections if one.earliest is None}
    others = {situation for tenant_id, situation in found.items() if tenant_id not in never}
    return OwnDateVerdict(objections, judge.earliest(others, planned_at) if objections and others else None)


Answer = tuple[list[Breach], str, datetime | None]


@dataclass
class Judge:
    """Judges dates of one update at one moment; hundreds of tenants share a handful of situations."""

    release: Release
    kind: Change
    now: datetime
    _answers: dict[tuple[Situation, datetime], Answer] = field(default_factory=dict)
    _allowed: dict[tuple[Situation, datetime], bool] = field(default_factory=dict)

    def allows(self, one: Situation, planned_at: datetime) -> bool:
        key = (one, planned_at)
        if key not in self._allowed:
            self._allowed[key] = not self.obstacle(one, planned_at) and not self._broken(one, planned_at, self.now)
        return self._allowed[key]

    def answer(self, one: Situation, planned_at: datetime) -> Answer:
        """What is broken, what else stands in the way, and the first moment that would do."""
        key = (one, planned_at)
        if key not in self._answers:
            obstacle = self.obstacle(one, planned_at)
            breaches = [] if obstacle else self._offering(one, planned_at)
            self._answers[key] = breaches, obstacle, self.earliest({one}, planned_at)
        return self._answers[key]

    def obstacle(self, one: Situation, planned_at: datetime) -> str:
        """What stands in the way of a date, beside promises; empty where nothing does."""
        if self.release.cancelled_at is not None:
            return _("This release has been cancelled.")
        if one.date(self.kind) <= self.now and not (one.called_off or one.missed):
            return _("This tenant has been updated already.")
        if planned_at <= self.now:
            return _("This moment has passed. Choose a later one.")
        if one.acceptance_off:
            return _("Acceptance is off for this tenant. Give that a date first.")
        acceptance_at, production_at = self._dates(one, planned_at)
        if production_at <= acceptance_at:
            return _("Production must come after acceptance. Choose a later moment.")
        return one.around.obstacle(self.release, self.kind, planned_at)

    def earliest(self, situations: Collection[Situation], planned_at: datetime) -> datetime | None:
        """The first moment, not before the one asked for, that would do for all a quarter of an hour from now."""
        offering_at = whole_minute(self.now + OFFER_STANDS_FOR)
        # After the versions before it.
        lower = [one.around.below.at + timedelta(minutes=1) for one in situations if one.around.below]
        at, before = max(planned_at, offering_at, *lower), None
        zone = self.release.product.zone
        # A later date may come under a later version of the SLA, or ask anew for notice that held for an earlier one.
        while at != before:
            at, before = earliest_moment(at, self._conditions(situations, at, offering_at), zone), at
        # Of acceptance a later date may come too near to production: then there is none.
        later = Judge(self.release, self.kind, offering_at)
        return at if all(later.allows(one, at) for one in situations) else None

    def _conditions(self, situations: Iterable[Situation], at: datetime, offering_at: datetime) -> list[Ahead]:
        wanted = {Ahead(terms.notice(self.kind), offering_at) for one in situations for terms in self._terms(one, at)}
        if self.kind is Change.PRODUCTION:
            test_period = Period.parse(self.release.product.test_period)
            wanted |= {Ahead(test_period, one.acceptance_at) for one in situations}
        return list(wanted)

    def _offering(self, one: Situation, planned_at: datetime) -> list[Breach]:
        """What is broken now, each with the first moment that would do in a quarter of an hour."""
        later = self._broken(one, planned_at, whole_minute(self.now + OFFER_STANDS_FOR))
        offered = {breach.rule: breach.earliest for breach in later}
        return [
            replace(breach, earliest=offered.get(breach.rule, breach.earliest))
            for breach in self._broken(one, planned_at, self.now)
        ]

    def _broken(self, one: Situation, planned_at: datetime, now: datetime) -> list[Breach]:
        terms = {change: self._terms(one, planned_at) if change is self.kind else [] for change in Change}
        rest = Period.parse(self.release.product.test_period), self.release.product.zone
        both = terms[Change.ACCEPTANCE], terms[Change.PRODUCTION]
        broken = release_breaches(*self._dates(one, planned_at), now, *both, *rest)
        if self.kind is Change.PRODUCTION:
            return broken
        # Of the time to test the contract's own answer is a later production, which is not what was asked.
        return [replace(one, earliest=None) if one.rule is Rule.TEST_PERIOD else one for one in broken]

    def _dates(self, one: Situation, planned_at: datetime) -> tuple[datetime, datetime]:
        if self.kind is Change.ACCEPTANCE:
            return planned_at, one.production_at
        return one.acceptance_at, planned_at

    def _terms(self, one: Situation, planned_at: datetime) -> list[Terms]:
        """The terms that a date must keep: none where the tenant's notice holds for it, being put off at most."""
        product = self.release.product
        if holds(one.told, planned_at, restart=product.restart_when_postponed):
            return []
        return [under_agreement(sla_terms(product, planned_at.astimezone(product.zone).date()), one.overrides)]
