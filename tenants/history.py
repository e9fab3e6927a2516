"""Take over tenants, what they run and their contacts from another administration, in the running transaction.

Nothing here commits: a file is taken over as a whole or not at all, which whoever reads it decides.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from evidence.actors import Actor
from evidence.chain import Happening, Kind
from sla.terms import CONTACTS_PER_TENANT
from storage import db
from tenants import feed_tokens
from tenants.contacts import ContactFacts, TooManyContacts
from tenants.contacts_on_record import happening
from tenants.installing import install
from tenants.models import Contact, Environment, EnvironmentKind, Installation, Product, Source, Tenant
from tenants.services import TenantFacts, lay_tenant_facts


class TakenOver(StrEnum):
    """What became of a thing that was taken over."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


def all_tenants() -> dict[str, Tenant]:
    """Return every tenant by its slug, with what its environments run and its contacts; a handful of queries."""
    rows = db.session.scalars(
        select(Tenant).options(
            selectinload(Tenant.environments).selectinload(Environment.installations), selectinload(Tenant.contacts)
        )
    )
    return {tenant.slug: tenant for tenant in rows}


def new_tenant(product: Product, facts: TenantFacts, now: datetime) -> Tenant:
    """Make the rows of a tenant that is not there yet; it has its calendar address from ``give_addresses``.

    Raises Refused for a value that cannot be used; nothing is added then.
    """
    tenant = Tenant(product=product, slug=facts.slug, joined_at=now, imported=True)
    lay_tenant_facts(tenant, facts)
    tenant.environments = [Environment(kind=kind) for kind in EnvironmentKind]
    db.session.add(tenant)
    return tenant


def give_addresses(tenants: Iterable[Tenant], now: datetime) -> None:
    """Give new tenants a calendar address each."""
    db.session.flush()
    feed_tokens.issue(current_app.config["FEED_KEY"], [tenant.id for tenant in tenants], now)


def facts_of(tenant: Tenant) -> TenantFacts:
    """What stands of a tenant, as facts to compare."""
    own = tenant.agreement
    return TenantFacts(
        slug=tenant.slug,
        name=tenant.name,
        locale=tenant.locale,
        timezone=tenant.timezone,
        acceptance_notice=(own and own.acceptance_notice) or "",
        production_notice=(own and own.production_notice) or "",
        maintenance_notice=(own and own.maintenance_notice) or "",
        ip_allowlist=tenant.ip_allowlist,
    )


def renew_tenant(tenant: Tenant, facts: TenantFacts) -> bool:
    """Lay facts into a tenant that is there; tell whether any differed. Raises as ``new_tenant`` does."""
    before = facts_of(tenant)
    lay_tenant_facts(tenant, replace(facts, slug=tenant.slug))
    return facts_of(tenant) != before


def take_over_version(
    environment: Environment, version: str, installed_at: datetime, by: Actor, now: datetime
) -> Installation | None:
    """Record what an environment runs; None where that was no news.

    A version that it is known to have run changes nothing: what was reported since is newer than the file.
    """
    known = environment.installations
    if any(row.version == version for row in known):
        return None
    if known:
        since = installed_at if installed_at > known[0].installed_at else now
        return install(environment, version, since, Source.IMPORT, by.name, to_tell=False)
    row = Installation(
        version=version,
        installed_at=installed_at,
        source=Source.IMPORT,
        reported_by=by.name,
        # It came before our time: there is nothing to tell.
        told_at=installed_at,
    )
    known.append(row)
    return row


@dataclass(frozen=True)
class ContactTakenOver:
    """A contact, and what of it is other than it was."""

    contact: Contact
    outcome: TakenOver
    changed: list[str] = field(default_factory=list)


def take_over_contact(tenant: Tenant, facts: ContactFacts, now: datetime) -> ContactTakenOver:
    """Appoint a contact, or renew the details of the one with this address; ``facts`` have been checked.

    What was announced before is not sent to it once more. Raises TooManyContacts for a fourth (SLA 4.1).
    """
    standing = next((contact for contact in tenant.contacts if contact.email == facts.email), None)
    if standing is not None:
        changed = sorted(name for name, value in vars(facts).items() if getattr(standing, name) != value)
        standing.name, standing.phone, standing.locale = facts.name, facts.phone, facts.locale
        return ContactTakenOver(standing, TakenOver.CHANGED if changed else TakenOver.UNCHANGED, changed)
    taken = {contact.slot for contact in tenant.contacts}
    slot = next((slot for slot in range(1, CONTACTS_PER_TENANT + 1) if slot not in taken), None)
    if slot is None:
        raise TooManyContacts
    contact = Contact(
        slot=slot, name=facts.name, email=facts.email, phone=facts.phone, locale=facts.locale, caught_up_at=now
    )
    tenant.contacts.append(contact)
    return ContactTakenOver(contact, TakenOver.NEW)


def contacts_on_record(taken_over: Iterable[ContactTakenOver], by: Actor) -> list[Happening]:
    """What goes on record of contacts that were taken over, as of those who are changed by hand; new ones have numbers
    by now."""
    found = []
    for one in taken_over:
        if one.outcome is TakenOver.NEW:
            found.append(happening(Kind.CONTACT_ADDED, one.contact, by.name))
        elif one.outcome is TakenOver.CHANGED:
            found.append(happening(Kind.CONTACT_CHANGED, one.contact, by.name, fields=one.changed))
    return found
