"""Bulletins as tests tell them: written, announced, mailed, called about."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from announcements.bulletin_announcing import announce_bulletin
from announcements.bulletin_mailing import put_out
from announcements.bulletins import BulletinFacts, draft_bulletin
from announcements.models import Bulletin, BulletinCall, BulletinKind
from evidence.actors import Actor
from evidence.models import Entry
from storage import db
from tenants.models import Product, Tenant
from tests.world import MANAGER, NOW

TERMS_DAY = "2027-01-01"


def facts(**typed: Any) -> BulletinFacts:
    words = {
        "subject_nl": "Inloggen lukt niet",
        "subject_en": "Signing in fails",
        "markdown_nl": "Wij werken **eraan**.",
        "markdown_en": "We are **on it**.",
    }
    return BulletinFacts(**(words | typed))


def drafted(
    product: Product,
    kind: BulletinKind = BulletinKind.URGENT,
    *,
    by: Actor = MANAGER,
    now: datetime = NOW,
    follows: Bulletin | None = None,
    **typed: Any,
) -> Bulletin:
    if kind is BulletinKind.TERMS:
        typed = {"document": "Algemene voorwaarden 2027", "effective_on": TERMS_DAY} | typed
    return draft_bulletin(product, kind, facts(**typed), by, now, follows=follows)


def announced(
    product: Product, kind: BulletinKind = BulletinKind.URGENT, *, now: datetime = NOW, **more: Any
) -> Bulletin:
    bulletin = drafted(product, kind, now=now, **more)
    announce_bulletin(bulletin, MANAGER, now, revision=bulletin.revision)
    put_out(now)
    return bulletin


def calls(bulletin: Bulletin, tenant: Tenant | None = None) -> list[BulletinCall]:
    """The call list as the database has it."""
    query = select(BulletinCall).where(BulletinCall.bulletin_id == bulletin.id).order_by(BulletinCall.id)
    if tenant is not None:
        query = query.where(BulletinCall.tenant_id == tenant.id)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def fresh(bulletin: Bulletin) -> Bulletin:
    """The bulletin as the database has it."""
    db.session.rollback()
    db.session.refresh(bulletin)
    return bulletin


def on_record(*kinds: str) -> list[tuple[str, str, int | None]]:
    """What the evidence has of these kinds: kind, who, tenant."""
    rows = db.session.scalars(select(Entry).where(Entry.kind.in_(kinds)).order_by(Entry.id))
    return [(row.kind, row.actor, row.tenant_id) for row in rows]
