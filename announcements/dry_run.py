"""What would be sent if it left now: to whom, in which words, and what comes of it. Nothing is written."""

from dataclasses import dataclass
from datetime import datetime

from announcements.approvals import approval_of, plan_approved
from announcements.concerned import Reach, concerned, reach, recipients
from announcements.fingerprint import fingerprint
from announcements.models import Approval
from announcements.notice_desks import desk_shown
from announcements.specimen import Specimen, specimens
from announcements.unreachable import Unreachable, unreachable
from schedules.losing_support import versions_losing_support
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Says
from schedules.queries import releases_of_year
from sla.terms import Change
from storage.paging import Listed


@dataclass(frozen=True)
class DryRun:
    """The reach of one thing to be told, its mails, its recipients, and its consequences.

    ``seen`` stands for all of it: what is approved with it is what was shown. ``slots`` are the four of the year, and
    ``losing`` the versions that lose full support with how many tenants run each; both empty for maintenance.
    """

    reach: Reach
    specimens: list[Specimen]
    recipients: Listed
    unreachable: Unreachable
    slots: list[Release | None]
    losing: list[tuple[str, int]]
    approval: Approval | None
    seen: str


def dry_run(
    change: Release | MaintenanceWindow,
    kind: Change,
    says: Says,
    now: datetime,
    *,
    page: int = 1,
    words: str = "",
    reader: int | None = None,
) -> DryRun:
    """Return what would be sent about a change now; the mails as they would go to ``reader``, where that is asked for.

    They are rendered by the code that sends, from rows that are never written.
    """
    desk = desk_shown(change, kind, says, now)
    in_time = concerned(change, kind, says, now)
    release = change if isinstance(change, Release) else None
    arrives = release is not None and kind is Change.PRODUCTION and says is not Says.CANCELLED
    return DryRun(
        reach=reach(change, kind, says, now),
        specimens=specimens(change, kind, says, desk, now, reader),
        recipients=recipients(change, kind, says, now, page, words),
        unreachable=unreachable(in_time),
        slots=releases_of_year(release.product, release.year) if release is not None else [],
        losing=versions_losing_support(release.product, release.version) if release is not None and arrives else [],
        approval=approval_of(change, kind, says),
        seen=fingerprint(change, plan_approved(change, kind, says), desk, in_time),
    )
