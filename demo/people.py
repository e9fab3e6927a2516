"""Who can sign in to the demonstration, and what is printed of it; the same at every call."""

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from flask_security import hash_password, verify_password
from sqlalchemy import select

from accounts.models import User
from accounts.people import create_user
from accounts.tokens import PREFIX, hash_of, issue_token, token_named
from demo.loading import DEMONSTRATION, SLUG
from evidence.actors import Role
from storage import db
from tenants import feed_tokens
from tenants.models import Product, Tenant


@dataclass(frozen=True)
class Person:
    email: str
    role: Role
    tenant: str | None = None


PEOPLE = (
    *(Person(f"{role.value}@{SLUG}.example", role) for role in Role if role is not Role.CONTACT),
    Person("functioneel.beheer@ziekenhuis-peelrand.example", Role.CONTACT, "ziekenhuis-peelrand"),
    Person("financiele.administratie@scholengroep-de-brug.example", Role.CONTACT, "scholengroep-de-brug"),
)


def password(key: str, email: str) -> str:
    """Return a person's password: 80 bits of the key's HMAC, in four groups that can be read aloud."""
    digest = hmac.digest(key.encode(), f"demonstration:{email}".encode(), "sha256")
    letters = base64.b32encode(digest).decode().lower()[:16]
    return "-".join(letters[start : start + 4] for start in range(0, 16, 4))


def token(key: str, person: Person) -> str:
    """Return the API token of somebody's program: 256 bits of the key's HMAC."""
    digest = hmac.digest(key.encode(), f"demonstration token:{person.email}".encode(), "sha256")
    return PREFIX + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def let_in(now: datetime) -> None:
    """Make the accounts and tokens that are missing, and give each the password or the token that is printed."""
    key = str(current_app.config["SECRET_KEY"])
    for person in PEOPLE:
        user = db.session.scalars(select(User).where(User.email == person.email)).one_or_none()
        if user is None:
            tenant = db.session.scalars(select(Tenant).where(Tenant.slug == person.tenant)).one_or_none()
            user = create_user(person.email, person.role, DEMONSTRATION, now, tenant=tenant)
        _let_program_in(key, person, now)
        words = password(key, person.email)
        if user.password is None or not verify_password(words, user.password):
            user.password = hash_password(words)
    db.session.commit()


def _let_program_in(key: str, person: Person, now: datetime) -> None:
    """Make somebody's token, or give it the new one where the key changed; one that was revoked stays so."""
    secret, name = token(key, person), f"demonstration {person.tenant or person.role.value}"
    row = token_named(name)
    if row is None:
        tenant = db.session.scalars(select(Tenant).where(Tenant.slug == person.tenant)).one_or_none()
        issue_token(name, person.role, DEMONSTRATION, now, tenant=tenant, token=secret)
    elif row.token_hash != hash_of(secret):
        row.token_hash = hash_of(secret)


def described(product: Product, now: datetime) -> dict[str, Any]:
    """Return the address, the people with their passwords and tokens, and every tenant's calendar."""
    base_url = current_app.config["BASE_URL"]
    key = str(current_app.config["SECRET_KEY"])
    tenants = db.session.scalars(select(Tenant).where(Tenant.product_id == product.id).order_by(Tenant.slug)).all()
    return {
        "base_url": base_url,
        "users": [
            {
                "email": person.email,
                "password": password(key, person.email),
                "role": person.role.value,
                "tenant": person.tenant,
            }
            for person in PEOPLE
        ],
        "api_tokens": [
            {"token": token(key, person), "role": person.role.value, "tenant": person.tenant} for person in PEOPLE
        ],
        "feeds": [{"tenant": one.slug, "url": f"{base_url}/feeds/{_feed_token(one, now)}.ics"} for one in tenants],
    }


def _feed_token(tenant: Tenant, now: datetime) -> str:
    key = current_app.config["FEED_KEY"]
    token = feed_tokens.current(key, tenant.id)
    if token is None:
        # The key is another one than when the data was loaded: what was printed then is void.
        feed_tokens.renew(key, tenant.id, now)
        token = feed_tokens.current(key, tenant.id)
    return token or ""
