"""The database: reachable, at the newest migration, and not ahead of the clock."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from entrypoints.doctor.finding import Finding
from outbox.models import Heartbeat, OutboxMessage
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice
from storage import db
from tenants.models import Installation, Tenant

# Moments that were "now" when their row was written. An installation may have come from a pipeline's clock.
WRITTEN_AT = (
    Heartbeat.beat_at,
    OutboxMessage.created_at,
    Notice.created_at,
    Release.created_at,
    MaintenanceWindow.changed_at,
    Tenant.joined_at,
    Installation.told_at,
)
TOLERANCE = timedelta(minutes=5)
FIRST_YEAR, LAST_YEAR = 2026, 2099


def database(now: datetime) -> Iterator[Finding]:
    """Look at the database, and hold the clock against its newest row."""
    where = db.engine.url.render_as_string(hide_password=True)
    try:
        schema = _schema(where)
        yield schema
        yield clock(now, None if schema.mend else _newest_row())
    except SQLAlchemyError as error:
        problem = str(getattr(error, "orig", None) or error).strip().splitlines()[0]
        yield Finding("database", f"{where}: {problem}", "look at DATABASE_URL, and whether the server runs")
        yield clock(now, None)
    finally:
        db.session.rollback()


def clock(now: datetime, newest: datetime | None) -> Finding:
    """Hold the system's clock against the newest row, and against common sense: deadlines hang on it."""
    mend = "set the clock, and keep it set: timedatectl set-ntp true"
    if not FIRST_YEAR <= now.year <= LAST_YEAR:
        return Finding("clock", f"it says {now:%Y-%m-%d %H:%M} UTC", mend)
    if newest is not None and now < newest - TOLERANCE:
        return Finding(
            "clock", f"it says {now:%Y-%m-%d %H:%M} UTC, and there is a row of {newest:%Y-%m-%d %H:%M}", mend
        )
    return Finding("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def _schema(where: str) -> Finding:
    script = ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())
    wanted = set(script.get_heads())
    found = set(MigrationContext.configure(db.session.connection()).get_current_heads())
    if found == wanted:
        return Finding("database", f"{where}, at the newest migration")
    if found - {one.revision for one in script.walk_revisions()}:
        newer = f"{where} was made by a newer version of this product"
        return Finding("database", newer, "start the version that made it")
    state = "an older version's" if found else "empty"
    return Finding("database", f"the schema of {where} is {state}", "flask db upgrade")


def _newest_row() -> datetime | None:
    found = [db.session.scalar(select(func.max(column))) for column in WRITTEN_AT]
    return max((moment for moment in found if moment is not None), default=None)
