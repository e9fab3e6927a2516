"""What a plan would mean, as its form asks while somebody types; nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import render_template, request

from announcements.unreachable import Unreachable, unreachable_tenants
from entrypoints.guards import actor, chosen_product, now, require_may
from entrypoints.plan_reading import Wrong, release_asked, window_asked
from entrypoints.planner.acting import release_or_404, window_or_404
from entrypoints.planner.blueprint import planner
from entrypoints.presenting import clock
from entrypoints.presenting_breaches import breach_sentence, field_of
from entrypoints.tenants_field import tenants_typed
from evidence.actors import May
from schedules.models import Impact, MaintenanceWindow, Release
from schedules.outlook import ReleaseOutlook, WindowOutlook, release_outlook, window_outlook
from schedules.reasons import NO_REASON
from sla.breaches import Breach
from storage.database import only_reads
from tenants.models import Product


@planner.post("/releases/new/answer")
@only_reads
def new_release_answer() -> str:
    """What the release that is being filled in would mean: a part of its page."""
    require_may(May.PLAN)
    return _release_answer(chosen_product())


@planner.post("/releases/<int:release_id>/move/answer")
@only_reads
def move_answer(release_id: int) -> str:
    """What the move that is being filled in would mean."""
    require_may(May.PLAN)
    release = release_or_404(release_id)
    return _release_answer(release.product, release)


@planner.post("/maintenance/new/answer")
@only_reads
def new_maintenance_answer() -> str:
    """What the maintenance that is being filled in would mean."""
    require_may(May.PLAN)
    return _window_answer(chosen_product())


@planner.post("/maintenance/<int:window_id>/move/answer")
@only_reads
def move_window_answer(window_id: int) -> str:
    """What another time for maintenance would mean."""
    require_may(May.PLAN)
    window = window_or_404(window_id)
    return _window_answer(window.product, window)


def release_means(
    product: Product, typed: Mapping[str, str], release: Release | None = None
) -> tuple[ReleaseOutlook, Wrong, dict[str, Any]]:
    """What a release that is filled in would mean, what is wrong in it, and what the part of the page shows of it."""
    asked, wrong = release_asked(typed, product, release)
    if not actor().may(May.MANAGE):
        asked = replace(asked, waiver_reason=NO_REASON)
    outlook = release_outlook(product, asked, now(), release=release)
    if outlook.refused is not None:
        wrong.add(outlook.refused)
    chosen = in_words({"acceptance_at": asked.acceptance_at, "production_at": asked.production_at}, product)
    return outlook, wrong, {"outlook": outlook, "unreachable": unreachable_tenants(product), "chosen": chosen}


def window_means(
    product: Product, typed: Mapping[str, str], environments: Sequence[str], window: MaintenanceWindow | None = None
) -> tuple[WindowOutlook, Wrong, dict[str, Any]]:
    """The same of maintenance."""
    asked, wrong = window_asked(typed, environments, product, window)
    outlook = window_outlook(product, asked, now(), window=window)
    if outlook.refused is not None:
        wrong.add(outlook.refused)
    silent = asked.impact is Impact.NO_IMPACT
    found = Unreachable((), 0, (), 0) if silent else unreachable_tenants(product, asked.tenants or None)
    chosen = in_words({"starts_at": asked.starts_at, "ends_at": asked.ends_at}, product)
    return outlook, wrong, {"outlook": outlook, "unreachable": found, "chosen": chosen}


def in_words(moments: Mapping[str, datetime | None], product: Product) -> dict[str, str]:
    """The moments that fields hold, with their day of the week, by field."""
    return {name: clock(moment, product.timezone) for name, moment in moments.items() if moment}


def _release_answer(product: Product, release: Release | None = None) -> str:
    outlook, wrong, values = release_means(product, request.form, release)
    breaches = outlook.verdict.breaches if outlook.verdict and not outlook.excused else []
    return render_template(
        "planner/releases/_answer.html",
        live=True,
        product=product,
        release=release,
        wrong=_beside_fields(wrong, breaches, product),
        **values,
    )


def _window_answer(product: Product, window: MaintenanceWindow | None = None) -> str:
    outlook, wrong, values = window_means(product, _typed_of_window(), request.form.getlist("environments"), window)
    breaches = outlook.verdict.breaches if outlook.verdict and not outlook.excused else []
    return render_template(
        "planner/maintenance/_answer.html",
        live=True,
        product=product,
        window=window,
        wrong=_beside_fields(wrong, breaches, product),
        **values,
    )


def _typed_of_window() -> dict[str, str]:
    return {**request.form, "tenants": tenants_typed(request.form)}


def _beside_fields(wrong: Wrong, breaches: list[Breach], product: Product) -> dict[str, list[str]]:
    """What is said beside each field, in the words that the page uses when it is sent."""
    said = {name: list(messages) for name, messages in wrong.fields.items()}
    for breach in breaches:
        said.setdefault(field_of(breach), []).append(breach_sentence(breach, product))
    return said
