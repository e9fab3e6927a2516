"""Create and change a product: one transaction each."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext as _

from evidence.actors import Actor, May, require
from storage import AllAtOnce, Conflict, Refused, db
from tenants import checks
from tenants.models import Product, ServiceLevelAgreement
from tenants.planners import plans_changed
from tenants.public_holidays import holidays_of
from tenants.queries import product_by_slug
from tenants.report_checks import report_address, report_prefixes


@dataclass(frozen=True)
class ProductFacts:
    """What a person says of a product; texts as typed."""

    name: str
    timezone: str = "Europe/Amsterdam"
    help_desk_email: str = ""
    help_desk_phone: str = ""
    help_desk_hours_nl: str = ""
    help_desk_hours_en: str = ""
    report_prefixes: str = ""
    report_address: str = ""
    test_period: str = "P2W"
    announce_ahead: str = "P7D"
    update_minutes: str = "60"
    restart_when_postponed: bool = False
    needs_approval: bool = False
    # Of ``REMINDERS``, in any order; none: nobody is reminded.
    remind_before: tuple[str, ...] = ("P1W", "P1D")
    tells_start: bool = True
    tells_done: bool = True
    tells_longer: bool = True
    public_calendar: bool = False
    # A country, or a part of one: NL, DE-BY. Empty: no holidays are shown.
    holidays_of: str = "NL"


def create_product(slug: str, facts: ProductFacts, by: Actor) -> Product:
    """Create a product with the SLA's own terms, in effect since the SLA was adopted.

    Raises Refused for a value that cannot be used, Conflict where the product exists.
    """
    require(by, May.ADMINISTER)
    product = Product()
    with AllAtOnce() as each:
        product.slug = each(_new_slug, slug)
        each(_lay_facts, product, facts)
    # SLA 0: adopted on 1 July 2025.
    product.agreements = [ServiceLevelAgreement(effective_on=date(2025, 7, 1))]
    db.session.add(product)
    db.session.commit()
    return product


def change_product(product: Product, facts: ProductFacts, by: Actor, now: datetime) -> None:
    """Change a product's settings; open duties follow at the next tick.

    Raises Refused for a value that cannot be used; nothing has changed then.
    """
    require(by, May.ADMINISTER)
    before = _in_every_entry(product)
    try:
        _lay_facts(product, facts)
    except Refused:
        db.session.rollback()
        raise
    if _in_every_entry(product) != before:
        product.edits, product.edited_at = product.edits + 1, now
    plans_changed(product.id)
    db.session.commit()


def _new_slug(slug: str) -> str:
    checked = checks.slug("slug", slug)
    if product_by_slug(checked) is not None:
        raise Conflict("slug", _("A product with this name in addresses exists already."))
    return checked


def _in_every_entry(product: Product) -> tuple[object, ...]:
    """What of a product stands in every entry of its calendars."""
    return product.name, product.timezone, product.update_minutes


def _lay_facts(product: Product, facts: ProductFacts) -> None:
    """Write checked facts into a product's row. Raises Refused for all that cannot be used, the row half written."""
    with AllAtOnce() as each:
        product.name = each(checks.line, "name", facts.name, most=120)
        product.timezone = each(checks.timezone, "timezone", facts.timezone)
        product.help_desk_email = each(_email_or_none, "help_desk_email", facts.help_desk_email)
        product.help_desk_phone = each(checks.phone, "help_desk_phone", facts.help_desk_phone)
        product.help_desk_hours_nl = each(_hours, "help_desk_hours_nl", facts.help_desk_hours_nl)
        product.help_desk_hours_en = each(_hours, "help_desk_hours_en", facts.help_desk_hours_en)
        hours = product.help_desk_hours_nl, product.help_desk_hours_en
        if None not in hours:
            each(checks.in_both, "help_desk_hours", *hours)
        product.report_prefixes = each(report_prefixes, "report_prefixes", facts.report_prefixes)
        product.report_address = each(report_address, "report_address", facts.report_address)
        if product.report_address and product.report_prefixes == "":
            words = _("Say how the numbers begin that lead to this address, such as INC-.")
            each.add(Refused("report_prefixes", words))
        product.test_period = each(checks.period, "test_period", facts.test_period, required=True) or ""
        product.announce_ahead = each(checks.period, "announce_ahead", facts.announce_ahead, required=True) or ""
        product.update_minutes = each(
            checks.whole_number, "update_minutes", facts.update_minutes, least=1, most=24 * 60
        )
        product.remind_before = each(checks.reminders, "remind_before", facts.remind_before)
        product.holidays_of = each(holidays_of, "holidays_of", facts.holidays_of)
    product.restart_when_postponed = facts.restart_when_postponed
    product.needs_approval = facts.needs_approval
    product.tells_start, product.tells_done = facts.tells_start, facts.tells_done
    product.tells_longer, product.public_calendar = facts.tells_longer, facts.public_calendar


def _email_or_none(field: str, text: str) -> str:
    return checks.email(field, text) if checks.line(field, text, most=254, required=False) else ""


def _hours(field: str, text: str) -> str:
    return checks.line(field, text, most=40, required=False)
