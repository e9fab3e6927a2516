"""A wave of the demonstration's last release, a customer who asks for another date, and the leave to choose one."""

from datetime import datetime, timedelta

from sqlalchemy import select

from evidence.actors import Actor
from evidence.chain import append
from schedules.date_requests import asked
from schedules.models import Release, Rollout
from schedules.on_record import own_date
from schedules.wave_models import DateRequest, Wave, WaveTenant
from sla.terms import Change
from storage import db
from tenants.models import Contact, Product, Tenant

SCHOOLS = ("hogeschool-ijsselzicht", "hogeschool-lage-landen", "hogeschool-merwestroom")
ASKS = "hogeschool-zilverkamp"


def dates_of_their_own(product: Product, by: Actor, now: datetime) -> None:
    """Write them in the running transaction; the duties follow at the first tick, and nothing is mailed."""
    product.choice_window = "P3W"
    release = db.session.scalars(
        select(Release).where(Release.product_id == product.id).order_by(Release.production_at.desc()).limit(1)
    ).one()
    schools = db.session.scalars(select(Tenant).where(Tenant.slug.in_(SCHOOLS)).order_by(Tenant.slug)).all()
    after_the_exams = release.production_at + timedelta(weeks=4)
    wave = Wave(
        release_id=release.id,
        kind=Change.PRODUCTION,
        name="Hogescholen",
        planned_at=after_the_exams,
        reason="Tentamenperiode",
        set_by=by.name,
        set_at=now,
    )
    db.session.add(wave)
    db.session.flush()
    rollouts = [
        Rollout(
            release_id=release.id,
            tenant_id=school.id,
            kind=Change.PRODUCTION,
            planned_at=after_the_exams,
            reason=wave.reason,
            set_by=by.name,
            set_at=now,
            wave_id=wave.id,
        )
        for school in schools
    ]
    db.session.add_all([*rollouts, *(WaveTenant(wave_id=wave.id, tenant_id=school.id) for school in schools)])
    # Of the release that reaches production next every customer was told.
    told = db.session.scalars(
        select(Release)
        .where(Release.product_id == product.id, Release.production_at > now)
        .order_by(Release.production_at)
        .limit(1)
    ).one()
    contact = db.session.scalars(select(Contact).join(Tenant).where(Tenant.slug == ASKS, Contact.slot == 1)).one()
    question = DateRequest(
        release_id=told.id,
        tenant_id=contact.tenant_id,
        kind=Change.PRODUCTION,
        asked_for=told.production_at + timedelta(weeks=2),
        instead_of=told.production_at,
        told_date=told.production_at,
        reason="Die week nemen wij zelf een nieuw roostersysteem in gebruik.",
        asked_by=contact.email,
        contact_id=contact.id,
        asked_at=now,
    )
    db.session.add(question)
    db.session.flush()
    append([*(own_date(rollout, by) for rollout in rollouts), asked(question, contact)], now)
