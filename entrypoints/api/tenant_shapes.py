"""Tenants and their contacts as programs read and change them."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from entrypoints.api.shapes import Line, Paging, Shape
from sla.versions import Support
from tenants.models import EnvironmentKind

Language = Literal["nl", "en"]
Networks = Annotated[list[Annotated[str, Field(max_length=60)]], Field(max_length=500)]


class AgreementOf(Shape):
    """Notice periods by the signed agreement, in ISO 8601; the SLA's where one is left out (SLA 0)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"production_notice": "P2M"}]})

    acceptance_notice: Line | None = None
    production_notice: Line | None = None
    maintenance_notice: Line | None = None


class NewTenant(Shape):
    """One customer's subscription to one product."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "product": "inconto",
                    "slug": "zorggroep-de-linde",
                    "name": "Zorggroep De Linde",
                    "agreement": {"production_notice": "P2M"},
                }
            ]
        }
    )

    product: Line
    slug: Line
    """Its name in addresses: small letters, digits and hyphens; it stays."""
    name: Line
    locale: Language = "nl"
    timezone: Line = ""
    """Empty: the product's."""
    agreement: AgreementOf | None = None
    ip_allowlist: Networks | None = None
    """Addresses and networks that its people are let in from; from everywhere where it is left out or empty."""


class TenantChange(Shape):
    """What changes of a tenant; what is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"name": "Zorggroep De Linde-Oost"}]})

    name: Line | None = None
    locale: Language | None = None
    timezone: Line | None = None
    agreement: AgreementOf | None = None
    """As a whole: a period that is left out is the SLA's again."""
    ip_allowlist: Networks | None = None


class TenantQuery(Paging):
    product: str | None = None
    words: str | None = None
    """Words of the name or of the slug, each from its beginning, without capitals and accents."""
    version: str | None = None
    """Those that run this version."""
    environment: EnvironmentKind | None = None
    """Where they run it: production, unless acceptance is asked."""


class Runs(Shape):
    """What an environment runs, and what support that has (SLA 4.2)."""

    version: str | None
    support: Support


class Environments(Shape):
    acceptance: Runs
    production: Runs


class TenantAnswer(Shape):
    """A tenant with what it runs."""

    slug: str
    name: str
    product: str
    locale: str
    timezone: str
    agreement: AgreementOf
    ip_allowlist: list[str]
    joined_at: datetime
    contacts: int
    environments: Environments


class NewContact(Shape):
    """A person whom the tenant appoints; three at most (SLA 4.1)."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"name": "A. de Wit", "email": "a.dewit@example.com", "phone": "+31 20 123 4567"}]
        }
    )

    name: Line
    email: Line
    phone: Line = ""
    locale: Language = "nl"


class ContactAnswer(Shape):
    id: int
    name: str
    email: str
    phone: str
    locale: str
