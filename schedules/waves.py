"""Waves: many tenants with one date of their own, given, moved and dropped in one transaction (SLA 3.3)."""

from collections.abc import Collection, Sequence
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, May, require
from evidence.chain import append
from schedules.errors import ChangedMeanwhile, refuse
from schedules.going_along import ids_going, still_of
from schedules.models import Release, Rollout
from schedules.own_date_judging import OwnDateVerdict, judge_own_dates
from schedules.own_date_laying import UNSYNCHRONISED, Given, lay_own_dates, take_own_dates_back
from schedules.own_dates_seen import check_seen
from schedules.wave_models import Wave, WaveTenant
from sla.terms import Change
from storage import AllAtOnce, Conflict, among, db
from tenants import checks
from tenants.models import Tenant
from tenants.planners import wait_for_other_planners


class SomeCannot(ValueError):
    """Some of the tenants cannot have this date; ``verdict`` says which, why, and what would do."""

    def __init__(self, verdict: OwnDateVerdict) -> None:
        super().__init__(f"{len(verdict.objections)} tenants cannot have this date")
        self.verdict = verdict


def give_wave(
    release: Release,
    kind: Change,
    tenant_ids: Collection[int],
    planned_at: datetime,
    name: str,
    reason: str,
    by: Actor,
    now: datetime,
    *,
    seen: str | None = None,
) -> Wave:
    """Give several tenants one date of their own for an update; each is told as everybody is.

    All of them or none: raises ChangedMeanwhile where ``seen`` (``own_dates_seen``) is not what these tenants have any
    more, SomeCannot where the notice period of one, or its time to test, is broken; Refused for
    values that cannot be used, Conflict for a name that another wave of this update has.
    """
    require(by, May.PLAN)
    name, reason = wave_words(name, reason)
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    tenants = tenants_among(release, tenant_ids)
    if not tenants:
        refuse("tenants", _("Choose one tenant at least."))
    check_seen(release, tenants, seen)
    _judge(release, kind, tenants, planned_at, now)
    wave = Wave(release_id=release.id, kind=kind, name=name, planned_at=planned_at, reason=reason)
    wave.set_by, wave.set_at = by.name, now
    db.session.add(wave)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Conflict("name", _("There is a wave of this name already. Choose another.")) from None
    db.session.execute(insert(WaveTenant), [{"wave_id": wave.id, "tenant_id": tenant.id} for tenant in tenants])
    given = Given(reason, by.name, wave_id=wave.id)
    append(lay_own_dates(release, kind, tenants, planned_at, given, by, now), now)
    db.session.commit()
    return wave


def wave_words(name: str, reason: str) -> tuple[str, str]:
    """Name and reason of a wave in one form. Raises Refused for those that cannot be used."""
    with AllAtOnce() as each:
        return each(checks.line, "name", name, most=80), each(checks.line, "reason", reason, most=300)


def move_wave(
    wave: Wave, planned_at: datetime, by: Actor, now: datetime, *, revision: int, leave_out: Collection[int] = ()
) -> None:
    """Give all that still go along with a wave another date. Who is left out keeps its date, and leaves the wave.

    Raises as ``give_wave`` does, and ChangedMeanwhile where somebody else changed the wave.
    """
    require(by, May.PLAN)
    release = _opened(wave, revision)
    if planned_at == wave.planned_at:
        refuse("planned_at", _("This is the date that it has. Choose another."))
    going = ids_going(wave) - set(leave_out)
    if not going:
        refuse("planned_at", _("Nobody goes along with this wave any more."))
    tenants = tenants_among(release, going)
    _judge(release, wave.kind, tenants, planned_at, now)
    left = update(Rollout).where(still_of(wave), among(Rollout.tenant_id, leave_out)).values(wave_id=None)
    db.session.execute(left, execution_options=UNSYNCHRONISED)
    wave.planned_at, wave.moved_by, wave.moved_at, wave.revision = planned_at, by.name, now, wave.revision + 1
    given = Given(wave.reason, by.name, wave_id=wave.id)
    append(lay_own_dates(release, wave.kind, tenants, planned_at, given, by, now), now)
    db.session.commit()


def drop_wave(wave: Wave, by: Actor, now: datetime, *, revision: int, leave_out: Collection[int] = ()) -> None:
    """Let all that still go along with a wave go along with everybody again. Who is left out keeps its date.

    Raises as ``move_wave`` does, and Refused once everybody's date or that of the wave has come.
    """
    require(by, May.PLAN)
    release = _opened(wave, revision)
    everybodys = release.planned_at_of(wave.kind)
    going, left = _parted(wave, leave_out)
    if going and min(everybodys, wave.planned_at) <= now:
        refuse("", _("Everybody's date or that of the wave has come: it can be moved, but not dropped any more."))
    tenants = tenants_among(release, [rollout.tenant_id for rollout in going])
    _judge(release, wave.kind, tenants, everybodys, now)
    for rollout in left:
        rollout.wave_id = None
    wave.dropped_by, wave.dropped_at, wave.revision = by.name, now, wave.revision + 1
    append(take_own_dates_back(release, wave.kind, going, by, now) if going else [], now)
    db.session.commit()


def tenants_among(release: Release, tenant_ids: Collection[int]) -> Sequence[Tenant]:
    """Those of these tenants that have the release's product, by name."""
    return db.session.scalars(
        select(Tenant)
        .where(Tenant.product_id == release.product_id, among(Tenant.id, tenant_ids))
        .order_by(Tenant.name, Tenant.id)
    ).all()


def _going_along(wave: Wave) -> Sequence[Rollout]:
    """The dates of the tenants that still go along with a wave."""
    return db.session.scalars(
        select(Rollout).where(still_of(wave)).order_by(Rollout.id).execution_options(populate_existing=True)
    ).all()


def _opened(wave: Wave, revision: int) -> Release:
    """The release of a wave, both as they stand, for us alone to plan. Raises where the wave is another by now."""
    release = wave.release
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    db.session.refresh(wave)
    if wave.revision != revision:
        db.session.rollback()
        raise ChangedMeanwhile("", _("Somebody else changed this wave meanwhile. Look at it again."))
    if wave.dropped_at is not None:
        refuse("", _("This wave was dropped before."))
    return release


def _parted(wave: Wave, leave_out: Collection[int]) -> tuple[list[Rollout], list[Rollout]]:
    """Who goes along from now on, and who is left out."""
    rows, out = _going_along(wave), set(leave_out)
    return [row for row in rows if row.tenant_id not in out], [row for row in rows if row.tenant_id in out]


def _judge(release: Release, kind: Change, tenants: Sequence[Tenant], planned_at: datetime, now: datetime) -> None:
    verdict = judge_own_dates(release, kind, tenants, planned_at, now)
    if verdict.objections:
        db.session.rollback()
        raise SomeCannot(verdict)
