"""Tenants by name, and by the name in their addresses."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select, select
from sqlalchemy.orm import joinedload

from entrypoints.search.place import Hit, Place
from storage.sought import finds, folded
from tenants.models import Tenant


def _holding(words: list[str]) -> Select[Tenant]:
    return (
        select(Tenant).where(finds(Tenant, words)).order_by(Tenant.name, Tenant.id).options(joinedload(Tenant.product))
    )


def _named(typed: str) -> Select[Tenant]:
    # A name is often how the names of others begin: it leads straight there only where no other tenant has its words.
    words = folded(typed).split()[:8]
    alone = select(Tenant.id).where(finds(Tenant, words)).limit(2).subquery()
    others = select(Tenant.id).where(Tenant.id.in_(select(alone.c.id)), Tenant.slug != typed.lower())
    return select(Tenant).where(Tenant.slug == typed.lower(), ~others.exists())


def _hit(tenant: Tenant) -> Hit:
    return Hit(tenant.name, url_for("planner.tenant", slug=tenant.slug), f"{tenant.product.name}, {tenant.slug}")


PLACE = Place("tenants", lambda: _("Tenants"), _holding, _named, _hit)
