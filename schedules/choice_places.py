"""Which days of a release's window are full, where a product lets so many customers choose the same one."""

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import select

from schedules.models import Release, Rollout
from storage import db
from tenants.models import Product, Tenant


class Places:
    """The places that others have taken on each day; one query."""

    def __init__(self, release: Release, tenant: Tenant) -> None:
        self.product: Product = release.product
        rows = db.session.execute(
            select(Rollout.chosen_on, Rollout.chosen_place).where(
                Rollout.release_id == release.id, Rollout.chosen_on.is_not(None), Rollout.tenant_id != tenant.id
            )
        )
        self.taken: dict[date, set[int]] = defaultdict(set)
        for day, place in rows:
            if day is not None and place is not None:
                self.taken[day].add(place)

    def is_full(self, moment: datetime) -> bool:
        most = self.product.choice_most
        return most is not None and len(self.taken[self._day(moment)]) >= most

    def free(self, moment: datetime) -> tuple[date, int]:
        """The day of a moment, and its first place that nobody has."""
        day = self._day(moment)
        places = self.taken[day]
        return day, next(place for place in range(1, len(places) + 2) if place not in places)

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.product.zone).date()
