"""Read a plan as far as it has been filled in: what is wrong is told by field, what is not there yet is no fault."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask_babel import gettext as _

from entrypoints.refusals import in_peoples_words
from entrypoints.typed_dates import iso_moment
from schedules.models import Impact, MaintenanceWindow, Release
from schedules.outlook import Asked, AskedWindow
from schedules.reasons import NO_REASON, Reason
from sla.versions import version_key
from storage import Refused
from tenants import checks
from tenants.models import EnvironmentKind, Product
from tenants.naming import tenants_in


@dataclass
class Wrong:
    """What is wrong with what has been filled in."""

    refused: list[Refused] = field(default_factory=list)

    def add(self, refused: Refused) -> None:
        self.refused += refused.all

    @property
    def fields(self) -> dict[str, list[str]]:
        """The same by field."""
        found: dict[str, list[str]] = {}
        for one in self.refused:
            found.setdefault(one.field, []).append(in_peoples_words(one))
        return found


def release_asked(typed: Mapping[str, str], product: Product, release: Release | None = None) -> tuple[Asked, Wrong]:
    """Read the fields of a release that can be read."""
    wrong = Wrong()
    version = "" if release else typed.get("version", "").strip()
    if version and not _is_version(version):
        wrong.add(Refused("version", _("This is not a version. Write it as 2027.1.")))
        version = ""
    acceptance_at, production_at = (_moment(typed, name, product, wrong) for name in ("acceptance_at", "production_at"))
    return Asked(version, acceptance_at, production_at, _reason(typed, "waiver_reason")), wrong


def window_asked(
    typed: Mapping[str, str], environments: Sequence[str], product: Product, window: MaintenanceWindow | None = None
) -> tuple[AskedWindow, Wrong]:
    """Read the fields of maintenance that can be read; in a move only its times are asked for."""
    wrong = Wrong()
    reason = _reason(typed, "exception_reason")
    starts_at, ends_at = (_moment(typed, name, product, wrong) for name in ("starts_at", "ends_at"))
    if window is not None:
        slugs = tuple(tenant.slug for tenant in window.tenants)
        return AskedWindow(starts_at, ends_at, frozenset(window.environments), window.impact, slugs, reason), wrong
    kinds = frozenset(kind for kind in EnvironmentKind if kind.value in environments)
    impact = typed.get("impact", "")
    chosen = Impact(impact) if impact in {one.value for one in Impact} else Impact.OUTAGE
    named = tenants_in(product, typed.get("tenants", ""))
    try:
        named.check()
    except Refused as refused:
        wrong.add(refused)
    # With what is unknown among them: where nobody is known it is for nobody, not for all.
    return AskedWindow(starts_at, ends_at, kinds, chosen, (*named.slugs, *named.unknown), reason), wrong


def own_date_asked(typed: Mapping[str, str], product: Product, field: str) -> tuple[datetime | None, Wrong]:
    """Read the date that some tenants would have of their own."""
    wrong = Wrong()
    return _moment(typed, field, product, wrong), wrong


def _moment(typed: Mapping[str, str], name: str, product: Product, wrong: Wrong) -> datetime | None:
    text = iso_moment(typed.get(name, ""))
    if not text:
        return None
    try:
        return checks.local_moment(name, text, product.zone)
    except Refused as refused:
        wrong.add(refused)
        return None


def _reason(typed: Mapping[str, str], name: str) -> Reason:
    """A reason as far as it can be used; what is wrong with it is said once it is sent."""
    try:
        return Reason(typed.get(f"{name}_nl", ""), typed.get(f"{name}_en", "")).checked(name)
    except Refused:
        return NO_REASON


def _is_version(text: str) -> bool:
    try:
        version_key(text)
    except ValueError:
        return False
    return True
