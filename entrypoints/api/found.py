"""What an address is about, or 404."""

from flask import abort, g

from entrypoints.api.guard import own_tenant_id
from schedules.models import MaintenanceWindow, Release
from schedules.wave_models import DateRequest, Wave
from storage import db
from tenants.models import Product, Tenant
from tenants.queries import product_by_slug, tenant_by_slug


def the_product(slug: str) -> Product:
    """The product of this name; for a contact's token there is only its own tenant's."""
    product, own = _on(product_by_slug(slug)), own_tenant_id()
    if own is not None and db.session.get_one(Tenant, own).product_id != product.id:
        abort(404)
    return product


def the_release(release_id: int) -> Release:
    release = db.session.get(Release, release_id)
    if release is None:
        abort(404)
    _on(release.product)
    return release


def the_window(window_id: int) -> MaintenanceWindow:
    window = db.session.get(MaintenanceWindow, window_id)
    if window is None:
        abort(404)
    _on(window.product)
    return window


def the_wave(wave_id: int) -> Wave:
    wave = db.session.get(Wave, wave_id)
    if wave is None:
        abort(404)
    _on(wave.release.product)
    return wave


def the_date_request(asked_id: int) -> DateRequest:
    row = db.session.get(DateRequest, asked_id)
    if row is None:
        abort(404)
    _on(row.release.product)
    return row


def the_tenant(slug: str) -> Tenant:
    tenant = tenant_by_slug(slug)
    if tenant is None:
        abort(404)
    _on(tenant.product)
    return tenant


def _on(product: Product | None) -> Product:
    """Keep which product it is: times and broken promises are said on its clock."""
    if product is None:
        abort(404)
    g.product = product
    return product
