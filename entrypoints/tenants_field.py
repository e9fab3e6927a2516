"""The field that names some of a product's tenants, and the list beside it from which they can be ticked."""

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from sqlalchemy import select
from wtforms import TextAreaField

from storage.paging import Listed, listed
from storage.sought import finds, sought_words
from tenants.models import Product, Tenant
from tenants.naming import Named, tenants_in

# The button that looks for tenants; its value is the page of what it finds.
FIND = "find_tenants"
_ON_A_PAGE = 20


def tenants_field() -> TextAreaField:
    """A field of names or slugs, one a line; what was ticked in the list beside it is added."""
    return TextAreaField(
        _("Only these tenants"),
        description=_("Their names, one a line. Leave it empty for all."),
        render_kw={"rows": 3},
    )


def tenants_typed(form: Mapping[str, Any]) -> str:
    """What the request names: typed, and ticked."""
    ticked = request.form.getlist("tenant_ticked")
    return "\n".join([form.get("tenants", ""), *ticked])


def read_tenants(form: Any, product: Product) -> Named:
    """Read the field; from then on it holds names."""
    typed = form.tenants.data if isinstance(form.tenants.data, str) else ""
    named = tenants_in(product, tenants_typed({"tenants": typed}))
    form.tenants.data = named.text
    return named


def is_finding() -> bool:
    """Whether the button was pressed that only looks for tenants."""
    return FIND in request.form


def tenants_found(product: Product) -> Listed:
    """A page of the tenants that are looked for, by name; of all where nothing is."""
    typed = request.form.get(FIND, "1")
    page = int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 6 else 1
    words = sought_words(request.form.get("tenant_words", ""))
    query = select(Tenant).where(Tenant.product_id == product.id, finds(Tenant, words))
    return listed(query.order_by(Tenant.name, Tenant.id), page, per_page=_ON_A_PAGE)
