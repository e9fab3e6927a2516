"""The archive of maintenance by the page: what a tenant was told of, and what nobody was mailed about, in one order."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from schedules.models import MaintenanceWindow
from schedules.notices import Notice, Says
from schedules.queries import WITH_THEIR_CHANGE
from schedules.told_archive import maintenance_told, untold
from storage import among, db
from storage.paging import PER_PAGE, Listed, page_there_is
from tenants.models import Tenant


@dataclass(frozen=True)
class PastMaintenance:
    """One maintenance that is over: when, as this tenant was told it last, or as it was where nobody was mailed."""

    window: MaintenanceWindow
    starts_at: datetime
    ends_at: datetime
    called_off: bool = False


def past_maintenance(
    tenant: Tenant, start: datetime, end: datetime, now: datetime, page: int, *, per_page: int = PER_PAGE
) -> Listed:
    """Return a page of the maintenance of a time that is over by now, the latest first; three queries.

    A page before the first is the first, one after the last the last.
    """
    told = db.session.execute(
        select(Notice.id, Notice.planned_at).where(
            Notice.id.in_(maintenance_told(tenant, start, end, now).order_by(None).with_only_columns(Notice.id))
        )
    )
    # Of a year: few enough to be put in order here, while only those of the page are read whole.
    found: list[tuple[datetime, int, MaintenanceWindow | None]] = [(at, number, None) for number, at in told]
    found += [(one.starts_at, one.id, one) for one in untold(tenant, start, end, now)]
    found.sort(key=lambda one: (one[0], one[2] is None, one[1]), reverse=True)
    page = page_there_is(page, len(found), per_page)
    shown = found[(page - 1) * per_page : page * per_page]
    rows = select(Notice).where(among(Notice.id, [number for _at, number, window in shown if window is None]))
    notices = {one.id: one for one in db.session.scalars(rows.options(*WITH_THEIR_CHANGE))}
    return Listed(
        [
            PastMaintenance(window, window.starts_at, window.lasts_until) if window else _told(notices[number])
            for _at, number, window in shown
        ],
        len(found),
        page,
        per_page,
    )


def _told(notice: Notice) -> PastMaintenance:
    window = notice.maintenance
    assert window is not None  # noqa: S101 - maintenance_told joins it
    ends_at = window.until(notice.planned_at, notice.ends_at or notice.planned_at)
    return PastMaintenance(window, notice.planned_at, ends_at, notice.says is Says.CANCELLED)
