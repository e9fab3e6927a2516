"""What an environment runs is recorded, by whoever reports it, imports it or goes by the plan."""

from datetime import datetime

from sqlalchemy import select

from storage import db
from tenants.models import Environment, Installation, Source


def install(
    environment: Environment,
    version: str,
    installed_at: datetime,
    source: Source,
    by: str,
    *,
    to_tell: bool,
    breach: str = "",
) -> Installation | None:
    """Record, in the running transaction, that an environment runs a version since a moment.

    Returns None where it is known to run that version already. A report about the past takes its place in the history.
    """
    rows = db.session.scalars(
        select(Installation)
        .where(Installation.environment_id == environment.id)
        .order_by(Installation.installed_at, Installation.id)
        .with_for_update()
    ).all()
    before = [row for row in rows if row.installed_at <= installed_at]
    after = [row for row in rows if row.installed_at > installed_at]
    if before and before[-1].version == version:
        return None
    told_at = None if to_tell and not after else installed_at
    row = Installation(
        environment_id=environment.id,
        version=version,
        installed_at=installed_at,
        replaced_at=after[0].installed_at if after else None,
        source=source,
        reported_by=by,
        told_at=told_at,
        breach=breach,
    )
    if before:
        before[-1].replaced_at = installed_at
        # Only one row may be running at any moment, in the transaction too.
        db.session.flush()
    db.session.add(row)
    db.session.flush()
    return row
