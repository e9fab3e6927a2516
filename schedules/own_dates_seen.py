"""Nobody overwrites or drops a date of tenants' own that somebody else gave since the page was opened."""

import hashlib
from collections.abc import Sequence

from flask_babel import gettext as _

from schedules.errors import ChangedMeanwhile
from schedules.models import Release, Rollout
from schedules.own_date_situations import own_dates_of_some
from sla.terms import Change
from storage import db
from tenants.models import Tenant
from tenants.wording import day_and_time_here, environment_in_words

UPDATES = (Change.ACCEPTANCE, Change.PRODUCTION)


def seen_of(release: Release, tenant_ids: Sequence[int]) -> str:
    """Return what names the dates of a release that these tenants have now, everybody's with them; one query."""
    own = own_dates_of_some(release, tenant_ids)
    rows = [
        (one.tenant_id, one.kind.value, one.planned_at.timestamp(), one.set_at.timestamp(), one.cancelled_at is None)
        for tenant_id in sorted(own)
        for one in own[tenant_id]
    ]
    facts = release.acceptance_at.timestamp(), release.production_at.timestamp(), rows
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:32]


def check_seen(release: Release, tenants: Sequence[Tenant], seen: str | None) -> None:
    """Raise ChangedMeanwhile, the transaction given up, where ``seen`` names other dates than there are now.

    None is somebody who has looked at none. Whoever calls this holds off other planners.
    """
    if seen is None or seen == seen_of(release, [tenant.id for tenant in tenants]):
        return
    words = _changed(release, tenants)
    db.session.rollback()
    raise ChangedMeanwhile("revision", words)


def _changed(release: Release, tenants: Sequence[Tenant]) -> str:
    if len(tenants) != 1:
        return _(
            "Somebody changed the dates of some of these tenants since you opened the page. Who has a date of its own "
            "now stands here: look again."
        )
    (tenant,) = tenants
    own = {one.kind: one for one in own_dates_of_some(release, [tenant.id]).get(tenant.id, [])}
    dates = "; ".join(_date(release, kind, own.get(kind)) for kind in UPDATES)
    return _(
        "The dates of %(name)s have changed since you opened the page. Now: %(dates)s. Look again.",
        name=tenant.name,
        dates=dates,
    )


def _date(release: Release, kind: Change, own: Rollout | None) -> str:
    at = own.planned_at if own is not None else release.planned_at_of(kind)
    named = {
        "environment": environment_in_words(kind.value),
        "moment": day_and_time_here(at, release.product.timezone),
    }
    if own is None:
        return _("%(environment)s with everybody, on %(moment)s", **named)
    if own.cancelled_at is not None:
        return _("%(environment)s called off by %(person)s", person=own.cancelled_by, **named)
    return _("%(environment)s on %(moment)s, given by %(person)s", person=own.set_by, **named)
