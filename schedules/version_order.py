"""Versions reach production in their own order: 2027.3 not before 2027.2."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from schedules.errors import VersionExists
from schedules.models import Release
from sla.breaches import Breach, Rule
from sla.versions import version_key
from storage import Refused, db
from tenants.models import Product


@dataclass(frozen=True)
class Predecessor:
    """The release of a lower version that reaches production last."""

    version: str
    production_at: datetime


def check_version(product: Product, version: str, production_at: datetime, own_id: int | None = None) -> None:
    """Raise Refused for what is no version or lower than one before it in time, VersionExists for one there is."""
    try:
        key = version_key(version)
    except ValueError:
        raise Refused("version", _("This is not a version. Write it as 2027.1.")) from None
    for other, other_at in _others(product, own_id):
        if version_key(other) == key:
            raise VersionExists("version", _("There is a release %(version)s already.", version=other))
        if version_key(other) > key and other_at < production_at:
            raise Refused(
                "version",
                _("%(version)s is lower than %(other)s, which comes before it.", version=version, other=other),
            )


def check_version_order(product: Product, version: str, production_at: datetime) -> None:
    """Raise as ``check_version`` does, and Refused for a version higher than one after it: history offers no dates."""
    check_version(product, version, production_at)
    before = predecessor(product, version)
    if before is not None and order_breach(version, production_at, before) is not None:
        raise Refused(
            "version",
            _("%(version)s is higher than %(other)s, which comes after it.", version=version, other=before.version),
        )


def predecessor(product: Product, version: str, own_id: int | None = None) -> Predecessor | None:
    """Return what a release must come after, None where it has the lowest version."""
    key = version_key(version)
    lower = [Predecessor(other, other_at) for other, other_at in _others(product, own_id) if version_key(other) < key]
    return max(lower, key=lambda one: one.production_at, default=None)


def order_breach(version: str, production_at: datetime, before: Predecessor | None) -> Breach | None:
    """The breach of a release that would overtake its predecessor; the order is the product's, no clause is cited."""
    if before is None or production_at > before.production_at:
        return None
    return Breach(Rule.VERSION_ORDER, "", version, f"after {before.version}")


def _others(product: Product, own_id: int | None) -> list[tuple[str, datetime]]:
    rows = db.session.execute(
        select(Release.version, Release.production_at).where(
            Release.product_id == product.id, Release.cancelled_at.is_(None), Release.id != (own_id or 0)
        )
    )
    return [(version, production_at) for version, production_at in rows]
