"""Days that planners keep in mind: public holidays and freezes. No clause knows them: they warn and refuse nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlalchemy import Select, select

from schedules.freeze_models import Freeze
from storage import db
from storage.paging import Paged, page_of
from tenants.models import Product
from tenants.public_holidays import public_holidays


class DayKind(StrEnum):
    HOLIDAY = "holiday"
    FREEZE = "freeze"


@dataclass(frozen=True)
class SpecialDay:
    """One holiday, or the days of one freeze, both ends included, on the product's clock."""

    kind: DayKind
    from_on: date
    until_on: date
    name_nl: str
    name_en: str
    # Of a freeze its row.
    freeze_id: int | None = None

    def name(self, language: str) -> str:
        """What it is called, or why changes are not wanted then."""
        return self.name_nl if language == "nl" else self.name_en


def special_days(product: Product, from_on: date, until_on: date) -> list[SpecialDay]:
    """Holidays and freezes that touch these days, the last one included, in order of their first day; one query."""
    found = [
        SpecialDay(DayKind.HOLIDAY, day.on, day.on, day.name_nl, day.name_en)
        for year in range(from_on.year, until_on.year + 1)
        for day in public_holidays(product.holidays_of, year)
        if from_on <= day.on <= until_on
    ]
    touching = _freezes(product).where(Freeze.until_on >= from_on, Freeze.from_on <= until_on)
    found += [
        SpecialDay(DayKind.FREEZE, one.from_on, one.until_on, one.reason("nl"), one.reason("en"), one.id)
        for one in db.session.scalars(touching)
    ]
    return sorted(found, key=lambda day: (day.from_on, day.until_on, day.kind))


def days_touched(starts_at: datetime, ends_at: datetime | None, zone: ZoneInfo) -> tuple[date, date]:
    """The first and the last day of a moment, or of all that lies between two, the second one left out as an end is."""
    first = starts_at.astimezone(zone).date()
    # What ends at midnight does not touch the day that begins then.
    last = (ends_at - timedelta(microseconds=1)).astimezone(zone).date() if ends_at is not None else first
    return first, max(first, last)


def freezes_from(product: Product, today: date) -> Sequence[Freeze]:
    """Freezes that are not over, the first one first."""
    return db.session.scalars(_freezes(product).where(Freeze.until_on >= today)).all()


def freezes_before(product: Product, today: date, page: int, per_page: int = 50) -> Paged:
    """A page of those that are over, the latest one first."""
    over = select(Freeze).where(Freeze.product_id == product.id, Freeze.until_on < today)
    return page_of(over.order_by(Freeze.until_on.desc(), Freeze.id.desc()), page, per_page)


def _freezes(product: Product) -> Select[Freeze]:
    return select(Freeze).where(Freeze.product_id == product.id).order_by(Freeze.from_on, Freeze.id)
