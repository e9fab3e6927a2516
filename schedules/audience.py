"""Whom maintenance is told to."""

from schedules.models import MaintenanceWindow
from tenants.audiences import Audience, audience


def audience_of_window(window: MaintenanceWindow) -> Audience:
    """Count whom maintenance reaches: all tenants of the product, or those alone that it is for."""
    named = None if window.all_tenants else [tenant.slug for tenant in window.tenants]
    return audience(window.product, named)
