"""Rows about who was promised what: each kind in a file of its own, all of them found here."""

from tenants.installation_models import Environment, EnvironmentKind, Installation, Source
from tenants.product_models import REMINDERS, Product, ServiceLevelAgreement
from tenants.tenant_models import LANGUAGES, Agreement, Contact, Tenant

__all__ = [
    "LANGUAGES",
    "REMINDERS",
    "Agreement",
    "Contact",
    "Environment",
    "EnvironmentKind",
    "Installation",
    "Product",
    "ServiceLevelAgreement",
    "Source",
    "Tenant",
]
