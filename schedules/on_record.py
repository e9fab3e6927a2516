"""What of planning goes on record in the evidence."""

from collections.abc import Iterable
from datetime import UTC
from hashlib import sha256
from typing import Any

from evidence.actors import THE_CLOCK, Actor
from evidence.chain import Happening, Kind
from schedules.models import MaintenanceProgress, MaintenanceWindow, Release, Waiver
from tenants.models import EnvironmentKind, Installation, Tenant


def change(kind: Kind, plan: Release | MaintenanceWindow, by: Actor) -> Happening:
    """A plan was made, moved or cancelled: which, and as it stands since."""
    facts: dict[str, Any] = {"revision": plan.revision}
    if isinstance(plan, Release):
        facts |= {"release": plan.id, "version": plan.version, "year": plan.year, "slot": plan.slot}
        facts |= {"acceptance_at": plan.acceptance_at.isoformat(), "production_at": plan.production_at.isoformat()}
    else:
        facts |= {"maintenance": plan.id, "reference": plan.reference, "impact": plan.impact.value}
        facts |= {"starts_at": plan.starts_at.isoformat(), "ends_at": plan.ends_at.isoformat()}
    return Happening(kind, by.name, None, facts)


def waived(waivers: Iterable[Waiver], by: Actor) -> list[Happening]:
    """Promises that a person let pass; of the reason, which may name people, the hash."""
    return [
        Happening(
            Kind.WAIVED,
            by.name,
            None,
            {
                "waiver": waiver.id,
                "release": waiver.release_id,
                "maintenance": waiver.maintenance_id,
                "rule": waiver.rule,
                "clause": waiver.clause,
                "given": waiver.given,
                "required": waiver.required,
                "reason_sha256": sha256(waiver.reason.encode()).hexdigest(),
            },
        )
        for waiver in waivers
    ]


def went_on(row: MaintenanceProgress, window: MaintenanceWindow, by: Actor) -> Happening:
    """Maintenance started, is done, or takes longer: until when, and of the reason the hash."""
    facts = {
        "maintenance": window.id,
        "reference": window.reference,
        "ends_at": window.ends_at.isoformat(),
        "new_end": row.new_end.astimezone(UTC).isoformat() if row.new_end else None,
        "reason_sha256": sha256(f"{row.reason_nl}\n{row.reason_en}".encode()).hexdigest(),
    }
    return Happening(Kind(row.kind.value), by.name, None, facts)


def updated(row: Installation, tenant: Tenant, kind: EnvironmentKind, by: Actor) -> Happening:
    """Somebody reported what an environment runs; ``breach`` says which promise that broke, if any."""
    facts = {
        "environment": kind.value,
        "version": row.version,
        "installed_at": row.installed_at.isoformat(),
        "breach": row.breach,
    }
    return Happening(Kind.UPDATED, by.name, tenant.id, facts)


def acceptance_recorded(release: Release) -> Happening:
    """The acceptance date came, and the environments were recorded as updated."""
    facts = {"release": release.id, "version": release.version, "acceptance_at": release.acceptance_at.isoformat()}
    return Happening(Kind.UPDATED, THE_CLOCK.name, None, facts)
