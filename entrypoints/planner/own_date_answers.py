"""What a date for one tenant, or for a wave of them, would mean, as its form asks while somebody types."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from flask import render_template, request

from announcements.unreachable import unreachable_tenants
from entrypoints.guards import now, require_may
from entrypoints.plan_reading import Wrong, own_date_asked
from entrypoints.planner.acting import release_or_404, tenant_of_release_or_404, wave_or_404
from entrypoints.planner.answers import in_words
from entrypoints.planner.blueprint import UPDATES, planner
from entrypoints.planner.numbers import numbers_in
from entrypoints.presenting_breaches import breach_sentence
from evidence.actors import May
from schedules.going_along import ids_going
from schedules.ground import Ground
from schedules.in_the_way import in_the_way_of_some
from schedules.models import Release
from schedules.own_date_judging import OwnDateVerdict, judge_own_dates
from schedules.own_date_outlook import own_date_outlook
from schedules.waves import tenants_among
from sla.terms import Change
from storage.database import only_reads
from tenants.models import Product, Tenant

# Tenants that keep many other dates of their own may each have a reason.
MOST_REASONS = 5


@planner.post(f"/releases/<int:release_id>/tenants/<slug>/<{UPDATES}>/answer")
@only_reads
def own_date_answer(release_id: int, slug: str, kind: str) -> str:
    """What the date that is being filled in would mean for one tenant: a part of its page."""
    require_may(May.PLAN)
    release = release_or_404(release_id)
    return _answer(release, Change(kind), [tenant_of_release_or_404(release, slug)])


@planner.post("/releases/<int:release_id>/rollout/answer")
@only_reads
def wave_answer(release_id: int) -> str:
    """What it would mean for the tenants that were chosen."""
    require_may(May.PLAN)
    release = release_or_404(release_id)
    kind = Change.ACCEPTANCE if request.form.get("kind") == "acceptance" else Change.PRODUCTION
    return _answer(release, kind, tenants_among(release, numbers_in(request.form.get("chosen", ""))))


@planner.post("/waves/<int:wave_id>/move/answer")
@only_reads
def move_wave_answer(wave_id: int) -> str:
    """What another date would mean for those who still go along with a wave."""
    require_may(May.PLAN)
    wave = wave_or_404(wave_id)
    out = numbers_in(request.form.get("left_out", ""))
    going = ids_going(wave) - out
    return _answer(wave.release, wave.kind, tenants_among(wave.release, going))


def own_date_means(
    release: Release, kind: Change, tenants: Sequence[Tenant], typed: Mapping[str, str], field: str = "planned_at"
) -> tuple[dict[str, Any], Wrong]:
    """What the part of a page shows of the date in its form's ``field``, and what is wrong in it."""
    planned_at, wrong = own_date_asked(typed, release.product, field)
    product = release.product
    outlook = own_date_outlook(release, kind, tenants, planned_at, now())
    return {
        "outlook": outlook,
        "reasons": _reasons(outlook.verdict, product),
        "unreachable": unreachable_tenants(product, tenant_ids=[tenant.id for tenant in tenants]),
        "at": planned_at,
        "chosen": in_words({field: planned_at}, product),
        "number": len(tenants),
    }, wrong


def objections(verdict: OwnDateVerdict | None, product: Product) -> list[str]:
    """Why the only tenant that was asked about cannot have a date, in sentences."""
    if verdict is None:
        return []
    return [*filter(None, [verdict.obstacle]), *(breach_sentence(breach, product) for breach in verdict.breaches)]


def is_unread(release: Release, kind: Change, planned_at: datetime) -> bool:
    """Whether something stands in the way of a date that was not read beside this very date, however it is written."""
    if request.form.get("seen") == planned_at.isoformat():
        return False
    return bool(in_the_way_of_some(Ground.of(release.product, now(), release=release), kind, planned_at))


def is_unread_by_some(release: Release, kind: Change, tenant_ids: Collection[int], planned_at: datetime) -> bool:
    """The same of a date for many; of one that some of them cannot have that is said first."""
    if not is_unread(release, kind, planned_at):
        return False
    return not judge_own_dates(release, kind, tenants_among(release, tenant_ids), planned_at, now()).objections


def _reasons(verdict: OwnDateVerdict | None, product: Product) -> list[tuple[str, int]]:
    """Why tenants cannot have a date, each reason once with how many have it; those of most tenants first."""
    found = verdict.objections if verdict else []
    reasons: Counter[str] = Counter()
    for (obstacle, breaches), number in Counter((one.obstacle, tuple(one.breaches)) for one in found).items():
        for reason in (*filter(None, [obstacle]), *(breach_sentence(breach, product) for breach in breaches)):
            reasons[reason] += number
    return reasons.most_common(MOST_REASONS)


def _answer(release: Release, kind: Change, tenants: Sequence[Tenant]) -> str:
    values, wrong = own_date_means(release, kind, tenants, request.form)
    said = wrong.fields
    if len(tenants) == 1:
        said.setdefault("planned_at", []).extend(objections(values["outlook"].verdict, release.product))
    return render_template(
        "planner/rollouts/_answer.html", live=True, release=release, product=release.product, wrong=said, **values
    )
