"""Plans, ticks and mails as tests tell them: what was planned, what the clock did, what a reader got."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern

from sqlalchemy import Connection, event, select, update

from announcements.bulletin_mailing import put_out
from announcements.catching_up import catch_up
from announcements.joining_late import tell_joined
from announcements.progress import tell_progress
from announcements.reminding import remind
from announcements.services import announce_due, wait_for_contacts
from announcements.settling import settle, watch_deadlines
from announcements.updates import mail_notes, tell_updates
from evidence.actors import Actor
from outbox.mime import render
from outbox.models import MessageState, OutboxMessage
from schedules.about import about
from schedules.freezes import FreezeFacts, add_freeze
from schedules.judging import ReleasePlan
from schedules.maintenance import schedule_maintenance
from schedules.models import Impact, MaintenanceWindow, Release
from schedules.notices import Notice
from schedules.progress import start_due
from schedules.reasons import Reason
from schedules.recording import record_acceptance
from schedules.releases import move_release, schedule_release
from schedules.running import report_version
from schedules.upkeep import keep_up_all
from schedules.window_judging import MaintenancePlan
from sla.terms import Change
from storage import db
from tenants.models import EnvironmentKind, Product, Tenant
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, local

ACCEPTANCE = "2027-01-18T06:00"
PRODUCTION = "2027-02-08T06:00"
# By the SLA, of these two dates.
ACCEPTANCE_DEADLINE = local("2027-01-04T06:00")
PRODUCTION_DEADLINE = local("2027-01-08T06:00")
# Production is announced on New Year's Day; these lie after its deadline and before it.
TOLD = local("2027-01-02T09:00")
LATE = local("2027-01-20T09:00")
# Who was refused tries again.
LATER = NOW + timedelta(minutes=10)
BOTH = frozenset({EnvironmentKind.ACCEPTANCE, EnvironmentKind.PRODUCTION})


@dataclass(frozen=True)
class Mail:
    """A mail as its reader sees it."""

    address: str
    subject: str
    text: str
    html: str

    @property
    def headline(self) -> str:
        """The sentence that says what happens."""
        return self.text.split("\n\n")[1]

    @property
    def facts(self) -> list[str]:
        """The facts below it, without their names."""
        return [line.partition(": ")[2] for line in self.text.split("\n\n")[2].splitlines()]


def plan_of(
    version: str = "2027.1", acceptance: str = ACCEPTANCE, production: str = PRODUCTION, reason: str = ""
) -> ReleasePlan:
    return ReleasePlan(
        version, local(acceptance), local(production), "Sneller zoeken", "Faster search", Reason(reason, reason)
    )


def planned_release(
    product: Product,
    version: str = "2027.1",
    acceptance: str = ACCEPTANCE,
    production: str = PRODUCTION,
    *,
    now: datetime = NOW,
    by: Actor = PLANNER,
    reason: str = "",
) -> Release:
    return schedule_release(product, plan_of(version, acceptance, production, reason), by, now)


def moved(
    release: Release,
    acceptance: str = ACCEPTANCE,
    production: str = PRODUCTION,
    *,
    now: datetime = NOW,
    by: Actor = PLANNER,
    reason: str = "",
) -> Release:
    return move_release(
        release,
        local(acceptance),
        local(production),
        by,
        now,
        revision=release.revision,
        waiver_reason=Reason(reason, reason),
    )


def in_use(release: Release, now: datetime = NOW) -> Release:
    """Somebody runs a patch of a release in acceptance, so that others may be recorded."""
    tenant = db.session.scalars(select(Tenant).where(Tenant.product_id == release.product_id).limit(1)).one()
    report_version(tenant, EnvironmentKind.ACCEPTANCE, f"{release.version}.99", None, OPERATOR, now)
    return release


def window_plan(
    starts: str = "2026-12-15T22:00",
    ends: str = "2026-12-16T02:00",
    *,
    reference: str = "M-1",
    impact: Impact = Impact.OUTAGE,
    tenants: tuple[str, ...] = (),
    reason: str = "",
) -> MaintenancePlan:
    return MaintenancePlan(
        reference,
        local(starts),
        local(ends),
        frozenset({EnvironmentKind.PRODUCTION}),
        impact,
        "Nieuwe databaseserver",
        "New database server",
        tenants,
        Reason(reason, reason),
    )


def planned_window(product: Product, *args: str, now: datetime = NOW, **kwargs: object) -> MaintenanceWindow:
    return schedule_maintenance(product, window_plan(*args, **kwargs), PLANNER, now)  # type: ignore[arg-type]


def pass_of_the_clock(now: datetime) -> None:
    """What the worker does at a moment, but for sending."""
    put_out(now)
    keep_up_all(now)
    record_acceptance(now)
    announce_due(now)
    mail_notes(now)
    tell_updates(now)
    tell_joined(now)
    catch_up(now)
    start_due(now)
    tell_progress(now)
    remind(now)
    wait_for_contacts(now)
    settle(now)
    watch_deadlines(now)
    db.session.expire_all()


def notices(
    change: Release | MaintenanceWindow, kind: Change | None = None, tenant: Tenant | None = None
) -> Sequence[Notice]:
    """The notices of a change as the database has them: of each tenant in order of revision."""
    query = select(Notice).where(about(change)).order_by(Notice.tenant_id, Notice.kind, Notice.revision)
    if kind is not None:
        query = query.where(Notice.kind == kind)
    if tenant is not None:
        query = query.where(Notice.tenant_id == tenant.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def the_notice(change: Release | MaintenanceWindow, kind: Change, tenant: Tenant) -> Notice:
    """The newest notice of a change to a tenant."""
    return notices(change, kind, tenant)[-1]


def messages(tenant: Tenant | None = None, *states: MessageState) -> Sequence[OutboxMessage]:
    """Rows of the outbox in the order in which they were made."""
    query = select(OutboxMessage).order_by(OutboxMessage.id)
    if tenant is not None:
        query = query.where(OutboxMessage.tenant_id == tenant.id)
    if states:
        query = query.where(OutboxMessage.state.in_(states))
    return db.session.scalars(query.execution_options(populate_existing=True)).all()


def read(message: OutboxMessage) -> Mail:
    """The mail of a row as a mail program shows it."""
    parsed = message_from_bytes(render(message.letter, message, NOW), policy=modern)
    assert isinstance(parsed, EmailMessage)
    plain, html = parsed.get_body(("plain",)), parsed.get_body(("html",))
    assert plain is not None
    assert html is not None
    text, markup = (part.get_content().replace("\r\n", "\n") for part in (plain, html))
    return Mail(message.address, str(parsed["Subject"]), text, markup)


def queued_mails(tenant: Tenant | None = None) -> list[Mail]:
    """What waits to be sent, as its readers will see it."""
    return [read(message) for message in messages(tenant, MessageState.QUEUED)]


def send(tenant: Tenant | None, at: datetime, *, trial: bool = False, most: int | None = None) -> int:
    """A mail server takes what waits, or the first of it. Returns how many."""
    taken = messages(tenant, MessageState.QUEUED)[:most]
    for message in taken:
        message.state, message.sent_at, message.trial = MessageState.SENT, at, trial
    db.session.commit()
    return len(taken)


def told_and_given(now: datetime) -> None:
    """A pass of the clock, its mails sent, and taken note of."""
    pass_of_the_clock(now)
    send(None, now)
    settle(now)
    db.session.expire_all()


@contextmanager
def counted_queries() -> Iterator[list[str]]:
    """Collect the statements that go to the database meanwhile."""
    statements: list[str] = []

    def note(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith("BEGIN"):
            statements.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def as_manager(release: Release, acceptance: str, production: str, reason: str, now: datetime = NOW) -> Release:
    """Move a release although it breaks a promise."""
    return moved(release, acceptance, production, now=now, by=MANAGER, reason=reason)


def announce_all(at: datetime = NOW) -> None:
    """Everything that is planned is told at a moment."""
    db.session.execute(update(Notice).where(Notice.announced_at.is_(None)).values(announce_at=NOW))
    db.session.commit()
    announce_due(at)


def mailed_and_settled(tenant: Tenant, at: datetime) -> None:
    """Announce what is due, let a server take the mails to a tenant with words of its own, and settle."""
    pass_of_the_clock(at)
    for message in messages(tenant):
        message.reply, message.sent_hash = "250 2.0.0 Ok: queued as 17", "ab" * 32
    send(None, at)
    settle(at)
    db.session.expire_all()


def frozen(product: Product, first: str, last: str) -> None:
    """Keep these days free of updates."""
    add_freeze(product, FreezeFacts(first, last, "Jaarafsluiting", "Year end"), PLANNER, NOW)
