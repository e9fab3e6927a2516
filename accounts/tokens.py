"""Verbs on API tokens: issue, find, revoke."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask_babel import gettext as _
from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload

from accounts.token_models import ApiToken
from evidence.actors import Actor, May, Role, require
from storage import Conflict, Refused, db
from tenants import checks
from tenants.models import Tenant

# What a scanner for leaked secrets can know it by.
PREFIX = "rat_"
LAST_USE_TO = timedelta(minutes=1)


@dataclass(frozen=True)
class Bearer:
    """The program that shows a token, read once for a request."""

    id: int
    name: str
    role: Role
    tenant_id: int | None
    last_used_at: datetime | None

    @property
    def actor(self) -> Actor:
        """Who it is in the records: told apart from a person by its form."""
        return Actor(f"token {self.name}", self.role)


def issue_token(
    name: str, role: Role, by: Actor, now: datetime, *, tenant: Tenant | None = None, token: str | None = None
) -> tuple[ApiToken, str]:
    """Make a token and return its row and the token itself, which is nowhere else; 256 bits unless one is given.

    Raises Conflict where one of this name is in use, Refused for a contact's without a tenant and the other way round.
    """
    require(by, May.ADMINISTER)
    name = checks.line("name", name, most=80)
    if (role is Role.CONTACT) != (tenant is not None):
        raise Refused("tenant", _("A token of a contact belongs to a tenant; those of the vendor do not."))
    token = token or PREFIX + secrets.token_urlsafe(32)
    row = ApiToken(
        name=name,
        role=role,
        tenant_id=tenant.id if tenant is not None else None,
        token_hash=hash_of(token),
        created_at=now,
        created_by=by.name,
    )
    db.session.add(row)
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise Conflict("name", _("A token of this name is in use. Revoke it first, or choose another name.")) from None
    return row, token


def person_behind(name: str) -> str:
    """Who answers for what was done under a name in the records: of a token who made it, else the person itself."""
    kind, _space, token = name.partition(" ")
    if kind != "token":
        return name
    made_by = select(ApiToken.created_by).where(ApiToken.name == token).order_by(ApiToken.id.desc()).limit(1)
    return db.session.scalar(made_by) or name


def revoke_token(row: ApiToken, by: Actor, now: datetime) -> None:
    """Let a token in no more, from the next request on; one that was revoked before stays as it was."""
    require(by, May.ADMINISTER)
    db.session.execute(
        update(ApiToken)
        .where(ApiToken.id == row.id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=now, revoked_by=by.name)
    )
    db.session.commit()


def bearer_of(token: str) -> Bearer | None:
    """Return who shows this token, None where it is unknown or revoked."""
    row = db.session.execute(
        select(ApiToken.id, ApiToken.name, ApiToken.role, ApiToken.tenant_id, ApiToken.last_used_at).where(
            ApiToken.token_hash == hash_of(token), ApiToken.revoked_at.is_(None)
        )
    ).one_or_none()
    return Bearer(*row) if row is not None else None


def note_use(bearer: Bearer, now: datetime) -> None:
    """Write down, at most once a minute, that a token was used; in a transaction of its own."""
    before = now - LAST_USE_TO
    if bearer.last_used_at is not None and bearer.last_used_at > before:
        return
    db.session.execute(
        update(ApiToken)
        .where(ApiToken.id == bearer.id, or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at <= before))
        .values(last_used_at=now)
    )
    db.session.commit()


def token_named(name: str) -> ApiToken | None:
    """The token of this name that is in use, else the one that was made last."""
    return db.session.scalars(
        select(ApiToken)
        .where(ApiToken.name == name)
        .order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc())
        .limit(1)
    ).one_or_none()


def tokens() -> Sequence[ApiToken]:
    """All tokens: those in use by name, then those that were revoked, the last one first."""
    return db.session.scalars(
        select(ApiToken)
        .options(joinedload(ApiToken.tenant))
        .order_by(ApiToken.revoked_at.is_not(None), ApiToken.revoked_at.desc(), ApiToken.name)
    ).all()


def tokens_made_by(name: str) -> Sequence[ApiToken]:
    """The tokens in use that somebody made, by name."""
    return db.session.scalars(
        select(ApiToken).where(ApiToken.created_by == name, ApiToken.revoked_at.is_(None)).order_by(ApiToken.name)
    ).all()


def hash_of(token: str) -> str:
    """What the database knows of a token. It is random enough to need no salt and no slow hash."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
