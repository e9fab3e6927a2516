"""What of a plan asks for a notice: the updates of a release, a maintenance window."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from schedules.models import Impact, MaintenanceWindow, Release, Waiver
from sla.breaches import Rule
from sla.notice import NOTICE_RULES
from sla.terms import Change


@dataclass(frozen=True)
class Occasion:
    """One moment that tenants must hear of ahead."""

    kind: Change
    planned_at: datetime
    ends_at: datetime | None
    # When the change was first planned here, or came here from another administration.
    created_at: datetime
    release_id: int | None = None
    maintenance_id: int | None = None
    all_tenants: bool = True
    waiver_id: int | None = None
    # Whether it was taken over from another administration, and when that one says it was announced.
    imported: bool = False
    announced_at: datetime | None = None

    @property
    def name(self) -> str:
        """What mails that hold only while this stands are known by in the outbox."""
        return name_of(self.kind, release_id=self.release_id, maintenance_id=self.maintenance_id)

    def name_in(self, plan_revision: int) -> str:
        """The same for what tells this revision of the plan."""
        return name_of(
            self.kind, release_id=self.release_id, maintenance_id=self.maintenance_id, plan_revision=plan_revision
        )


def name_of(
    kind: Change, *, release_id: int | None, maintenance_id: int | None, plan_revision: int | None = None
) -> str:
    """The name of an occasion, such as ``release-3/acceptance``: the same for the life of the change.

    With a revision of its plan, such as ``release-3/acceptance@2``: of what was told then.
    """
    name = f"release-{release_id}/{kind.value}" if release_id is not None else f"maintenance-{maintenance_id}"
    return name if plan_revision is None else f"{name}@{plan_revision}"


def name_of_notes(release_id: int) -> str:
    """What mails of release notes are known by in the outbox: they hold while the release does."""
    return f"release-{release_id}/notes"


def of_release(release: Release) -> list[Occasion]:
    """Return the acceptance and the production update of a release."""
    dates = {
        Change.ACCEPTANCE: (release.acceptance_at, release.acceptance_announced_at),
        Change.PRODUCTION: (release.production_at, release.production_announced_at),
    }
    return [
        Occasion(
            kind=kind,
            planned_at=planned_at,
            ends_at=None,
            created_at=release.created_at,
            release_id=release.id,
            waiver_id=_waived(release.waivers, NOTICE_RULES[kind]),
            imported=release.imported,
            announced_at=announced_at,
        )
        for kind, (planned_at, announced_at) in dates.items()
    ]


def of_maintenance(window: MaintenanceWindow) -> list[Occasion]:
    """Return a window as the one thing to tell: both environments in one notice. Without impact there is none."""
    if window.impact is Impact.NO_IMPACT:
        return []
    return [
        Occasion(
            kind=Change.MAINTENANCE,
            planned_at=window.starts_at,
            ends_at=window.ends_at,
            created_at=window.created_at,
            maintenance_id=window.id,
            all_tenants=window.all_tenants,
            waiver_id=_waived(window.waivers, Rule.MAINTENANCE_NOTICE),
            imported=window.imported,
        )
    ]


def _waived(waivers: Iterable[Waiver], rule: Rule) -> int | None:
    """The latest waiver of a rule for everybody."""
    of_all = (waiver.id for waiver in waivers if waiver.rule == rule.value and waiver.tenant_id is None)
    return max(of_all, default=None)
