"""Acceptance is recorded as updated on its date, for whoever was given notice (SLA 3.3)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, insert, select, update
from sqlalchemy.orm import aliased

from evidence.actors import THE_CLOCK
from evidence.chain import append
from schedules import on_record, running_events
from schedules.models import Release, Rollout
from schedules.notices import Notice, NoticeState
from sla.terms import Change
from sla.versions import version_key
from storage import db
from tenants.models import Environment, EnvironmentKind, Installation, Source, Tenant
from webhooks.publishing import publish

# Made once: every tick asks with it, and making it takes longer than the answer.
_newer = aliased(Notice)


def _newest_notice(condition: ColumnElement[bool]) -> Select[int]:
    """Select the tenants whose newest notice of an update of acceptance meets a condition."""
    newest = ~(
        select(_newer.id)
        .where(
            _newer.tenant_id == Notice.tenant_id,
            _newer.release_id == Notice.release_id,
            _newer.kind == Notice.kind,
            _newer.revision > Notice.revision,
        )
        .exists()
    )
    return select(Notice.tenant_id).where(Notice.kind == Change.ACCEPTANCE, condition, newest)


# Made once, because it is asked every few seconds and making it takes longer than the answer.
_UNDECIDED_YET = _newest_notice(Notice.state.in_([NoticeState.PLANNED, NoticeState.DUE, NoticeState.ANNOUNCED]))


def record_acceptance(now: datetime) -> int:
    """Record acceptance as updated where its date has come, unless a pipeline said otherwise. One commit a date.

    Returns the number of environments. A tenant whose notice was missed is not updated (SLA 3.3).
    """
    return _record_everybodys(now) + _record_own_dates(now)


def _record_everybodys(now: datetime) -> int:
    updated = 0
    while True:
        release = db.session.scalars(
            select(Release)
            .where(
                Release.acceptance_at <= now,
                Release.acceptance_recorded_at.is_(None),
                Release.cancelled_at.is_(None),
                # Of every tenant it must have been decided first whether its notice was given or missed; who has a
                # date of its own is waited for at that date.
                ~_UNDECIDED_YET.where(
                    Notice.release_id == Release.id, Notice.planned_at <= Release.acceptance_at
                ).exists(),
            )
            .order_by(Release.acceptance_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        ).one_or_none()
        if release is None:
            db.session.rollback()
            return updated
        own_dates = select(Rollout.tenant_id).where(Rollout.release_id == release.id, Rollout.kind == Change.ACCEPTANCE)
        updated += _update_acceptance(release, release.acceptance_at, Tenant.id.not_in(own_dates), now)
        release.acceptance_recorded_at = now
        append([on_record.acceptance_recorded(release)], now)
        db.session.commit()


def _record_own_dates(now: datetime) -> int:
    """The same for tenants that have a date of their own."""
    updated = 0
    while True:
        rollout = db.session.scalars(
            select(Rollout)
            .join(Release)
            .where(
                Rollout.kind == Change.ACCEPTANCE,
                Rollout.planned_at <= now,
                Rollout.recorded_at.is_(None),
                Rollout.cancelled_at.is_(None),
                Release.cancelled_at.is_(None),
                ~_UNDECIDED_YET.where(
                    Notice.release_id == Rollout.release_id, Notice.tenant_id == Rollout.tenant_id
                ).exists(),
            )
            .order_by(Rollout.id)
            .limit(1)
            .with_for_update(of=Rollout, skip_locked=True)
        ).one_or_none()
        if rollout is None:
            db.session.rollback()
            return updated
        updated += _update_acceptance(rollout.release, rollout.planned_at, Tenant.id == rollout.tenant_id, now)
        rollout.recorded_at = now
        append([on_record.own_date_recorded(rollout)], now)
        db.session.commit()


def _update_acceptance(release: Release, at: datetime, tenants: ColumnElement[bool], now: datetime) -> int:
    missed = _newest_notice(Notice.state == NoticeState.MISSED).where(Notice.release_id == release.id)
    # Whoever reports a version at this moment waits for us, or we for them; then we see what they wrote.
    db.session.execute(
        select(Environment.id)
        .join(Tenant)
        .where(Tenant.product_id == release.product_id, Environment.kind == EnvironmentKind.ACCEPTANCE, tenants)
        .order_by(Environment.id)
        .with_for_update(of=Environment, key_share=True)
    ).all()
    running = db.session.execute(
        select(Environment.id, Installation.id, Installation.version, Installation.installed_at)
        .join(Tenant)
        .outerjoin(Installation, (Installation.environment_id == Environment.id) & Installation.replaced_at.is_(None))
        .where(
            Tenant.product_id == release.product_id,
            Environment.kind == EnvironmentKind.ACCEPTANCE,
            Tenant.id.not_in(missed),
            tenants,
        )
    ).all()
    behind = [row for row in running if _is_behind(row, release, at)]
    if not behind:
        return 0
    replaced = [{"id": row[1], "replaced_at": at} for row in behind if row[1] is not None]
    if replaced:
        db.session.execute(update(Installation), replaced)
    db.session.execute(
        insert(Installation),
        [
            {
                "environment_id": environment_id,
                "version": release.version,
                "installed_at": at,
                "source": Source.PLAN,
                "reported_by": THE_CLOCK.name,
                "breach": "",
                "told_at": None,
            }
            for environment_id, *_rest in behind
        ],
    )
    publish(running_events.versions([(row[0], row[2] or "") for row in behind], release.version, at), now)
    return len(behind)


def _is_behind(row: Any, release: Release, at: datetime) -> bool:
    """Whether an environment is to be recorded as updated: not if it was reported since, or is as new already."""
    _environment_id, installation_id, version, installed_at = row
    if installation_id is None:
        return True
    if installed_at >= at:
        return False
    try:
        return version_key(version) < version_key(release.version)
    except ValueError:
        return True
