"""What a tenant's own date hangs on, read for many tenants at once: those in the same situation get the same answer."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, select

from schedules.models import Release, Rollout
from schedules.notices import Notice, NoticeState
from schedules.standing import Known, known
from schedules.version_neighbours import Neighbours, neighbours
from sla.terms import Change
from storage import among, db
from tenants.models import Tenant
from tenants.terms import Overrides

UPDATES = (Change.ACCEPTANCE, Change.PRODUCTION)


@dataclass(frozen=True)
class Situation:
    """All that decides which dates a tenant may have for one update of a release."""

    acceptance_at: datetime
    production_at: datetime
    # The update was called off for this tenant; so was acceptance, before production.
    called_off: bool
    acceptance_off: bool
    # Its notice was missed, so that it was not updated though its date has come.
    missed: bool
    overrides: Overrides
    # What it was told of this update, in the order of the revisions.
    told: tuple[Known, ...]
    # The versions between which it must stay.
    around: Neighbours = Neighbours()

    def date(self, kind: Change) -> datetime:
        return self.acceptance_at if kind is Change.ACCEPTANCE else self.production_at


def situations(release: Release, kind: Change, tenants: Sequence[Tenant]) -> dict[int, Situation]:
    """Return the situation of each tenant, by its id; four queries, whatever their number."""
    ids = [tenant.id for tenant in tenants]
    own = {(one.tenant_id, one.kind): one for one in _own_dates(release, ids)}
    rows = {}
    # Of thousands most were told nothing yet: nothing of their notices decides.
    for tenant_id, group in groupby(_notices(release, kind, ids), key=attrgetter("tenant_id")):
        notices = [*group]
        if len(notices) > 1 or _decides(notices[0]):
            rows[tenant_id] = notices
    around = neighbours(release, kind, ids)
    return {
        tenant.id: _situation(release, kind, tenant, own, rows.get(tenant.id, ()), around[tenant.id])
        for tenant in tenants
    }


def rollouts_of(release: Release, kind: Change, tenant_ids: Collection[int]) -> dict[int, Rollout]:
    """The dates of their own that these tenants have for an update, by tenant."""
    return {one.tenant_id: one for one in _rollouts(release, tenant_ids, Rollout.kind == kind)}


def own_dates_of_some(release: Release, tenant_ids: Collection[int]) -> dict[int, list[Rollout]]:
    """The dates of their own that these tenants have for a release, by tenant; acceptance first."""
    found: dict[int, list[Rollout]] = defaultdict(list)
    for one in sorted(_rollouts(release, tenant_ids), key=lambda row: row.kind.value):
        found[one.tenant_id].append(one)
    return found


def _rollouts(release: Release, tenant_ids: Collection[int], *more: ColumnElement[bool]) -> Sequence[Rollout]:
    of_tenants = (Rollout.release_id == release.id, among(Rollout.tenant_id, tenant_ids))
    return db.session.scalars(select(Rollout).where(*of_tenants, *more).execution_options(populate_existing=True)).all()


def _own_dates(release: Release, tenant_ids: Collection[int]) -> Sequence[Any]:
    """Of thousands only what decides is read, not the rows themselves."""
    columns = (Rollout.tenant_id, Rollout.kind, Rollout.planned_at, Rollout.cancelled_at)
    return db.session.execute(
        select(*columns).where(Rollout.release_id == release.id, among(Rollout.tenant_id, tenant_ids))
    ).all()


def _notices(release: Release, kind: Change, tenant_ids: Collection[int]) -> Iterable[Any]:
    columns = (Notice.tenant_id, Notice.planned_at, Notice.state, Notice.told_plan, Notice.announced_at)
    return db.session.execute(
        select(*columns, Notice.given_at, Notice.missed_at)
        .where(Notice.release_id == release.id, Notice.kind == kind, among(Notice.tenant_id, tenant_ids))
        .order_by(Notice.tenant_id, Notice.revision)
        .execution_options(yield_per=500)
    )


def _decides(notice: Any) -> bool:
    return notice.state is not NoticeState.PLANNED or bool(notice.announced_at or notice.missed_at)


def _situation(
    release: Release,
    kind: Change,
    tenant: Tenant,
    own: dict[tuple[int, Change], Any],
    notices: Sequence[Any],
    around: Neighbours,
) -> Situation:
    dates = {}
    off = {}
    for one in UPDATES:
        rollout = own.get((tenant.id, one))
        dates[one] = rollout.planned_at if rollout is not None else release.planned_at_of(one)
        off[one] = rollout is not None and rollout.cancelled_at is not None
    agreement = tenant.agreement
    return Situation(
        acceptance_at=dates[Change.ACCEPTANCE],
        production_at=dates[Change.PRODUCTION],
        called_off=off[kind],
        acceptance_off=kind is Change.PRODUCTION and off[Change.ACCEPTANCE],
        missed=bool(notices) and notices[-1].missed_at is not None,
        overrides=(agreement.acceptance_notice, agreement.production_notice, agreement.maintenance_notice)
        if agreement is not None
        else (None, None, None),
        told=tuple(known(row) for row in notices if row.state is not NoticeState.PLANNED or row.announced_at),
        around=around,
    )
