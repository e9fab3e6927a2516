"""What the planner's pages share: do one thing and go back, find what the address names."""

from collections.abc import Callable
from typing import Any

from flask import abort, flash, redirect
from werkzeug.wrappers import Response

from entrypoints.forms import put_error
from entrypoints.planner.taken_back import Leaving
from entrypoints.refusals import in_peoples_words
from schedules.models import MaintenanceWindow, Release
from schedules.wave_models import Wave
from storage import Refused, db
from tenants.models import Tenant
from tenants.queries import tenant_by_slug


def act(
    form: Any,
    verb: Callable[[], object],
    done: str,
    back: str,
    again: Callable[[], str] | None = None,
    *,
    leaving: Leaving | None = None,
) -> str | Response | tuple[str, int]:
    """Do one thing and go back; what is refused shows in the form again, or above the page it came from.

    ``leaving``: the notices of which is said, once it is done, that they were taken back.
    """
    try:
        verb()
    except Refused as refused:
        db.session.rollback()
        if again is not None:
            put_error(form, refused)
            return again(), 422
        flash(" ".join(in_peoples_words(one) for one in refused.all), "danger")
    else:
        flash(done, "success")
        if leaving is not None:
            leaving.say()
    return redirect(back)


def release_or_404(release_id: int) -> Release:
    release = db.session.get(Release, release_id)
    if release is None:
        abort(404)
    return release


def wave_or_404(wave_id: int) -> Wave:
    wave = db.session.get(Wave, wave_id)
    if wave is None:
        abort(404)
    return wave


def tenant_of_release_or_404(release: Release, slug: str) -> Tenant:
    """The tenant of this name that has the release's product."""
    tenant = tenant_or_404(slug)
    if tenant.product_id != release.product_id:
        abort(404)
    return tenant


def tenant_or_404(slug: str) -> Tenant:
    return tenant_by_slug(slug) or abort(404)


def window_or_404(window_id: int) -> MaintenanceWindow:
    window = db.session.get(MaintenanceWindow, window_id)
    if window is None:
        abort(404)
    return window
