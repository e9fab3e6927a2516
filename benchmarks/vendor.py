"""A vendor of any size, written straight into the rows: what is measured is not how it came there."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import insert

from accounts.models import User
from app import create_app
from entrypoints.settings import Settings
from evidence.actors import Actor, Role
from storage import db
from storage.sought import words_kept
from tenants.feed_tokens import issue
from tenants.models import Agreement, Contact, Environment, EnvironmentKind, Installation, Product, Source, Tenant
from tenants.products import ProductFacts, create_product

CONTACTS = 3
ADMIN = Actor("bench", Role.ADMIN)
LONG_AGO = datetime.now(UTC) - timedelta(days=300)
VERSIONS = ["2026.1", "2026.2", "2026.3"]
# One tenant in twenty has an agreement of its own: among sixty there is every kind that there is among ten thousand.
PERIODS = [("P3W", "P6W", "P2W"), (None, "P2M", None), ("P1W", None, None)]


@contextmanager
def vendor(tenants: int) -> Iterator[Flask]:
    """An application over a database of its own with a product and so many tenants, each with three contacts."""
    with TemporaryDirectory() as folder:
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]
            DATA_DIR=Path(folder),
            DATABASE_URL=None,
            MAIL_SERVER=None,
            ALARM_URLS="",
            BASE_URL="http://localhost",
            SECRET_KEY="a key for benchmarks, of some length",  # noqa: S106
        )
        app = create_app(settings, WTF_CSRF_ENABLED=False, SECURITY_PASSWORD_HASH="plaintext")  # noqa: S106
        with app.app_context():
            flask_migrate.upgrade()
            _fill(app, tenants)
            yield app
            db.session.remove()
            db.engine.dispose()


def _fill(app: Flask, number: int) -> None:
    product = create_product("inconto", ProductFacts(name="Inconto"), ADMIN)
    ids = range(1, number + 1)
    tenants = [
        {
            "id": one,
            "product_id": product.id,
            "slug": f"tenant-{one}",
            "name": f"Tenant {one}",
            "sought": words_kept([f"Tenant {one}", f"tenant-{one}"]),
            "joined_at": LONG_AGO,
        }
        for one in ids
    ]
    db.session.execute(insert(Tenant), tenants)
    own = [
        {"tenant_id": one, "acceptance_notice": a, "production_notice": p, "maintenance_notice": m}
        for one in ids
        if one % 20 == 0
        for a, p, m in [PERIODS[one // 20 % len(PERIODS)]]
    ]
    if own:
        db.session.execute(insert(Agreement), own)
    db.session.execute(insert(Contact), [_contact(one, slot) for one in ids for slot in range(1, CONTACTS + 1)])
    environments: list[dict[str, Any]] = [
        {"id": 2 * one + place, "tenant_id": one, "kind": kind}
        for one in ids
        for place, kind in enumerate(EnvironmentKind)
    ]
    db.session.execute(insert(Environment), environments)
    db.session.execute(
        insert(Installation),
        [
            {
                "environment_id": row["id"],
                "version": VERSIONS[row["tenant_id"] % len(VERSIONS)],
                "installed_at": LONG_AGO,
                "source": Source.IMPORT,
                "told_at": LONG_AGO,
            }
            for row in environments
        ],
    )
    issue(app.config["FEED_KEY"], [1, 2, 3], LONG_AGO)
    for email, role in (("manager@vendor.example", Role.MANAGER), ("contact1@tenant-1.example", Role.CONTACT)):
        db.session.add(
            User(
                email=email,
                role=role,
                password="benchmark password",  # noqa: S106
                active=True,
                fs_uniquifier=secrets.token_hex(32),
                created_at=LONG_AGO,
            )
        )
    product.plan_revision = product.kept_revision = 1
    db.session.commit()


def _contact(tenant: int, slot: int) -> dict[str, object]:
    name, email = f"Contact {slot}", f"contact{slot}@tenant-{tenant}.example"
    return {
        "tenant_id": tenant,
        "slot": slot,
        "name": name,
        "email": email,
        "sought": words_kept([name, email]),
        "locale": "en" if slot == 2 else "nl",
        "caught_up_at": LONG_AGO,
    }


def only_product() -> Product:
    return db.session.query(Product).one()
