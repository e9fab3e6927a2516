"""Load the demonstration once, through the same imports that a vendor uses for its own data."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from demo.announcing import announced_by_hand
from demo.asking import dates_of_their_own
from demo.dates import moved, moved_releases, weeks_to_move
from demo.freezing import quiet_at_years_end
from entrypoints.imports import notes
from entrypoints.imports.csv_reader import Row, read_rows
from entrypoints.imports.findings import Findings
from entrypoints.imports.running import KINDS
from entrypoints.imports.scope import Scope
from evidence.actors import Actor, Role
from schedules.models import Release
from storage import Refused, db
from tenants.models import Product, ServiceLevelAgreement

SLUG = "inconto"
FOLDER = Path(__file__).parent / SLUG
# Releases first: versions are installed on their dates.
ORDER = ("releases", "tenants", "contacts", "maintenance", "outages", "reports")
# The mark by which a demonstration is known: a vendor's own product may have the same name.
DEMONSTRATION = Actor("demonstration", Role.ADMIN)


def loaded() -> Product | None:
    """The demonstration's product, None where it is not there."""
    return db.session.scalars(
        select(Product)
        .where(Product.slug == SLUG)
        .where(Product.id.in_(select(Release.product_id).where(Release.planned_by == DEMONSTRATION.name)))
    ).one_or_none()


def load(now: datetime) -> bool:
    """Load the demonstration in one transaction; tell whether it was not there yet.

    Raises Refused where there is a product already: invented tenants have no place beside real ones.
    """
    if loaded() is not None:
        return False
    for other in beside_it():
        why = "which is not the demonstration's: it is loaded into an empty database only"
        raise Refused("demonstration", f"There is a product {other.name!r}, {why}.")
    product = Product(
        slug=SLUG,
        name="Inconto",
        help_desk_email="servicedesk@inconto.example",
        help_desk_phone="+31 85 018 5725",
        help_desk_hours_nl="op werkdagen van 8.30 tot 17.00 uur",
        help_desk_hours_en="on working days from 8:30 to 17:00",
        report_prefixes="INC-",
        report_address="https://servicedesk.inconto.example/meldingen/{number}",
        agreements=[ServiceLevelAgreement(effective_on=date(2025, 7, 1))],  # SLA 0
    )
    try:
        db.session.add(product)
        db.session.flush()
        _take_over(now, product.zone)
        dates_of_their_own(product, DEMONSTRATION, now)
        quiet_at_years_end(product, DEMONSTRATION, now)
        announced_by_hand(product, DEMONSTRATION, now)
        db.session.commit()
    except IntegrityError:
        # Another process loaded it at the same moment.
        db.session.rollback()
        if loaded() is None:
            raise
        return False
    return True


def beside_it() -> Sequence[Product]:
    """The products that are not the demonstration's, by slug."""
    own = loaded()
    query = select(Product).where(Product.id != (own.id if own else 0)).order_by(Product.slug)
    return db.session.scalars(query).all()


def _take_over(now: datetime, zone: ZoneInfo) -> None:
    findings = Findings()
    scope = Scope.open(DEMONSTRATION, now)
    for kind in ORDER:
        rows = read_rows(FOLDER / f"{kind}.csv", KINDS[kind].columns, findings)
        _move(kind, rows, weeks_to_move(now, zone), zone)
        KINDS[kind].take_over(rows, scope)
        db.session.flush()
    notes.take_over(FOLDER / "release_notes", findings, scope)
    if findings.problems:
        db.session.rollback()
        raise RuntimeError("; ".join(map(str, findings.in_order())))
    scope.close()


def _move(kind: str, rows: list[Row], weeks: int, zone: ZoneInfo) -> None:
    cells = [row.cells for row in rows]
    now = moved_releases(cells, weeks, zone) if kind == "releases" else [moved(one, weeks, zone) for one in cells]
    for row, moved_cells in zip(rows, now, strict=True):
        row.cells = moved_cells
