"""Read a plan as far as it has been filled in: what is wrong is told by field, what is not there yet is no fault."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _

from schedules.models import Impact, MaintenanceWindow, Release
from schedules.outlook import Asked, AskedWindow
from sla.versions import version_key
from storage import Refused
from tenants import checks
from tenants.models import EnvironmentKind, Product

# Databases limit the number of names in one statement.
MOST_NAMES = 10_000


@dataclass
class Wrong:
    """What is wrong with what has been filled in."""

    refused: list[Refused] = field(default_factory=list)

    def add(self, refused: Refused) -> None:
        self.refused.append(refused)

    @property
    def fields(self) -> dict[str, list[str]]:
        """The same by field."""
        found: dict[str, list[str]] = {}
        for one in self.refused:
            found.setdefault(one.field, []).append(one.message)
        return found


def release_asked(typed: Mapping[str, str], product: Product, release: Release | None = None) -> tuple[Asked, Wrong]:
    """Read the fields of a release that can be read."""
    wrong = Wrong()
    version = "" if release else typed.get("version", "").strip()
    if version and not _is_version(version):
        wrong.add(Refused("version", _("This is not a version. Write it as 2027.1.")))
        version = ""
    acceptance_at, production_at = (_moment(typed, name, product, wrong) for name in ("acceptance_at", "production_at"))
    return Asked(version, acceptance_at, production_at), wrong


def window_asked(
    typed: Mapping[str, str], environments: Sequence[str], product: Product, window: MaintenanceWindow | None = None
) -> tuple[AskedWindow, Wrong]:
    """Read the fields of maintenance that can be read; in a move only its times are asked for."""
    wrong = Wrong()
    starts_at, ends_at = (_moment(typed, name, product, wrong) for name in ("starts_at", "ends_at"))
    if window is not None:
        named = tuple(tenant.slug for tenant in window.tenants)
        return AskedWindow(starts_at, ends_at, frozenset(window.environments), window.impact, named), wrong
    kinds = frozenset(kind for kind in EnvironmentKind if kind.value in environments)
    impact = typed.get("impact", "")
    chosen = Impact(impact) if impact in {one.value for one in Impact} else Impact.OUTAGE
    try:
        tenants = names_in(typed.get("tenants", ""))
    except Refused as refused:
        wrong.add(refused)
        tenants = ()
    return AskedWindow(starts_at, ends_at, kinds, chosen, tenants), wrong


def own_date_asked(typed: Mapping[str, str], product: Product) -> tuple[datetime | None, Wrong]:
    """Read the date that some tenants would have of their own."""
    wrong = Wrong()
    return _moment(typed, "planned_at", product, wrong), wrong


def names_in(text: str) -> tuple[str, ...]:
    """The tenants that a line names. Raises Refused for one that is too long."""
    named = checks.line("tenants", text, most=MOST_NAMES, required=False)
    return tuple(part for part in re.split(r"[;,\s]+", named) if part)


def _moment(typed: Mapping[str, str], name: str, product: Product, wrong: Wrong) -> datetime | None:
    text = typed.get(name, "")
    if not text.strip():
        return None
    try:
        return checks.local_moment(name, text, product.zone)
    except Refused as refused:
        wrong.add(refused)
        return None


def _is_version(text: str) -> bool:
    try:
        version_key(text)
    except ValueError:
        return False
    return True
