"""The page of a year after ten years of releases and maintenance: its time, its queries and its size."""

from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import insert, literal, select

from benchmarks.pages import ask, counting, signed_in
from benchmarks.results import say, seconds
from benchmarks.vendor import only_product, vendor
from schedules.models import Impact, MaintenanceWindow, Release
from schedules.notices import Notice, NoticeState, Says
from sla.terms import Change
from storage import db
from tenants.models import Tenant

REPEATS = 9
YEARS = 10
# Once a month.
WINDOWS = 12
BUDGET = 0.2
# Over the wire, without any compression that a proxy may add.
MOST_BYTES = 100_000
NUMBERS = (60, 10_000)


def main() -> None:
    queries: dict[int, int] = {}
    for tenants in NUMBERS:
        with vendor(tenants) as app:
            now = datetime.now(UTC)
            for year in range(now.year - YEARS + 1, now.year + 1):
                plan_year(year, now)
            queries[tenants] = measure(app, tenants, now.year)
    say(
        "queries of the year at 10,000 tenants",
        queries[NUMBERS[1]],
        "queries",
        "the same at 60",
        queries[NUMBERS[0]],
        1,
    )


def plan_year(year: int, now: datetime) -> None:
    """Four releases and maintenance every week, of all of which every tenant must hear or has heard."""
    product = only_product().id
    for slot in range(1, 5):
        acceptance = datetime(year, slot * 3 - 2, 5, 6, tzinfo=UTC)
        release = Release(
            product_id=product,
            version=f"{year}.{slot}",
            title_nl="Sneller zoeken en bestellen",
            title_en="Faster search and orders",
            acceptance_at=acceptance,
            production_at=acceptance + timedelta(days=35),
            year=year,
            slot=slot,
            planned_by="bench",
            created_at=acceptance,
        )
        db.session.add(release)
        db.session.flush()
        for change in (Change.ACCEPTANCE, Change.PRODUCTION):
            tell_everybody(change, release.planned_at_of(change), now, release=release.id)
    for number in range(WINDOWS):
        starts_at = datetime(year, 1, 2, 21, tzinfo=UTC) + timedelta(days=30 * number)
        window = MaintenanceWindow(
            product_id=product,
            reference=f"M-{year}-{number:03}",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=4),
            acceptance=True,
            production=True,
            impact=Impact.OUTAGE,
            reason_nl="Vervanging van opslag",
            reason_en="Storage replacement",
            planned_by="bench",
            created_at=starts_at,
            changed_at=starts_at,
        )
        db.session.add(window)
        db.session.flush()
        tell_everybody(Change.MAINTENANCE, starts_at, now, window=window.id)
    db.session.commit()


def tell_everybody(
    change: Change, at: datetime, now: datetime, *, release: int | None = None, window: int | None = None
) -> None:
    """A notice for every tenant, written by the database itself."""
    deadline = at - timedelta(days=14)
    values = {
        Notice.release_id: release,
        Notice.maintenance_id: window,
        Notice.kind: change,
        Notice.says: Says.PLANNED,
        Notice.revision: 1,
        Notice.planned_at: at,
        Notice.period: "P2W",
        Notice.clause: "SLA 3.3",
        Notice.deadline_at: deadline,
        Notice.lapses_at: deadline,
        Notice.announce_at: deadline,
        Notice.state: NoticeState.COMPLETE if deadline < now else NoticeState.PLANNED,
        Notice.joined_late: False,
        Notice.later_than_aimed: False,
        Notice.created_at: deadline,
    }
    told = select(Tenant.id, *(literal(value, column.type) for column, value in values.items()))
    db.session.execute(insert(Notice).from_select([Notice.tenant_id, *values], told, include_defaults=False))


def measure(app: Flask, tenants: int, year: int) -> int:
    db.session.remove()
    planner, path = signed_in(app, "manager@vendor.example"), f"/planner/year?year={year}"
    ask(planner, path)
    with counting() as number:
        ask(planner, path)
    queries = number()
    taken = seconds(lambda: ask(planner, path), REPEATS)
    say(f"page: the year after {YEARS}, {tenants} tenants", taken, "s", f"budget of {BUDGET} s", BUDGET, 1)
    with app.app_context():
        size = len(planner.get(path).data)
    say(f"size of the year with {WINDOWS} windows", size, "bytes", "what a page may weigh", MOST_BYTES, 1)
    return queries


if __name__ == "__main__":
    main()
