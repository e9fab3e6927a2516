"""Say on which days no change is wanted, and take that back: one transaction each."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, May, require
from evidence.chain import Kind, append
from schedules import on_record
from schedules.errors import refuse
from schedules.freeze_models import Freeze
from storage import AllAtOnce, Conflict, Refused, db
from tenants import checks
from tenants.models import Product

# A year and a day: longer than that is a slip of the pen.
LONGEST = 366


@dataclass(frozen=True)
class FreezeFacts:
    """What a person says of days without changes, the last day included; texts as typed."""

    from_on: str
    until_on: str
    reason_nl: str
    reason_en: str


@dataclass(frozen=True)
class CheckedFreeze:
    """Days without changes as they can be."""

    from_on: date
    until_on: date
    reason_nl: str
    reason_en: str


def checked_freeze(product: Product, facts: FreezeFacts, now: datetime) -> CheckedFreeze:
    """The facts in one form.

    Raises Refused for all that cannot be used, days that are over among it, and Conflict for days kept already.
    """
    with AllAtOnce() as each:
        from_on = each(checks.day, "from_on", facts.from_on)
        until_on = each(checks.day, "until_on", facts.until_on)
        reason_nl = each(checks.line, "reason_nl", facts.reason_nl, most=300)
        reason_en = each(checks.line, "reason_en", facts.reason_en, most=300)
        if until_on and until_on < now.astimezone(product.zone).date():
            each.add(Refused("until_on", _("These days are over. Choose a last day that is still to come.")))
        elif from_on and until_on and until_on < from_on:
            each.add(Refused("until_on", _("The last day comes before the first. Choose a later one.")))
        elif from_on and until_on and (until_on - from_on).days >= LONGEST:
            each.add(Refused("until_on", _("This is longer than a year. Choose an earlier last day.")))
        elif from_on and until_on and _is_kept(product, from_on, until_on):
            each.add(_kept_already())
    return CheckedFreeze(from_on, until_on, reason_nl, reason_en)


def add_freeze(product: Product, facts: FreezeFacts, by: Actor, now: datetime) -> Freeze:
    """Say that no change is wanted on these days; what is planned on them already stays planned.

    Raises as ``checked_freeze`` does, whoever keeps the same days at this moment.
    """
    require(by, May.PLAN)
    checked = checked_freeze(product, facts, now)
    freeze = Freeze(
        product_id=product.id,
        from_on=checked.from_on,
        until_on=checked.until_on,
        reason_nl=checked.reason_nl,
        reason_en=checked.reason_en,
        created_by=by.name,
        created_at=now,
    )
    db.session.add(freeze)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise _kept_already() from None
    append([on_record.freeze(Kind.FREEZE_ADDED, freeze, by)], now)
    db.session.commit()
    return freeze


def _is_kept(product: Product, from_on: date, until_on: date) -> bool:
    same = Freeze.product_id == product.id, Freeze.from_on == from_on, Freeze.until_on == until_on
    return db.session.scalar(select(Freeze.id).where(*same)) is not None


def _kept_already() -> Conflict:
    return Conflict("from_on", _("There is a freeze on these very days already."))


def remove_freeze(freeze: Freeze, by: Actor, now: datetime) -> None:
    """Take a freeze away; that it was there stays on record. Raises Refused where somebody took it away before."""
    require(by, May.PLAN)
    happening = on_record.freeze(Kind.FREEZE_REMOVED, freeze, by)
    gone = db.session.execute(delete(Freeze).where(Freeze.id == freeze.id).returning(Freeze.id)).first() is None
    if gone:
        refuse("freeze", _("This freeze was taken away before."))
    append([happening], now)
    db.session.commit()
