"""Release notes by mail when published, and "it has been updated" once they are there (SLA 3.3)."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from announcements.desk import open_desk
from announcements.models import Kind
from announcements.readers import Desk, Told, contacts_of
from outbox.models import Letter, MessageState, OutboxMessage
from release_notes.models import ReleaseNote
from release_notes.queries import fully_published
from schedules.models import Release
from schedules.notices import TOLD_STATES, Notice, Says
from schedules.occasions import name_of_notes
from sla.terms import Change
from storage import among, db
from tenants.models import LANGUAGES, Environment, EnvironmentKind, Installation, Product, Tenant
from tenants.wording import moment_in_words

UPDATED = {
    EnvironmentKind.ACCEPTANCE: Kind.ACCEPTANCE_UPDATED,
    EnvironmentKind.PRODUCTION: Kind.PRODUCTION_UPDATED,
}
# What was reported later than this is no news: whoever reads of it only wonders what happened. A weekend lies within.
STILL_NEW = timedelta(days=3)


def mail_notes(now: datetime) -> int:
    """Mail release notes that were published since the last pass to all contacts of the product. Returns how many."""
    mails = 0
    releases = db.session.scalars(
        select(ReleaseNote.release_id)
        .where(ReleaseNote.published_at.is_not(None), ReleaseNote.told_at.is_(None))
        .distinct()
    ).all()
    db.session.rollback()
    for release_id in releases:
        try:
            mails += _mail_notes(release_id, now)
        except IntegrityError:
            # Another worker mails the same notes at this moment.
            db.session.rollback()
    return mails


def tell_updates(now: datetime) -> int:
    """Tell tenants that an environment was updated, where the release notes stand on the portal. Returns how many.

    What was installed days before it could be told is left out for good.
    """
    waiting = db.session.execute(
        select(Installation.version, Environment.kind, Tenant.product_id)
        .select_from(Installation)
        .join(Environment, Environment.id == Installation.environment_id)
        .join(Tenant, Tenant.id == Environment.tenant_id)
        .where(Installation.told_at.is_(None), Installation.replaced_at.is_(None))
        .distinct()
    ).all()
    db.session.rollback()
    mails = 0
    for version, kind, product_id in waiting:
        release = db.session.scalars(
            select(Release).where(
                Release.product_id == product_id, Release.version == version, Release.cancelled_at.is_(None)
            )
        ).one_or_none()
        if release is not None and release.id in fully_published([release.id]):
            try:
                mails += _tell_updates(release, kind, now)
            except IntegrityError:
                db.session.rollback()
        else:
            db.session.rollback()
    return mails


def _mail_notes(release_id: int, now: datetime) -> int:
    notes = db.session.scalars(
        select(ReleaseNote)
        .where(
            ReleaseNote.release_id == release_id, ReleaseNote.published_at.is_not(None), ReleaseNote.told_at.is_(None)
        )
        .with_for_update(skip_locked=True)
    ).all()
    release = db.session.get(Release, release_id)
    if not notes or release is None:
        db.session.rollback()
        return 0
    if release.cancelled_at is not None:
        for note in notes:
            note.told_at = now
        db.session.commit()
        return 0
    desk = open_desk(Kind.RELEASE_NOTES, Says.PLANNED, now, release=release)
    told = {tenant_id: Told() for tenant_id in _tenants(release.product)}
    for tenant_id, dates in told_dates(release, told).items():
        told[tenant_id] = Told(more=dates)
    mails = desk.queue(told, contacts_of(told), now)
    for note in notes:
        note.told_at = now
    db.session.commit()
    return mails


def redate_notes(release: Release, tenant_ids: Collection[int]) -> None:
    """Lay the dates that tenants are told now into notes that still wait to be sent, in the running transaction."""
    waiting = db.session.scalars(
        select(OutboxMessage)
        .join(Letter)
        .where(
            Letter.holds_while == name_of_notes(release.id),
            # One that a worker holds may come back to wait.
            OutboxMessage.state.in_([MessageState.QUEUED, MessageState.CLAIMED]),
            among(OutboxMessage.tenant_id, tenant_ids),
        )
        .options(joinedload(OutboxMessage.letter))
        .order_by(OutboxMessage.id)
        .with_for_update(of=OutboxMessage)
    ).all()
    dates = told_dates(release, {row.tenant_id for row in waiting if row.tenant_id}) if waiting else {}
    for row in waiting:
        row.fields = row.fields | dates[row.tenant_id or 0][row.letter.language]


def told_dates(release: Release, tenants: Iterable[int]) -> dict[int, dict[str, dict[str, str]]]:
    """When each tenant gets the release in each environment, as far as it has been announced, in words."""
    tenants = list(tenants)
    told = db.session.execute(
        select(Notice.tenant_id, Notice.kind, Notice.planned_at)
        .where(
            Notice.release_id == release.id,
            among(Notice.tenant_id, tenants),
            Notice.state.in_(TOLD_STATES),
            Notice.says != Says.CANCELLED,
        )
        .order_by(Notice.revision)
    )
    dates = {(tenant_id, kind): planned_at for tenant_id, kind, planned_at in told}
    zone = release.product.timezone
    words: dict[int, dict[str, dict[str, str]]] = {}
    for language in LANGUAGES:
        with force_locale(language):
            later = _("you hear the date from us in time")
            for tenant_id in tenants:
                fields = words.setdefault(tenant_id, {}).setdefault(language, {})
                for kind in (Change.ACCEPTANCE, Change.PRODUCTION):
                    moment = dates.get((tenant_id, kind))
                    fields[kind.value] = moment_in_words(moment, zone, language) if moment else later
    return words


def _tell_updates(release: Release, kind: EnvironmentKind, now: datetime) -> int:
    rows = db.session.execute(
        select(Installation.id, Installation.installed_at, Environment.tenant_id)
        .join(Environment, Environment.id == Installation.environment_id)
        .join(Tenant, Tenant.id == Environment.tenant_id)
        .where(
            Installation.told_at.is_(None),
            Installation.replaced_at.is_(None),
            Installation.version == release.version,
            Environment.kind == kind,
            Tenant.product_id == release.product_id,
        )
        .with_for_update(of=Installation, skip_locked=True)
    ).all()
    if not rows:
        db.session.rollback()
        return 0
    mails = 0
    told = {tenant_id: Told(starts_at=at) for _id, at, tenant_id in rows if at >= now - STILL_NEW}
    if told:
        desk = open_desk(UPDATED[kind], Says.PLANNED, now, release=release)
        mails = desk.queue(told, _not_told_before(desk, contacts_of(told)), now)
    db.session.execute(update(Installation), [{"id": row[0], "told_at": now} for row in rows])
    db.session.commit()
    return mails


def _not_told_before(desk: Desk, contacts: list[Any]) -> list[Any]:
    """Contacts without the words that "it has been updated": one mail, also where it was set back and updated again."""
    rows = db.session.execute(
        select(OutboxMessage.contact_id, OutboxMessage.address).where(
            OutboxMessage.announcement_id == desk.announcement.id
        )
    )
    told = {(contact_id, address) for contact_id, address in rows}
    return [contact for contact in contacts if (contact.id, contact.email) not in told]


def _tenants(product: Product) -> list[int]:
    return list(db.session.scalars(select(Tenant.id).where(Tenant.product_id == product.id)))
