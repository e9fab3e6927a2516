"""Cancel a release: one transaction."""

from datetime import datetime

from flask_babel import gettext as _

from evidence.actors import Actor, May, require
from evidence.chain import Kind, append
from outbox.services import cancel_held_by
from schedules import duties, occasions, on_record
from schedules.date_requests import close_requests
from schedules.errors import ChangedMeanwhile, refuse
from schedules.models import Release
from schedules.searching import is_published
from storage import db
from tenants.planners import plans_changed, wait_for_other_planners


def cancel_release(release: Release, by: Actor, now: datetime, *, revision: int | None = None) -> None:
    """Cancel a release before production: its slot is free again, and whoever was told hears of it.

    Raises Refused once production has come, or where it was cancelled before; ChangedMeanwhile where ``revision`` is
    given and not the release's own any more.
    """
    require(by, May.MANAGE)
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    if revision is not None and revision != release.revision:
        db.session.rollback()
        raise ChangedMeanwhile("revision", _("Somebody changed this release since you opened the page. Look again."))
    if release.cancelled_at is not None:
        refuse("release", _("This release was cancelled before."))
    if release.production_at <= now:
        refuse("release", _("This release has reached production; it cannot be cancelled any more."))
    lay_off_release(release, by, now)


def lay_off_release(release: Release, by: Actor, now: datetime) -> None:
    """Write that a release is off, for whoever has found that it may be. Commits."""
    release.cancelled_at, release.cancelled_by, release.slot = now, by.name, None
    release.revise(by.name, now)
    duties.withdraw(occasions.of_release(release), now, known_to_all=is_published(release))
    cancel_held_by(occasions.name_of_notes(release.id), None, "the release was cancelled")
    plans_changed(release.product_id)
    closed = close_requests(release, by, now)
    append([on_record.change(Kind.CANCELLED, release, by), *closed], now)
    db.session.commit()
