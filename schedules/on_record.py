"""What of planning goes on record in the evidence."""

from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from evidence.actors import THE_CLOCK, Actor
from evidence.chain import Happening, Kind
from schedules.freeze_models import Freeze
from schedules.models import MaintenanceProgress, MaintenanceWindow, Release, Rollout, Waiver
from schedules.notices import Notice, Told
from tenants.models import EnvironmentKind, Installation, Source, Tenant


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


def taken_over(plan: Release | MaintenanceWindow, by: Actor) -> Happening:
    """A plan came from another administration: as it stands, and when that one says that it announced it."""
    one = change(Kind.PLANNED, plan, by)
    one.facts["imported"] = True
    if isinstance(plan, Release):
        for name in ("acceptance_announced_at", "production_announced_at"):
            if (told_at := getattr(plan, name)) is not None:
                one.facts[name] = told_at.isoformat()
    return one


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
                "tenant": waiver.tenant_id,
                "reason_sha256": sha256(f"{waiver.reason_nl}\n{waiver.reason_en}".encode()).hexdigest(),
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
    """Somebody reported what an environment runs, or an import brought it; ``breach``: which promise that broke."""
    facts: dict[str, Any] = {
        "environment": kind.value,
        "version": row.version,
        "installed_at": row.installed_at.isoformat(),
        "breach": row.breach,
    }
    if row.source is Source.IMPORT:
        facts["imported"] = True
    return Happening(Kind.UPDATED, by.name, tenant.id, facts)


def own_date(rollout: Rollout, by: Actor) -> Happening:
    """A tenant got a date of its own for an update; of the reason, which may name people, the hash."""
    facts = _of_rollout(rollout) | {"reason_sha256": sha256(rollout.reason.encode()).hexdigest()}
    if rollout.wave_id is not None:
        facts["wave"] = rollout.wave_id
    if rollout.by_tenant:
        facts["chosen_by_tenant"] = True
    return Happening(Kind.MOVED, by.name, rollout.tenant_id, facts)


def own_date_dropped(rollout: Rollout, by: Actor) -> Happening:
    """A tenant goes along with everybody again."""
    return Happening(Kind.MOVED, by.name, rollout.tenant_id, _of_rollout(rollout) | {"planned_at": None})


def own_date_called_off(rollout: Rollout, by: Actor) -> Happening:
    """The update is off for a tenant that had a date of its own for it."""
    return Happening(Kind.CANCELLED, by.name, rollout.tenant_id, _of_rollout(rollout))


def own_date_recorded(rollout: Rollout) -> Happening:
    """The tenant's own acceptance date came, and its environment was recorded as updated."""
    return Happening(Kind.UPDATED, THE_CLOCK.name, rollout.tenant_id, _of_rollout(rollout))


def told(row: Told, notice: Notice, by: Actor) -> Happening:
    """A person told a tenant by telephone or letter; whom, is in the row, which can be erased."""
    facts = {
        "notice": notice.id,
        "told": row.id,
        "channel": row.channel.value,
        "told_at": row.told_at.isoformat(),
        "person_sha256": sha256(row.person.encode()).hexdigest(),
    }
    return Happening(Kind.TOLD, by.name, notice.tenant_id, facts)


def given_by_person(notice: Notice, given_at: datetime, by: Actor) -> Happening:
    """A call or a letter gave a notice."""
    facts = {"notice": notice.id, "given_at": given_at.isoformat()}
    return Happening(Kind.GIVEN, by.name, notice.tenant_id, facts)


def _of_rollout(rollout: Rollout) -> dict[str, Any]:
    return {
        "release": rollout.release_id,
        "kind": rollout.kind.value,
        "planned_at": rollout.planned_at.isoformat(),
    }


def acceptance_recorded(release: Release) -> Happening:
    """The acceptance date came, and the environments were recorded as updated."""
    facts = {"release": release.id, "version": release.version, "acceptance_at": release.acceptance_at.isoformat()}
    return Happening(Kind.UPDATED, THE_CLOCK.name, None, facts)


def freeze(kind: Kind, row: Freeze, by: Actor) -> Happening:
    """Days without changes were named, or given free again; of the reason the hash."""
    facts = {
        "freeze": row.id,
        "product": row.product_id,
        "from_on": row.from_on.isoformat(),
        "until_on": row.until_on.isoformat(),
        "reason_sha256": sha256(f"{row.reason_nl}\n{row.reason_en}".encode()).hexdigest(),
    }
    return Happening(kind, by.name, None, facts)
