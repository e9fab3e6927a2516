"""What tenants run: recorded on the day for acceptance, as reported for production (SLA 3.3, 4.2)."""

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, insert, select, update
from sqlalchemy.orm import aliased

from evidence.actors import THE_CLOCK, Actor, May, require
from evidence.chain import append
from schedules import on_record, running_events
from schedules.models import Release, Rollout
from schedules.notices import TOLD_STATES, Notice, NoticeState, Says
from sla.terms import Change
from sla.versions import version_key
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.models import Environment, EnvironmentKind, Installation, Source, Tenant
from tenants.services import install
from webhooks.publishing import publish

# Clocks of pipelines and ours differ a little.
AHEAD_OF_US = timedelta(minutes=5)
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


def report_version(
    tenant: Tenant, kind: EnvironmentKind, version: str, installed_at: datetime | None, by: Actor, now: datetime
) -> Installation | None:
    """Record the version that an operator or a pipeline says an environment runs.

    Returns None where that was known. A version that no release knows is recorded as said; one that came without the
    notice that was promised is recorded as a breach. Raises Refused for text that is no version's and for a moment to
    come.
    """
    require(by, May.OPERATE)
    since = installed_at or now
    with AllAtOnce() as each:
        version = each(version_run, version)
        if since > now + AHEAD_OF_US:
            each.add(Refused("installed_at", _("This moment has not come yet.")))
    # Whoever reports on this environment now waits for us.
    environment = db.session.scalars(
        select(Environment)
        .where(Environment.tenant_id == tenant.id, Environment.kind == kind)
        .with_for_update(key_share=True)
    ).one()
    release = _release_of(tenant, version)
    to_tell = release is not None and release.version == version
    # A patch counts as its release, so the first of a release needs the notice of that release.
    judged = to_tell or (release is not None and not _ran_before(environment, release, since))
    breach = _breach_of(tenant, kind, release, since) if release is not None and judged else ""
    row = install(environment, version, since, Source.REPORT, by.name, to_tell=to_tell, breach=breach)
    if row is not None:
        publish(running_events.version_reported(row, tenant, kind), now)
        append([on_record.updated(row, tenant, kind, by)], now)
    db.session.commit()
    return row


def version_run(typed: str) -> str:
    """A version as it is reported. Raises Refused for text that is no version's."""
    return checks.line("version", typed, most=40)


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


def _release_of(tenant: Tenant, version: str) -> Release | None:
    """The release that a version is, or is a patch of; None where no release knows it."""
    parts = version.split(".")
    names = [".".join(parts[:length]) for length in range(len(parts), 1, -1)]
    found = db.session.scalars(
        select(Release).where(
            Release.product_id == tenant.product_id, Release.version.in_(names), Release.cancelled_at.is_(None)
        )
    )
    return max(found, key=lambda release: len(release.version), default=None)


def _ran_before(environment: Environment, release: Release, since: datetime) -> bool:
    """Whether an environment ran a release, or a patch of it, when it got another one."""
    version = db.session.scalars(
        select(Installation.version)
        .where(Installation.environment_id == environment.id, Installation.installed_at <= since)
        .order_by(Installation.installed_at.desc(), Installation.id.desc())
        .limit(1)
    ).one_or_none()
    return version is not None and f"{version}.".startswith(f"{release.version}.")


def _breach_of(tenant: Tenant, kind: EnvironmentKind, release: Release, since: datetime) -> str:
    """Say how an update broke its promise: "missed", "unannounced" or "early"; empty where it did not."""
    notices = db.session.scalars(
        select(Notice)
        .where(
            Notice.tenant_id == tenant.id,
            Notice.release_id == release.id,
            Notice.kind == Change(kind.value),
            Notice.says != Says.CANCELLED,
        )
        .order_by(Notice.revision)
    ).all()
    if not notices:
        # History from before the notices are kept here.
        return ""
    newest = notices[-1]
    if newest.state is NoticeState.MISSED:
        return "missed"
    if newest.state not in TOLD_STATES:
        return "unannounced"
    return "early" if since < newest.planned_at else ""
