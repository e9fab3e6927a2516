"""A customer chooses its production date itself, within what the product allows and the notice period leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from flask_babel import gettext as _
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, Role
from evidence.chain import append
from schedules.choice_places import Places
from schedules.date_requests import name_on_record, settled, withdraw
from schedules.errors import ChangedMeanwhile, refuse
from schedules.known_dates import is_told_to_some, known_date
from schedules.models import Release
from schedules.own_date_laying import Given, lay_own_dates, take_own_dates_back
from schedules.own_date_rules import Judge
from schedules.own_date_situations import rollouts_of, situations
from schedules.special_days import special_days
from schedules.wave_models import LIVE, DateRequest
from sla.notice import latest_announcement
from sla.periods import NoSuchLocalTime, typed_moment
from sla.terms import Change
from storage import db
from tenants.choosing import days_of_choice, times_of_choice
from tenants.models import Contact, Product, Tenant
from tenants.planners import wait_for_other_planners
from tenants.terms import sla_terms, under_agreement
from tenants.wording import day_and_time_here


@dataclass(frozen=True)
class Offer:
    """What a tenant may choose from now: the moments, and until when it may choose."""

    present_at: datetime
    # The last moment at which the present date can still be changed: after it its notice must have been given.
    until: datetime
    moments: Sequence[datetime]
    # Those of the window that would do, but for the other customers who chose the same day.
    full: Sequence[datetime] = ()


def offer(release: Release, tenant: Tenant, now: datetime) -> Offer | None:
    """Return what a tenant may choose for production; None where the product lets nobody choose, or it is too late.

    None as well while its own date, or everybody's, is another than was told: it would show what is not announced yet.
    The moments are those of the window that keep the tenant's own notice and its time to test, without the present
    one, without freezes and public holidays. Everybody's date is one of them.
    """
    product = release.product
    general = release.production_at
    if not product.choice_window or release.cancelled_at is not None or general <= now:
        return None
    situation = situations(release, Change.PRODUCTION, [tenant])[tenant.id]
    if known_date(release, tenant, Change.PRODUCTION, now) != situation.production_at:
        return None
    if situation.production_at != general and not is_told_to_some(release, Change.PRODUCTION):
        return None
    terms = sla_terms(product, situation.production_at.astimezone(product.zone).date())
    own_terms = under_agreement(terms, situation.overrides)
    until = latest_announcement(Change.PRODUCTION, situation.production_at, own_terms, product.zone)
    if now > until:
        return None
    judge = Judge(release, Change.PRODUCTION, now)
    moments = [
        moment
        for moment in {general, *_window(product, general)}
        if moment != situation.production_at and judge.allows(situation, moment)
    ]
    places = Places(release, tenant)
    full = {moment for moment in moments if moment != general and places.is_full(moment)}
    return Offer(situation.production_at, until, sorted(set(moments) - full), sorted(full))


def choose_date(
    release: Release, contact: Contact, planned_at: datetime, now: datetime, *, instead_of: datetime | None = None
) -> None:
    """Give a contact's tenant the production date that the contact chose, at once; it is told as any other.

    A question for a date that still waits is taken back with it. Raises Refused for a moment that is not on offer, and
    ChangedMeanwhile where ``instead_of`` is given and not the tenant's date any more: a colleague chose another.
    """
    tenant = contact.tenant
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    offered = offer(release, tenant, now)
    if offered is not None and planned_at in offered.full:
        _refuse_full(release, offered, planned_at)
    if offered is None or planned_at not in offered.moments:
        refuse("at", _("This moment cannot be chosen any more. Choose another one."))
    if instead_of is not None and instead_of != offered.present_at:
        db.session.rollback()
        moment = day_and_time_here(offered.present_at, release.product.timezone)
        raise ChangedMeanwhile(
            "at", _("Your date has changed since you opened the page: it is %(moment)s now. Look again.", moment=moment)
        )
    by = Actor(name_on_record(contact), Role.CONTACT)
    there = rollouts_of(release, Change.PRODUCTION, [tenant.id])
    if planned_at == release.production_at and there:
        happenings = take_own_dates_back(release, Change.PRODUCTION, list(there.values()), by, now, by_tenant=True)
    else:
        chosen = Places(release, tenant).free(planned_at)
        given = Given("", contact.email, by_tenant=True, chosen=chosen)
        try:
            happenings = lay_own_dates(release, Change.PRODUCTION, [tenant], planned_at, given, by, now)
        except IntegrityError:
            # Somebody who did not wait for our lock has just taken that place.
            refuse("at", _("This moment cannot be chosen any more. Choose another one."))
    waiting = db.session.scalars(
        select(DateRequest)
        .where(DateRequest.release_id == release.id, DateRequest.tenant_id == tenant.id, text(LIVE))
        .with_for_update()
    ).all()
    for row in waiting:
        withdraw(row, contact, now)
    append([*happenings, *(settled(row, contact, taken=False) for row in waiting)], now)
    db.session.commit()


def _refuse_full(release: Release, offered: Offer, planned_at: datetime) -> NoReturn:
    """Refuse a day that is full, with the first moments after it that are not."""
    zone = release.product.timezone
    free = [day_and_time_here(one, zone) for one in offered.moments if one > planned_at][:3]
    if not free:
        refuse("at", _("This day is full by now, and so are those after it. Choose another one, or ask us."))
    refuse("at", _("This day is full by now. The next free moments are %(moments)s.", moments="; ".join(free)))


def _window(product: Product, general: datetime) -> list[datetime]:
    """The moments after the general date that the product allows.

    Not on a public holiday or in a freeze, which planners are warned of; a time that the clock skips is none.
    """
    days = days_of_choice(product, general.astimezone(product.zone).date())
    if not days:
        return []
    closed = special_days(product, min(days), max(days))
    found = []
    for day in days:
        if any(one.from_on <= day <= one.until_on for one in closed):
            continue
        for clock in times_of_choice(product, general):
            try:
                moment = typed_moment(datetime.combine(day, clock), product.zone)
            except NoSuchLocalTime:
                continue
            if moment > general:
                found.append(moment)
    return found
