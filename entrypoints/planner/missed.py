"""What to do where a tenant was not told in time."""

from collections.abc import Mapping
from types import MappingProxyType

from flask import render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from entrypoints.forms import reason_typed
from entrypoints.guards import actor, now, require_may
from entrypoints.notice_forms import MissedForm
from entrypoints.planner.acting import act, release_or_404
from entrypoints.planner.blueprint import UPDATES, planner
from evidence.actors import May
from schedules.missed import missed_notices, waive_missed
from schedules.models import Release
from sla.terms import Change


@planner.get("/releases/<int:release_id>/missed")
def missed(release_id: int) -> str:
    """Which tenants were not told in time, and the three ways on."""
    return _missed_page(release_or_404(release_id))


@planner.post(f"/releases/<int:release_id>/missed/<{UPDATES}>")
def waive(release_id: int, kind: str) -> str | Response | tuple[str, int]:
    """Let the missed notices of an update pass, with a reason that customers read."""
    require_may(May.MANAGE)
    form = MissedForm()
    return act(
        form,
        lambda: waive_missed(release_or_404(release_id), Change(kind), reason_typed(form, "reason"), actor(), now()),
        _("They are told within a minute, with your reason."),
        url_for("planner.release_page", release_id=release_id),
        lambda: _missed_page(release_or_404(release_id), {Change(kind): form}),
    )


def _missed_page(release: Release, sent: Mapping[Change, MissedForm] = MappingProxyType({})) -> str:
    """The page, with a form for each update; ``sent`` is the one that was sent and comes back."""
    notices = missed_notices(release)
    forms = {kind: sent.get(kind) or MissedForm(formdata=None) for kind in (Change.ACCEPTANCE, Change.PRODUCTION)}
    for kind, form in forms.items():
        for one in (form.reason_nl, form.reason_en):
            one.id = f"{kind.value}-{one.name}"
    return render_template(
        "planner/releases/missed.html",
        release=release,
        product=release.product,
        groups={kind: [notice for notice in notices if notice.kind is kind] for kind in forms},
        forms=forms,
    )
