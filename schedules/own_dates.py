"""Dates of tenants' own beside everybody's: who goes along with a move, and whom it would leave no time to test."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import aliased

from schedules.models import Release, Rollout
from sla.periods import Period
from sla.releases import release_breaches
from sla.terms import Change
from storage import Refused, db
from tenants.models import Tenant
from tenants.wording import moment_in_words, period_in_words


def going_along(release: Release, kind: Change) -> Select[int]:
    """The ids of the tenants whose date for an update is everybody's."""
    own = select(Rollout.tenant_id).where(Rollout.release_id == release.id, Rollout.kind == kind)
    return select(Tenant.id).where(Tenant.product_id == release.product_id, Tenant.id.not_in(own))


@dataclass(frozen=True)
class OwnHalf:
    """One date of their own that some tenants have, the other being everybody's: how many, and the first by name."""

    kind: Change
    planned_at: datetime
    tenants: int
    name: str


def own_halves(release: Release, now: datetime) -> list[OwnHalf]:
    """The distinct dates ahead that stand beside everybody's other date; one query, whatever the number of tenants."""
    other = aliased(Rollout)
    same = and_(
        other.release_id == Rollout.release_id, other.tenant_id == Rollout.tenant_id, other.kind != Rollout.kind
    )
    rows = db.session.execute(
        select(Rollout.kind, Rollout.planned_at, func.count(), func.min(Tenant.name))
        .join(Tenant, Tenant.id == Rollout.tenant_id)
        .outerjoin(other, same)
        .where(
            Rollout.release_id == release.id,
            Rollout.cancelled_at.is_(None),
            Rollout.planned_at > now,
            other.id.is_(None),
        )
        .group_by(Rollout.kind, Rollout.planned_at)
        .order_by(Rollout.planned_at)
    )
    return [OwnHalf(*row) for row in rows]


def check_own_dates_fit(
    release: Release, changed: Collection[Change], acceptance_at: datetime, production_at: datetime, now: datetime
) -> None:
    """Raise Refused where a new date for everybody comes too near to a date of some tenants' own, or beyond it.

    Their date was chosen for them alone, so nothing of it can be waived: it must be changed first.
    """
    general = {Change.ACCEPTANCE: acceptance_at, Change.PRODUCTION: production_at}
    period = Period.parse(release.product.test_period)
    for half in own_halves(release, now):
        moved = Change.ACCEPTANCE if half.kind is Change.PRODUCTION else Change.PRODUCTION
        dates = general | {half.kind: half.planned_at}
        both = dates[Change.ACCEPTANCE], dates[Change.PRODUCTION]
        if moved in changed and release_breaches(*both, now, [], [], period, release.product.zone):
            raise Refused(f"{moved}_at", _in_words(release, half, period))


def _in_words(release: Release, half: OwnHalf, period: Period) -> str:
    named = {
        "who": half.name
        if half.tenants == 1
        else ngettext(
            "%(name)s and %(num)d more tenant",
            "%(name)s and %(num)d more tenants",
            half.tenants - 1,
            name=half.name,
        ),
        "day": moment_in_words(half.planned_at, release.product.timezone, str(get_locale() or "en")),
        "period": period_in_words(str(period)),
    }
    if half.kind is Change.PRODUCTION:
        return _(
            "%(who)s has production on a date of its own, %(day)s. Acceptance must come before it, with %(period)s to "
            "test. Change that date first.",
            **named,
        )
    return _(
        "%(who)s has acceptance on a date of its own, %(day)s. Production must come after it, with %(period)s to test. "
        "Change that date first.",
        **named,
    )
