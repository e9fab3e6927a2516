"""Reads of waves: those of a release, and the tenants of one with the state of their notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import aliased, joinedload

from schedules.going_along import GOING, number_going, still_of
from schedules.models import Release, Rollout
from schedules.notices import Notice, NoticeState
from schedules.wave_models import Wave, WaveTenant
from storage import db
from storage.paging import PER_PAGE, Listed, page_there_is
from tenants.models import Tenant


@dataclass(frozen=True)
class WaveLine:
    """A wave in a list: how many tenants were put into it, and how many still go along."""

    wave: Wave
    tenants: int
    going: int


def waves(release: Release) -> list[WaveLine]:
    """The waves of a release by date, those that were dropped last."""
    put = select(func.count()).where(WaveTenant.wave_id == Wave.id).correlate(Wave).scalar_subquery()
    going = select(func.count()).where(Rollout.wave_id == Wave.id, GOING).correlate(Wave).scalar_subquery()
    rows = db.session.execute(
        select(Wave, put, going)
        .where(Wave.release_id == release.id)
        .order_by(Wave.dropped_at.is_not(None), Wave.planned_at, Wave.id)
    )
    return [WaveLine(*row) for row in rows]


def line_of(wave: Wave) -> WaveLine:
    """One of them."""
    put = select(func.count()).where(WaveTenant.wave_id == wave.id)
    return WaveLine(wave, db.session.scalar(put) or 0, number_going(wave))


def waves_named(release: Release) -> dict[int, str]:
    """The names of a release's waves."""
    rows = db.session.execute(select(Wave.id, Wave.name).where(Wave.release_id == release.id))
    return {row[0]: row[1] for row in rows}


def own_dates_asked(release: Release) -> Select[Rollout]:
    """Select the dates of their own that tenants have for a release, by date, each with its tenant."""
    query = select(Rollout).where(Rollout.release_id == release.id).options(joinedload(Rollout.tenant))
    return query.order_by(Rollout.planned_at, Rollout.kind, Rollout.id)


def waves_of(tenant: Tenant) -> list[Wave]:
    """The waves that a tenant was put into, the latest first."""
    return list(
        db.session.scalars(
            select(Wave)
            .join(WaveTenant, WaveTenant.wave_id == Wave.id)
            .where(WaveTenant.tenant_id == tenant.id)
            .order_by(Wave.planned_at.desc(), Wave.id.desc())
            .options(joinedload(Wave.release))
        )
    )


def own_dates_of(tenant: Tenant) -> Sequence[Rollout]:
    """The dates of its own that a tenant has or had, the latest first, each with its release."""
    return db.session.scalars(
        select(Rollout)
        .where(Rollout.tenant_id == tenant.id)
        .order_by(Rollout.planned_at.desc(), Rollout.id.desc())
        .options(joinedload(Rollout.release))
    ).all()


def tenants_of(wave: Wave, page: int) -> Listed:
    """A page of (tenant, its present own date or None, its newest notice or None) of a wave, by name.

    A page after the last one is the last one.
    """
    total = db.session.scalar(select(func.count()).where(WaveTenant.wave_id == wave.id)) or 0
    page = page_there_is(page, total, PER_PAGE)
    own, notice = aliased(Rollout), aliased(Notice)
    on_page = (
        select(Tenant.id)
        .join(WaveTenant, WaveTenant.tenant_id == Tenant.id)
        .where(WaveTenant.wave_id == wave.id)
        .order_by(Tenant.name, Tenant.id)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
        .subquery()
    )
    rows = db.session.execute(
        select(Tenant, own, notice)
        .join(on_page, on_page.c.id == Tenant.id)
        .outerjoin(own, (own.tenant_id == Tenant.id) & (own.release_id == wave.release_id) & (own.kind == wave.kind))
        .outerjoin(notice, _newest(notice, wave))
        .order_by(Tenant.name, Tenant.id)
    ).all()
    return Listed(rows, total, page)


def notices_of_wave(wave: Wave) -> list[tuple[NoticeState, int]]:
    """How many of the tenants that still go along have a notice in each state."""
    notice = aliased(Notice)
    rows = db.session.execute(
        select(notice.state, func.count())
        .select_from(Rollout)
        .join(Tenant, Tenant.id == Rollout.tenant_id)
        .join(notice, _newest(notice, wave))
        .where(still_of(wave))
        .group_by(notice.state)
        .order_by(notice.state)
    )
    return [(state, number) for state, number in rows]


def _newest(notice: Any, wave: Wave) -> Any:
    """The condition that a notice is the newest of its tenant about the update of a wave."""
    other = aliased(Notice)
    about = (other.release_id == wave.release_id) & (other.kind == wave.kind)
    newest = (
        select(func.max(other.revision)).where(about, other.tenant_id == Tenant.id).correlate(Tenant).scalar_subquery()
    )
    of_update = (notice.release_id == wave.release_id) & (notice.kind == wave.kind)
    return (notice.tenant_id == Tenant.id) & of_update & (notice.revision == newest)
