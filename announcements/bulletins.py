"""Verbs on what a person announces by hand, until it is announced; one transaction each."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from announcements import bulletins_on_record
from announcements.models import Bulletin, BulletinKind
from evidence.actors import Actor, May, require
from evidence.chain import append
from release_notes.services import clean_markdown
from schedules.window_allowing import tenants_named
from storage import AllAtOnce, Conflict, Refused, db
from tenants import checks
from tenants.models import Product

LONGEST_SUBJECT = 200
# An incident cannot wait for somebody to write first and somebody else to press the button (SLA 4.1).
MAY_WRITE = {BulletinKind.URGENT: May.MANAGE, BulletinKind.NEWSLETTER: May.PLAN, BulletinKind.TERMS: May.PLAN}


@dataclass(frozen=True)
class BulletinFacts:
    """What a person writes; texts as typed. No ``tenants`` means all of the product's."""

    subject_nl: str
    subject_en: str
    markdown_nl: str
    markdown_en: str
    tenants: tuple[str, ...] = ()
    # Of changed terms only.
    document: str = ""
    effective_on: str = ""


def draft_bulletin(
    product: Product,
    kind: BulletinKind,
    facts: BulletinFacts,
    by: Actor,
    now: datetime,
    *,
    follows: Bulletin | None = None,
) -> Bulletin:
    """Keep a bulletin to be announced later; the same words from the same person make no second one.

    ``follows`` is an urgent one that this tells the rest of: it goes to the same tenants, in the same thread. Raises
    Refused for a value that cannot be used, terms that took effect already among them.
    """
    bulletin = new_draft(product, kind, facts, by, now, follows=follows)
    db.session.commit()
    return bulletin


def new_draft(
    product: Product,
    kind: BulletinKind,
    facts: BulletinFacts,
    by: Actor,
    now: datetime,
    *,
    follows: Bulletin | None = None,
) -> Bulletin:
    """Make the row of a draft in the running transaction, or find that of the same words."""
    require(by, MAY_WRITE[kind])
    if follows is not None and (follows.announced_at is None or {kind, follows.kind} != {BulletinKind.URGENT}):
        raise Refused("follows", _("Only an urgent announcement that went out can be followed by another."))
    values = checked_bulletin(product, kind, facts, now, all_tenants=follows is not None)
    tenants = values.pop("tenants")
    root = (follows.follows_id or follows.id) if follows is not None else None
    # One person's double click waits here for the first one's row.
    db.session.execute(select(Product.id).where(Product.id == product.id).with_for_update(key_share=True))
    for other in _open_drafts(product, kind, by):
        same = all(getattr(other, name) == value for name, value in values.items())
        if same and other.follows_id == root and {one.id for one in other.tenants} == {one.id for one in tenants}:
            return other
    bulletin = Bulletin(
        product_id=product.id, kind=kind, written_by=by.name, created_at=now, follows_id=root, revision=1, **values
    )
    bulletin.tenants = tenants
    db.session.add(bulletin)
    db.session.flush()
    return bulletin


def change_bulletin(bulletin: Bulletin, facts: BulletinFacts, by: Actor, now: datetime, *, revision: int) -> None:
    """Change a draft; whoever does is the one who wrote it from then on. Nothing new changes nothing.

    Raises Conflict where it was announced, dropped or changed since ``revision``, Refused as ``draft_bulletin`` does.
    """
    require(by, MAY_WRITE[bulletin.kind])
    lock_draft(bulletin, revision)
    values = checked_bulletin(bulletin.product, bulletin.kind, facts, now, all_tenants=bulletin.follows_id is not None)
    tenants = values.pop("tenants")
    same = all(getattr(bulletin, name) == value for name, value in values.items())
    if same and {one.id for one in bulletin.tenants} == {one.id for one in tenants}:
        db.session.commit()
        return
    for name, value in values.items():
        setattr(bulletin, name, value)
    bulletin.tenants = tenants
    bulletin.written_by, bulletin.revision = by.name, bulletin.revision + 1
    # The day that was missed stays on record; the terms take effect on another.
    bulletin.missed_at = None
    db.session.commit()


def drop_bulletin(bulletin: Bulletin, by: Actor, now: datetime, *, revision: int) -> None:
    """Let go of a draft: it is not announced any more. It stays on record. Raises Conflict as ``change_bulletin``."""
    require(by, MAY_WRITE[bulletin.kind])
    lock_draft(bulletin, revision)
    if bulletin.missed_at is not None:
        require(by, May.MANAGE)
    bulletin.dropped_at, bulletin.dropped_by = now, by.name
    db.session.flush()
    append([bulletins_on_record.dropped(bulletin, by)], now)
    db.session.commit()


def lock_draft(bulletin: Bulletin, revision: int) -> None:
    """Hold the row of a draft until the transaction ends. Raises Conflict where it is not the one that was read."""
    db.session.refresh(bulletin, with_for_update=True)
    problem = ""
    if bulletin.announced_at is not None:
        problem = _("This has been announced already; it went out once.")
    elif bulletin.dropped_at is not None:
        problem = _("This draft was dropped. Write a new one.")
    elif revision != bulletin.revision:
        problem = _("Somebody changed this draft since you opened the page. Look again.")
    if problem:
        db.session.rollback()
        raise Conflict("revision", problem)


def _open_drafts(product: Product, kind: BulletinKind, by: Actor) -> list[Bulletin]:
    return list(
        db.session.scalars(
            select(Bulletin).where(
                Bulletin.product_id == product.id,
                Bulletin.kind == kind,
                Bulletin.written_by == by.name,
                Bulletin.announced_at.is_(None),
                Bulletin.dropped_at.is_(None),
            )
        )
    )


def checked_bulletin(
    product: Product, kind: BulletinKind, facts: BulletinFacts, now: datetime, *, all_tenants: bool
) -> dict[str, Any]:
    """The columns of a bulletin, and the tenants that are named. Raises Refused for all that cannot be used."""
    with AllAtOnce() as each:
        tenants = [] if all_tenants else each(tenants_named, product, facts.tenants)
        values = {
            "subject_nl": each(checks.line, "subject_nl", facts.subject_nl, most=LONGEST_SUBJECT),
            "subject_en": each(checks.line, "subject_en", facts.subject_en, most=LONGEST_SUBJECT),
            "markdown_nl": each(clean_markdown, "markdown_nl", facts.markdown_nl),
            "markdown_en": each(clean_markdown, "markdown_en", facts.markdown_en),
            "all_tenants": not tenants,
            "tenants": tenants,
            "document": "",
            "effective_on": None,
        }
        if kind is BulletinKind.TERMS:
            values["document"] = each(checks.line, "document", facts.document, most=300)
            values["effective_on"] = each(_day_ahead, facts.effective_on, product, now)
    return values


def _day_ahead(typed: str, product: Product, now: datetime) -> date:
    """The day on which terms change; contacts are always told before it (SLA 6.1)."""
    day = checks.day("effective_on", typed)
    if datetime.combine(day, time(), product.zone).astimezone(UTC) <= now:
        raise Refused(
            "effective_on",
            _("Contacts are always told ahead of changed terms (SLA 6.1). Choose a day that is still to come."),
        )
    return day
