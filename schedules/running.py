"""What tenants run as it is reported, and how an update broke its promise (SLA 3.3, 4.2)."""

from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import select

from evidence.actors import Actor, May, require
from evidence.chain import append
from schedules import on_record, running_events
from schedules.models import Release
from schedules.notices import TOLD_STATES, Notice, NoticeState, Says
from sla.terms import Change
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.installing import install
from tenants.models import Environment, EnvironmentKind, Installation, Source, Tenant
from webhooks.publishing import publish

# Clocks of pipelines and ours differ a little.
AHEAD_OF_US = timedelta(minutes=5)


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


def is_known(tenant: Tenant, version: str) -> bool:
    """Whether a version is that of a release of the tenant's product, or a patch of one."""
    return _release_of(tenant, version) is not None


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
