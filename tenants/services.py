"""Verbs on products and tenants, one transaction each."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, May, require
from storage import AllAtOnce, Conflict, Refused, db
from tenants import checks, feed_tokens
from tenants.models import (
    Agreement,
    Environment,
    EnvironmentKind,
    Installation,
    Product,
    ServiceLevelAgreement,
    Source,
    Tenant,
)
from tenants.public_holidays import holidays_of
from tenants.report_checks import report_address, report_prefixes


def plans_changed(product_id: int) -> None:
    """Note, in the running transaction, that duties of this product may have to be made or moved."""
    db.session.execute(update(Product).where(Product.id == product_id).values(plan_revision=Product.plan_revision + 1))


def wait_for_other_planners(product_id: int) -> None:
    """Let one planner of a product go at a time; the constraints in the database stand behind it."""
    # Not the strongest lock: that would stop whoever writes a row that refers to the product, and holds what we want.
    db.session.execute(select(Product.id).where(Product.id == product_id).with_for_update(key_share=True))


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


def product_by_slug(slug: str) -> Product | None:
    return db.session.scalars(select(Product).where(Product.slug == slug)).one_or_none()


@dataclass(frozen=True)
class TenantFacts:
    """What a person says of a tenant; texts as typed."""

    slug: str
    name: str
    locale: str = "nl"
    timezone: str = ""
    acceptance_notice: str = ""
    production_notice: str = ""
    maintenance_notice: str = ""
    ip_allowlist: str = ""


def add_tenant(product: Product, facts: TenantFacts, by: Actor, now: datetime) -> Tenant:
    """Add a tenant with both its environments and a calendar address.

    Raises Refused for a value that cannot be used, Conflict where the tenant exists.
    """
    require(by, May.MANAGE)
    try:
        tenant = new_tenant(product, facts, now)
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        raise Conflict("slug", _("A tenant with this name in addresses exists already.")) from None
    return tenant


def new_tenant(product: Product, facts: TenantFacts, now: datetime, *, imported: bool = False) -> Tenant:
    """Make the rows of a tenant in the running transaction."""
    with AllAtOnce() as each:
        slug = each(_new_tenant_slug, facts.slug)
        checked = each(_checked, facts)
    tenant = Tenant(product=product, slug=slug, joined_at=now, imported=imported)
    _lay(tenant, checked)
    tenant.environments = [Environment(kind=kind) for kind in EnvironmentKind]
    db.session.add(tenant)
    db.session.flush()
    feed_tokens.issue(current_app.config["FEED_KEY"], [tenant.id], now)
    plans_changed(product.id)
    return tenant


def _new_tenant_slug(slug: str) -> str:
    checked = checks.slug("slug", slug)
    if db.session.scalars(select(Tenant.id).where(Tenant.slug == checked)).first() is not None:
        raise Conflict("slug", _("A tenant with this name in addresses exists already."))
    return checked


def wait_for_others_at(tenant: Tenant) -> None:
    """Hold a tenant's row until the transaction ends, and read it as it is then."""
    db.session.refresh(tenant, with_for_update={"key_share": True, "of": Tenant})


def change_tenant(tenant: Tenant, facts: TenantFacts, by: Actor) -> None:
    """Change what is known of a tenant, its agreement among it; open duties follow at the next tick.

    Raises Refused for a value that cannot be used; nothing has changed then.
    """
    require(by, May.MANAGE)
    try:
        lay_tenant_facts(tenant, facts)
    except Refused:
        db.session.rollback()
        raise
    plans_changed(tenant.product_id)
    db.session.commit()


def lay_tenant_facts(tenant: Tenant, facts: TenantFacts) -> None:
    """Write checked facts into a tenant's rows; the slug stays what it is."""
    _lay(tenant, _checked(facts))


@dataclass(frozen=True)
class _Checked:
    """What is kept of a tenant's facts; the periods by the names of an agreement's columns, as they are written."""

    columns: dict[str, str]
    periods: dict[str, str | None]


def _checked(facts: TenantFacts) -> _Checked:
    """The facts in one form. Raises Refused for all that cannot be used, but for the slug."""
    with AllAtOnce() as each:
        columns = {
            "name": each(checks.line, "name", facts.name, most=160),
            "locale": each(checks.language, "locale", facts.locale),
            "timezone": each(checks.timezone, "timezone", facts.timezone, required=False),
            "ip_allowlist": each(checks.networks, "ip_allowlist", facts.ip_allowlist),
        }
        periods = {
            name: each(checks.period, name, getattr(facts, name))
            for name in ("acceptance_notice", "production_notice", "maintenance_notice")
        }
    return _Checked(columns, periods)


def _lay(tenant: Tenant, checked: _Checked) -> None:
    for name, text in checked.columns.items():
        setattr(tenant, name, text)
    if not any(checked.periods.values()):
        tenant.agreement = None
        return
    if tenant.agreement is None:
        tenant.agreement = Agreement()
    for name, period in checked.periods.items():
        setattr(tenant.agreement, name, period)


def install(
    environment: Environment,
    version: str,
    installed_at: datetime,
    source: Source,
    by: str,
    *,
    to_tell: bool,
    breach: str = "",
) -> Installation | None:
    """Record, in the running transaction, that an environment runs a version since a moment.

    Returns None where it is known to run that version already. A report about the past takes its place in the history.
    """
    rows = db.session.scalars(
        select(Installation)
        .where(Installation.environment_id == environment.id)
        .order_by(Installation.installed_at, Installation.id)
        .with_for_update()
    ).all()
    before = [row for row in rows if row.installed_at <= installed_at]
    after = [row for row in rows if row.installed_at > installed_at]
    if before and before[-1].version == version:
        return None
    told_at = None if to_tell and not after else installed_at
    row = Installation(
        environment_id=environment.id,
        version=version,
        installed_at=installed_at,
        replaced_at=after[0].installed_at if after else None,
        source=source,
        reported_by=by,
        told_at=told_at,
        breach=breach,
    )
    if before:
        before[-1].replaced_at = installed_at
        # Only one row may be running at any moment, in the transaction too.
        db.session.flush()
    db.session.add(row)
    db.session.flush()
    return row
