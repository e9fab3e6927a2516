"""The page of a form that plans or moves something: what is wrong in it, and beside it what its plan would mean."""

from typing import Any

from flask import render_template, request

from entrypoints.forms import put_error
from entrypoints.guards import now
from entrypoints.plan_reading import Wrong
from entrypoints.planner.taken_back import Leaving
from schedules.hearers import hearers
from schedules.models import MaintenanceWindow, Release
from schedules.outlook import ReleaseOutlook, WindowOutlook
from sla.terms import Change
from tenants.models import Product


def plan_page(
    form: Any,
    template: str,
    product: Product,
    means: tuple[ReleaseOutlook | WindowOutlook, Wrong, dict[str, Any]],
    *,
    release: Release | None = None,
    window: MaintenanceWindow | None = None,
) -> str | tuple[str, int]:
    """The page, with 422 where what was sent cannot be planned. ``means`` comes from `answers`."""
    outlook, wrong, values = means
    if request.method == "POST" and not form.form_errors:
        for refused in wrong.refused:
            # A field that is wrong already has its own words.
            if refused.field not in form.errors:
                put_error(form, refused)
    verdict = outlook.verdict if request.method == "POST" and not _is_wrong(form) else None
    moved = release or window
    page = render_template(
        template,
        form=form,
        product=product,
        release=release,
        window=window,
        verdict=verdict,
        people=outlook.audience,
        hearing=hearers(moved, now()) if moved else None,
        leaving=Leaving.of(moved, Change) if moved else None,
        **values,
    )
    return (page, 422) if _is_wrong(form) or (verdict and verdict.breaches and not outlook.excused) else page


def _is_wrong(form: Any) -> bool:
    return bool(form.errors or form.form_errors)
