"""An update is off for one tenant, whose own date lies after everybody's (SLA 3.3)."""

from datetime import datetime

from flask_babel import gettext as _

from evidence.actors import Actor, May, require
from evidence.chain import append
from schedules import duties, occasions, on_record
from schedules.date_requests import close_requests
from schedules.errors import refuse
from schedules.models import Release, Rollout
from schedules.own_dates_seen import check_seen
from schedules.rollouts import own_date
from schedules.wave_models import DateRequest
from sla.terms import Change
from storage import db
from tenants.planners import wait_for_other_planners


def call_off_own_date(rollout: Rollout, by: Actor, now: datetime, *, seen: str | None = None) -> None:
    """Call an update off for the tenant that has a date of its own for it; whoever was told hears so.

    The date stays on record; the tenant can be given another one. Raises Refused where everybody's date lies ahead
    (the tenant goes along with that, or the release is cancelled for all), where the tenant's own has come, and for
    acceptance while its production still stands; ChangedMeanwhile as ``give_own_date`` does.
    """
    require(by, May.MANAGE)
    release, kind = rollout.release, rollout.kind
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    check_seen(release, [rollout.tenant], seen)
    db.session.refresh(rollout)
    if release.cancelled_at is not None:
        refuse("planned_at", _("This release has been cancelled."))
    if rollout.cancelled_at is not None:
        refuse("planned_at", _("This was called off before."))
    if release.planned_at_of(kind) > now:
        refuse(
            "planned_at",
            _("Everybody's date still lies ahead. Let the tenant go along with it, or cancel the release."),
        )
    if rollout.planned_at <= now:
        refuse("planned_at", _("This tenant has been updated already."))
    if kind is Change.ACCEPTANCE:
        _production_is_off(release, rollout, now)
    rollout.cancelled_at, rollout.cancelled_by = now, by.name
    release.revise(by.name, now)
    db.session.flush()
    (occasion,) = [one for one in occasions.of_release(release) if one.kind is kind]
    duties.withdraw_from(occasion, [rollout.tenant_id], now)
    asked = (DateRequest.tenant_id == rollout.tenant_id, DateRequest.kind == kind)
    closed = close_requests(release, by, now, *asked)
    append([on_record.own_date_called_off(rollout, by), *closed], now)
    db.session.commit()


def _production_is_off(release: Release, rollout: Rollout, now: datetime) -> None:
    """Refuse where the tenant's production, everybody's or its own, would follow without acceptance."""
    production = own_date(release, rollout.tenant, Change.PRODUCTION)
    if production is not None and production.cancelled_at is None:
        refuse("planned_at", _("Production follows acceptance: call off this tenant's production first."))
    if production is None and release.production_at > now:
        refuse(
            "planned_at",
            _("Production follows acceptance, and everybody's production lies ahead: move it for this tenant instead."),
        )
