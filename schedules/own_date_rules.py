"""Which dates of its own a tenant may have: with its own notice period, its time to test, and the order of versions."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from flask_babel import gettext as _

from schedules.judging import OFFER_STANDS_FOR, whole_minute
from schedules.models import Release
from schedules.own_date_situations import Situation
from schedules.standing import holds, holds_from
from sla.breaches import Breach
from sla.notice import Ahead, earliest_moment, latest_moment
from sla.periods import Period
from sla.releases import release_breaches
from sla.terms import Change, Terms
from tenants.terms import Overrides, sla_terms, under_agreement

Answer = tuple[list[Breach], str, datetime | None, datetime | None]


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
        """What is broken, what else stands in the way, the first moment that would do, and the last before others."""
        key = (one, planned_at)
        if key not in self._answers:
            obstacle = self.obstacle(one, planned_at)
            earliest = self.earliest({one}, planned_at)
            broken = [] if obstacle else self._broken(one, planned_at, self.now)
            # A date that mends one of these must not break another.
            breaches = [replace(breach, earliest=earliest) for breach in broken]
            self._answers[key] = breaches, obstacle, earliest, self.latest({one})
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
        # After the versions before it.
        lower = [one.around.below.at + timedelta(minutes=1) for one in situations if one.around.below]
        start = max(planned_at, self.later.now, *lower)
        found = {self._first_from(situations, at) for at in {start, *self._kept_from(situations)} if at >= start}
        # Of acceptance a later date may come too near to production: then there is none.
        return next((at for at in sorted(found) if self.later.allows_all(situations, at)), None)

    def latest(self, situations: Collection[Situation]) -> datetime | None:
        """The last moment that would do for all a quarter of an hour from now; None where any later one would as well.

        It comes before the next version, and acceptance before production with the time to test.
        """
        last = [one.around.above.at - timedelta(minutes=1) for one in situations if one.around.above]
        if self.kind is Change.ACCEPTANCE:
            product = self.release.product
            test_period = Period.parse(product.test_period)
            last += [latest_moment(test_period, one.production_at, product.zone) for one in situations]
        return min(last) if last and self.later.allows_all(situations, min(last)) else None

    def keeps_notice(self, one: Situation, planned_at: datetime) -> bool:
        """Whether the notice that a tenant was given holds for a date, so that it needs no other in time."""
        return holds(one.told, planned_at, restart=self.release.product.restart_when_postponed)

    def allows_all(self, situations: Collection[Situation], planned_at: datetime) -> bool:
        return all(self.allows(one, planned_at) for one in situations)

    @cached_property
    def later(self) -> "Judge":
        """The same in a quarter of an hour: what is offered must still hold when the reader presses the button."""
        return Judge(self.release, self.kind, whole_minute(self.now + OFFER_STANDS_FOR))

    def _first_from(self, situations: Collection[Situation], at: datetime) -> datetime:
        """The first moment from one on that is in time, as far as the notice given up to there reaches."""
        before, zone = None, self.release.product.zone
        # A later date may come under a later version of the SLA, or ask anew for notice that held for an earlier one.
        while at != before:
            at, before = earliest_moment(at, self._conditions(situations, at, self.later.now), zone), at
        return at

    def _kept_from(self, situations: Collection[Situation]) -> set[datetime]:
        """From when on the notice that was given holds for all who were promised as much: none is to be given then."""
        restart = self.release.product.restart_when_postponed
        found: dict[Overrides, list[datetime | None]] = defaultdict(list)
        for one in situations:
            found[one.overrides].append(holds_from(one.told, restart=restart))
        kept = [[at for at in moments if at is not None] for moments in found.values() if None not in moments]
        return {max(moments) for moments in kept}

    def _conditions(self, situations: Iterable[Situation], at: datetime, offering_at: datetime) -> list[Ahead]:
        wanted = {Ahead(terms.notice(self.kind), offering_at) for one in situations for terms in self._terms(one, at)}
        if self.kind is Change.PRODUCTION:
            test_period = Period.parse(self.release.product.test_period)
            wanted |= {Ahead(test_period, one.acceptance_at) for one in situations}
        return list(wanted)

    def _broken(self, one: Situation, planned_at: datetime, now: datetime) -> list[Breach]:
        terms = {change: self._terms(one, planned_at) if change is self.kind else [] for change in Change}
        rest = Period.parse(self.release.product.test_period), self.release.product.zone
        both = terms[Change.ACCEPTANCE], terms[Change.PRODUCTION]
        return release_breaches(*self._dates(one, planned_at), now, *both, *rest)

    def _dates(self, one: Situation, planned_at: datetime) -> tuple[datetime, datetime]:
        if self.kind is Change.ACCEPTANCE:
            return planned_at, one.production_at
        return one.acceptance_at, planned_at

    def _terms(self, one: Situation, planned_at: datetime) -> list[Terms]:
        """The terms that a date must keep: none where the tenant's notice holds for it, being put off at most."""
        product = self.release.product
        if self.keeps_notice(one, planned_at):
            return []
        return [under_agreement(sla_terms(product, planned_at.astimezone(product.zone).date()), one.overrides)]
