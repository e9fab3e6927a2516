"""The tenant that a person means by what it typed: its name in addresses, or its name as far as that is clear."""

from collections.abc import Sequence

from flask_babel import gettext as _
from sqlalchemy import select

from storage import Refused, db
from storage.sought import finds, folded, sought_words
from tenants.models import Tenant

_MOST_NAMES = 5


def tenant_meant(field: str, typed: str) -> Tenant:
    """Return the tenant of this slug or name, else the only one whose words begin so.

    Raises Refused where there is none, and with the first names where it may be one of several.
    """
    typed = typed.strip()[:160]
    exact = db.session.scalars(select(Tenant).where(Tenant.slug == typed)).one_or_none()
    if exact is not None:
        return exact
    words = sought_words(typed)
    found = _beginning_so(words) if words else []
    named = [tenant for tenant in found if folded(tenant.name) == folded(typed)] or found
    if not named:
        raise Refused(field, _("There is no tenant %(slug)s.", slug=typed[:80]))
    if len(named) > 1:
        names = ", ".join(f"{tenant.name} ({tenant.slug})" for tenant in named[:_MOST_NAMES])
        more = "" if len(named) <= _MOST_NAMES else ", …"
        raise Refused(field, _("Which of these do you mean: %(names)s?", names=names + more))
    return named[0]


def tenants_to_offer(most: int = 200) -> Sequence[tuple[str, str]]:
    """Slug and name of the first tenants by name, for a field that completes what is typed."""
    rows = db.session.execute(select(Tenant.slug, Tenant.name).order_by(Tenant.name, Tenant.id).limit(most))
    return [(slug, name) for slug, name in rows]


def _beginning_so(words: list[str]) -> Sequence[Tenant]:
    return db.session.scalars(
        select(Tenant).where(finds(Tenant, words)).order_by(Tenant.name, Tenant.id).limit(50)
    ).all()
