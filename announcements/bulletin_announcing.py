"""A person lets a bulletin leave: its words are frozen, and the clock mails them (`bulletin_mailing.py`)."""

from datetime import datetime
from typing import NoReturn

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, func, select

from accounts.tokens import person_behind
from announcements.bulletin_mailing import addressed, desk_of
from announcements.bulletins import BulletinFacts, lock_draft, new_draft
from announcements.models import Bulletin, BulletinKind
from evidence.actors import Actor, May, require
from storage import Refused, db
from tenants.models import Contact, Product


def announce_bulletin(bulletin: Bulletin, by: Actor, now: datetime, *, revision: int) -> int:
    """Let a bulletin leave, in the words that were read. Returns the number of contacts to whom it goes.

    The clock puts their mails into the outbox within seconds: for 30,000 contacts that is too long to wait for.
    Whoever presses twice, or two people at the same moment: it goes out once, and the later one gets Conflict, as for
    words that changed since ``revision``. Raises Refused where a second person must do it, where terms took effect
    already, or where there is nobody to tell.
    """
    require(by, May.MANAGE)
    lock_draft(bulletin, revision)
    try:
        _may_leave(bulletin, by, now)
    except Refused:
        db.session.rollback()
        raise
    if db.session.scalar(addressed(bulletin).limit(1)) is None:
        _nobody_to_tell()
    let_leave(bulletin, by, now)
    contacts = db.session.scalar(
        select(func.count())
        .select_from(Contact)
        .where(Contact.tenant_id.in_(addressed(bulletin)), *_wants_it(bulletin))
    )
    db.session.commit()
    return contacts or 0


def write_and_announce(
    product: Product, kind: BulletinKind, facts: BulletinFacts, by: Actor, now: datetime
) -> Bulletin:
    """Write a bulletin and announce it, in one commit.

    It stays a draft where somebody else must announce it: because of the writer's role, or because the product asks
    for a second person. Raises as ``draft_bulletin`` and ``announce_bulletin`` do.
    """
    bulletin = new_draft(product, kind, facts, by, now)
    if by.may(May.MANAGE) and not _second_person(bulletin):
        if db.session.scalar(addressed(bulletin).limit(1)) is None:
            _nobody_to_tell()
        let_leave(bulletin, by, now)
    db.session.commit()
    return bulletin


def let_leave(bulletin: Bulletin, by: Actor, now: datetime) -> None:
    """Freeze its words in both languages, in the running transaction: nobody changes them from now on."""
    bulletin.announced_at, bulletin.announced_by = now, by.name
    desk_of(bulletin, now)


def _may_leave(bulletin: Bulletin, by: Actor, now: datetime) -> None:
    if _second_person(bulletin) and person_behind(bulletin.written_by) == by.name:
        raise Refused("approval", _("You wrote this. For this product somebody else must announce it."))
    if bulletin.effective_at is not None and bulletin.effective_at <= now:
        raise Refused(
            "effective_on",
            _("Contacts are always told ahead of changed terms (SLA 6.1). Choose a day that is still to come."),
        )


def _second_person(bulletin: Bulletin) -> bool:
    # An incident cannot wait for a second person (SLA 4.1).
    return bulletin.product.needs_approval and bulletin.kind is not BulletinKind.URGENT


def _nobody_to_tell() -> NoReturn:
    db.session.rollback()
    raise Refused("tenants", _("There is no tenant to tell."))


def _wants_it(bulletin: Bulletin) -> list[ColumnElement[bool]]:
    return [Contact.unsubscribed_at.is_(None)] if bulletin.kind is BulletinKind.NEWSLETTER else []
