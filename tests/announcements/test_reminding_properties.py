"""Whatever is planned, moved, called off and put right again, in whatever order, nobody is reminded wrongly."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, update

from announcements.models import Announcement
from outbox.models import MessageState, OutboxMessage
from outbox.services import expire
from schedules.errors import BreaksSLA
from schedules.judging import ReleasePlan
from schedules.maintenance import cancel_maintenance, move_maintenance, schedule_maintenance
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, NoticeState
from schedules.reasons import Reason
from schedules.release_cancelling import cancel_release
from schedules.releases import move_release, schedule_release
from storage import Refused, db
from tenants.contacts import ContactFacts, add_contact
from tenants.models import Product, Tenant
from tenants.products import ProductFacts, create_product
from tenants.services import TenantFacts, add_tenant
from tests.planning import pass_of_the_clock, window_plan
from tests.world import ADMIN, LONG_AGO, MANAGER, local

BEGINS = local("2027-03-01T09:00").astimezone(LONG_AGO.tzinfo)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
numbers: Iterator[int] = count(1)

waits = st.integers(6, 60).map(lambda hours: ("wait", hours))
days = st.integers(1, 40)
# Mails that wait while something happens to what they say are the dangerous ones.
silences = st.tuples(st.just("silence"), st.sampled_from(["acceptance", "production", "window", "release", "off"]))
happenings = st.one_of(
    waits,
    waits,
    waits,
    silences,
    st.tuples(st.sampled_from(["acceptance", "production", "window"]), days),
    st.tuples(st.sampled_from(["cancel release", "cancel window", "back"]), st.just(0)),
    st.tuples(st.just("remind"), st.sampled_from(["", "P1D", "P1W P1D", "P1M P2W P1W P3D P1D"])),
)
IT_MUST = Reason("Het moet", "It must be")


class Year:
    """A product with one reader, its plans, and what the reader got."""

    def __init__(self) -> None:
        number = next(numbers)
        self.now = BEGINS
        self.product: Product = create_product(f"product-{number}", ProductFacts(f"Product {number}"), ADMIN)
        self.tenant: Tenant = add_tenant(self.product, TenantFacts(f"tenant-{number}", "Tenant"), MANAGER, LONG_AGO)
        add_contact(self.tenant, ContactFacts("Noor", f"noor@tenant-{number}.example", locale="en"), MANAGER)
        self.release = schedule_release(
            self.product, ReleasePlan("2027.1", BEGINS + 22 * DAY, BEGINS + 43 * DAY), MANAGER, self.now
        )
        plan = window_plan("2027-03-15T22:00", "2027-03-16T02:00", reference=f"M-{number}")
        self.window = schedule_maintenance(self.product, plan, MANAGER, self.now)
        self.before = (self.release.acceptance_at, self.release.production_at)
        self.server_is_up = True
        self.got: Counter[tuple[object, ...]] = Counter()

    def do(self, what: str, value: int | str) -> None:
        try:
            self._do(what, value)
        except (BreaksSLA, Refused):
            db.session.rollback()

    def _do(self, what: str, value: int | str) -> None:
        moment = self.now + int(value) * DAY if isinstance(value, int) else self.now
        acceptance_at, production_at = self.release.acceptance_at, self.release.production_at
        if what == "wait":
            self.wait(int(value))
        elif what == "acceptance":
            self.move(moment, production_at)
        elif what == "production":
            self.move(acceptance_at, moment)
        elif what == "back":
            self.move(*self.before)
        elif what == "window":
            self.move_window(moment)
        elif what == "cancel release":
            cancel_release(self.release, MANAGER, self.now)
        elif what == "cancel window":
            cancel_maintenance(self.window, MANAGER, self.now)
        elif what == "remind":
            db.session.execute(update(Product).values(remind_before=value))
            db.session.commit()
        else:
            self.silence(str(value))

    def silence(self, what: str) -> None:
        """The mail server is away for some hours, in which something happens."""
        self.server_is_up = False
        self.wait(20)
        self.server_is_up = True
        if what in {"release", "off"}:
            self.do("cancel release" if what == "release" else "cancel window", 0)
        else:
            self.do(what, 30)
        self.wait(1)

    def move(self, acceptance_at: datetime, production_at: datetime) -> None:
        before = (self.release.acceptance_at, self.release.production_at)
        move_release(
            self.release,
            acceptance_at,
            production_at,
            MANAGER,
            self.now,
            revision=self.release.revision,
            waiver_reason=IT_MUST,
        )
        self.before = before

    def move_window(self, starts_at: datetime) -> None:
        ends_at = starts_at + 2 * HOUR
        revision = self.window.revision
        move_maintenance(
            self.window,
            starts_at,
            ends_at,
            MANAGER,
            self.now,
            revision=revision,
            exception_reason=IT_MUST,
        )

    def wait(self, hours: int) -> None:
        """A worker that comes by now and then, and a mail server that is there or not."""
        self.now += hours * HOUR
        pass_of_the_clock(self.now)
        if not self.server_is_up:
            return
        expire(self.now)
        rows = db.session.execute(
            select(OutboxMessage, Announcement)
            .join(Announcement, Announcement.id == OutboxMessage.announcement_id)
            .where(OutboxMessage.tenant_id == self.tenant.id, OutboxMessage.state == MessageState.QUEUED)
            .order_by(OutboxMessage.id)
        ).all()
        reminded: Counter[str] = Counter()
        for message, announcement in rows:
            message.state, message.sent_at = MessageState.SENT, self.now
            if announcement.kind.value.endswith("_reminder"):
                reminded[announcement.kind.value] += 1
                self.look(message, announcement)
        db.session.commit()
        assert set(reminded.values()) <= {1}, f"two reminders at once: {reminded}"

    def look(self, message: OutboxMessage, announcement: Announcement) -> None:
        """Hold a reminder that leaves now against the plan as it stands now."""
        change: Release | MaintenanceWindow = self.release if announcement.release_id else self.window
        db.session.refresh(change)
        kind = announcement.kind.value.removesuffix("_reminder")
        planned_at = change.starts_at if isinstance(change, MaintenanceWindow) else getattr(change, f"{kind}_at")
        assert change.cancelled_at is None, "reminded of what is off"
        told = db.session.scalars(
            select(Notice).where(
                Notice.tenant_id == self.tenant.id,
                Notice.kind == kind,
                Notice.planned_at == planned_at,
                Notice.announced_at <= message.created_at - DAY,
            )
        ).all()
        assert told, "reminded of what was told this day, or not at all"
        assert planned_at - self.now >= 12 * HOUR, "reminded in the last hours"
        (found,) = {str(message.fields["day_and_time"])}
        self.got[kind, found, announcement.step] += 1
        assert self.got[kind, found, announcement.step] == 1, f"reminded twice of {kind} on {found}"
        assert planned_at.astimezone(self.product.zone).strftime("%H:%M") in found

    def over(self) -> None:
        """Nothing of this product is left to do for the next one."""
        db.session.execute(update(Release).values(cancelled_at=self.now, slot=None))
        db.session.execute(update(MaintenanceWindow).values(cancelled_at=self.now))
        db.session.execute(update(Notice).values(state=NoticeState.CANCELLED))
        db.session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.state == MessageState.QUEUED)
            .values(state=MessageState.CANCELLED, settled_at=self.now)
        )
        db.session.execute(update(Product).values(remind_before="P1W P1D"))
        db.session.commit()


# A function's own database is made once: each year has a product of its own in it.
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(happenings, min_size=10, max_size=40))
def test_nobody_is_reminded_twice_or_of_what_is_off(app: Flask, events: list[tuple[str, int | str]]) -> None:
    year = Year()
    try:
        for what, value in events:
            year.do(what, value)
    finally:
        db.session.rollback()
        year.over()


def test_year_without_changes_reminds_six_times(app: Flask) -> None:
    year = Year()
    for _half_day in range(2 * 80):
        year.wait(12)

    assert sorted((kind, step) for kind, _day, step in year.got) == [
        (kind, step) for kind in ("acceptance", "maintenance", "production") for step in (1, 7)
    ]
