"""What a plan would mean, before anybody plans it: as much of it as can be told of what has been filled in."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from schedules.clashes import Clash, clashes_of_window
from schedules.good_days import Dates
from schedules.good_evenings import USUAL_LENGTH, Evening, offered_window, proposed_window
from schedules.ground import Ground
from schedules.hearers import Hearers, hearers, moments
from schedules.in_the_way import in_the_way
from schedules.judging import ReleasePlan, Verdict, judge
from schedules.losing_support import versions_losing_support
from schedules.models import Impact, MaintenanceWindow, Release
from schedules.next_versions import unnamed_version
from schedules.offering import Offer, offer_for
from schedules.own_dates_beside import Beside, own_dates_beside
from schedules.proposing import proposed_dates
from schedules.reasons import NO_REASON, Reason
from schedules.stricter import Deadline, deadline_of, deadline_of_move
from schedules.window_judging import LONG, MaintenancePlan, WindowVerdict, judge_window
from sla.breaches import Breach
from sla.releases import release_year
from sla.terms import RELEASES_PER_YEAR, Change
from storage import Refused
from tenants.audiences import Audience, audience
from tenants.models import EnvironmentKind, Product


@dataclass(frozen=True)
class Asked:
    """A release as far as it has been filled in; what is empty or cannot be read is None."""

    version: str = ""
    acceptance_at: datetime | None = None
    production_at: datetime | None = None
    # Why a promise is to be let pass, of who may do so.
    waiver_reason: Reason = NO_REASON

    @property
    def dates(self) -> dict[Change, datetime]:
        """Those of its dates that are there."""
        moments = {Change.ACCEPTANCE: self.acceptance_at, Change.PRODUCTION: self.production_at}
        return {change: moment for change, moment in moments.items() if moment is not None}


@dataclass(frozen=True)
class ReleaseOutlook:
    """What a release would mean. Without a verdict there are not two dates yet, or one of them cannot be."""

    verdict: Verdict | None
    # What breaks a promise is let pass, and stays on record with its reason.
    excused: bool
    refused: Refused | None
    deadlines: list[Deadline]
    clashes: list[Clash]
    # Versions that tenants run in production, and how many tenants, that would lose full support (SLA 4.2).
    losing: list[tuple[str, int]]
    audience: Audience
    # Of a move: who was told the old dates; None as long as they are the dates asked for.
    told: Hearers | None
    # Of a move as well: which of them would be other ones, and the dates of tenants' own, and what becomes of each.
    moves: frozenset[Change] | None
    beside: list[Beside]
    year: int
    # How many slots of the year are free now; one that moves holds its own.
    slots_left: int
    # The first good dates of all, and those nearest to what was asked where that breaks a promise.
    proposed: Dates | None
    offer: Offer | None


def release_outlook(product: Product, asked: Asked, now: datetime, *, release: Release | None = None) -> ReleaseOutlook:
    """Say what planning a release, or moving it, would mean; nothing is written.

    The number of queries does not grow with the number of tenants. Source: SLA 3.3, 4.2, 0.
    """
    ground = Ground.of(product, now, release=release)
    year = release_year(asked.production_at or now, product.zone)
    wished = release.version if release else asked.version
    # Dates are judged while the version is not there yet.
    version = wished or unnamed_version(ground, asked.production_at or now)
    known = asked.dates
    verdict, refused, offer = None, None, None
    if asked.acceptance_at is not None and asked.production_at is not None:
        plan = ReleasePlan(version, asked.acceptance_at, asked.production_at)
        verdict, refused = _judged(product, plan, now, release)
        offer = offer_for(ground, plan, verdict, now, release=release, version=wished) if verdict else None
    moved = _moved(asked, release) if release is not None else None
    told = hearers(release, now, moved, moved_to=moments(known)) if release is not None and moved else None
    return ReleaseOutlook(
        verdict=verdict,
        excused=verdict is not None and _excused(verdict.breaches, asked.waiver_reason),
        refused=refused,
        deadlines=[
            deadline_of_move(release, change, moment) if release else deadline_of(product, change, moment)
            for change, moment in known.items()
        ],
        clashes=in_the_way(ground, version, known, now, release),
        losing=versions_losing_support(product, version) if asked.production_at and not refused else [],
        audience=audience(product),
        told=told,
        moves=moved,
        beside=own_dates_beside(release, known, now) if release is not None else [],
        year=(year := verdict.year if verdict else year),
        slots_left=RELEASES_PER_YEAR - ground.taken(year) - (release is not None and release.year == year),
        proposed=proposed_dates(ground, now, wished),
        offer=offer,
    )


@dataclass(frozen=True)
class AskedWindow:
    """Maintenance as far as it has been filled in."""

    starts_at: datetime | None = None
    ends_at: datetime | None = None
    environments: frozenset[EnvironmentKind] = frozenset()
    impact: Impact = Impact.OUTAGE
    tenants: tuple[str, ...] = ()
    exception_reason: Reason = NO_REASON


@dataclass(frozen=True)
class WindowOutlook:
    """What maintenance would mean. Without a verdict its times are not there yet, or cannot be."""

    verdict: WindowVerdict | None
    # What is not as we aim to do it has its reason, with which it stays on record.
    excused: bool
    refused: Refused | None
    deadline: Deadline | None
    clashes: list[Clash]
    # Nobody is mailed of what has no impact.
    audience: Audience
    told: Hearers | None
    # Of a move: what of it would be another time.
    moves: frozenset[Change] | None
    # The first good evening of all, and the one nearest to what was asked where that is not as we aim to do it.
    proposed: Evening | None
    offer: Evening | None
    # Its end and how long it lasts, where that is so long that it is asked for twice.
    long: tuple[datetime, timedelta] | None


def window_outlook(
    product: Product, asked: AskedWindow, now: datetime, *, window: MaintenanceWindow | None = None
) -> WindowOutlook:
    """Say what planning maintenance, or moving it, would mean; nothing is written. Source: SLA 3.1, 3.3, 0."""
    ground = Ground.of(product, now, window=window)
    starts_at, ends_at = asked.starts_at, asked.ends_at
    environments = asked.environments or frozenset(EnvironmentKind)
    is_notified = asked.impact is not Impact.NO_IMPACT
    verdict: WindowVerdict | None = None
    refused: Refused | None = None
    clashes: list[Clash] = []
    long: tuple[datetime, timedelta] | None = None
    offer: Evening | None = None
    if starts_at is not None and ends_at is not None:
        plan = MaintenancePlan("", starts_at, ends_at, environments, asked.impact, "", "", asked.tenants)
        try:
            verdict = judge_window(product, plan, now, window=window)
            clashes = clashes_of_window(ground, starts_at, ends_at, environments)
            offer = offered_window(ground, plan, verdict, now, window=window)
            long = (ends_at, plan.length) if plan.length > LONG else None
        except Refused as wrong:
            refused = wrong
    deadline = None
    if starts_at is not None and is_notified and refused is None:
        deadline = deadline_of(product, Change.MAINTENANCE, starts_at, asked.tenants or None)
    moved = window is not None and (starts_at, ends_at) != (window.starts_at, window.ends_at)
    back = {Change.MAINTENANCE: (starts_at, ends_at)} if starts_at is not None else {}
    return WindowOutlook(
        verdict=verdict,
        excused=verdict is not None and _excused(verdict.breaches, asked.exception_reason),
        refused=refused,
        deadline=deadline,
        clashes=clashes,
        audience=audience(product, asked.tenants or None) if is_notified else Audience(0, 0, 0),
        told=hearers(window, now, moved_to=back) if window is not None and moved else None,
        moves=(frozenset({Change.MAINTENANCE}) if moved else frozenset()) if window is not None else None,
        proposed=proposed_window(ground, length_of(asked, window), environments, now, notified=is_notified),
        offer=offer,
        long=long,
    )


def length_of(asked: AskedWindow, window: MaintenanceWindow | None) -> timedelta:
    """How long maintenance is to last: as long as was filled in, else as it was planned, else as usual."""
    if asked.starts_at is not None and asked.ends_at is not None and asked.starts_at < asked.ends_at:
        return asked.ends_at - asked.starts_at
    return window.ends_at - window.starts_at if window is not None else USUAL_LENGTH


def _excused(breaches: list[Breach], reason: Reason) -> bool:
    return bool(breaches) and reason.is_whole and all(breach.waivable for breach in breaches)


def _judged(
    product: Product, plan: ReleasePlan, now: datetime, release: Release | None
) -> tuple[Verdict | None, Refused | None]:
    try:
        return judge(product, plan, now, release=release), None
    except Refused as refused:
        return None, refused


def _moved(asked: Asked, release: Release) -> frozenset[Change]:
    """Which of its dates would be other ones."""
    return frozenset(change for change, moment in asked.dates.items() if moment != release.planned_at_of(change))
