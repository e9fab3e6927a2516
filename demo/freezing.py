"""The days at the end of the year on which the demonstration's vendor changes nothing."""

from datetime import date, datetime

from evidence.actors import Actor
from evidence.chain import Kind, append
from schedules.freeze_models import Freeze
from schedules.on_record import freeze
from storage import db
from tenants.models import Product


def quiet_at_years_end(product: Product, by: Actor, now: datetime) -> None:
    """Write, in the running transaction, the freeze at the end of this year. It does not move with the data's weeks."""
    year = now.astimezone(product.zone).year
    row = Freeze(
        product_id=product.id,
        from_on=date(year, 12, 20),
        until_on=date(year + 1, 1, 3),
        reason_nl="Jaarafsluiting bij klanten",
        reason_en="Customers close their year",
        created_by=by.name,
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    append([freeze(Kind.FREEZE_ADDED, row, by)], now)
