"""The calendar of the vendor's own people: what is planned, told or not, and by when customers must hear of it."""

from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import force_locale
from flask_babel import gettext as _
from icalendar import Event
from sqlalchemy import select

from schedules.entries import Publisher, event_uid_of, maintenance_summary, release_summary
from schedules.ical import Made, made, named_calendar, new_event, shown_since, start_of
from schedules.models import MaintenanceWindow, Release
from schedules.notices import OPEN_STATES, Notice
from schedules.people_calendar import nothing_yet
from sla.terms import Change
from storage import db
from tenants.models import Product, Tenant
from tenants.wording import environment_in_words, moment_in_words

# Calendars show what takes no time badly, or not at all.
BEFORE_A_DEADLINE = timedelta(minutes=15)


def plan_calendar(product: Product, today: date, publisher: Publisher, language: str) -> Made:
    """Return a product's plans as they stand, cancelled ones too, and the deadlines of duties that are open."""
    since, began = shown_since(today), start_of(product.agreements[0].effective_on)
    with force_locale(language):
        calendar = named_calendar(_("%(product)s: plans", product=product.name))
        calendar.add("method", "PUBLISH")
        writer = _Writer(product, publisher, language)
        events = [
            *(writer.release(row, kind) for row in _releases(product, since) for kind in _UPDATES),
            *(writer.maintenance(row) for row in _windows(product, since)),
            *(writer.deadline(row) for row in _deadlines(product, since)),
        ]
        return made(calendar, events or [writer.first(began)], began)


_UPDATES = (Change.ACCEPTANCE, Change.PRODUCTION)


class _Writer:
    def __init__(self, product: Product, publisher: Publisher, language: str) -> None:
        self.product, self.publisher, self.language = product, publisher, language

    def release(self, row: Release, kind: Change) -> Event:
        starts_at = row.acceptance_at if kind is Change.ACCEPTANCE else row.production_at
        return self._event(
            f"release/{row.id}/{kind.value}",
            (row.revision - 1 + row.edits, max(filter(None, (row.created_at, row.revised_at, row.edited_at)))),
            (starts_at, starts_at + self.product.update_lasts),
            release_summary(self.product, row, kind),
            row,
            [row.title(self.language), self._starts(starts_at)],
        )

    def maintenance(self, row: MaintenanceWindow) -> Event:
        reported = [moment for moment in (row.changed_at, row.edited_at) if moment]
        return self._event(
            f"maintenance/{row.id}",
            (row.revision - 1 + row.edits, max(reported)),
            (row.starts_at, row.lasts_until),
            maintenance_summary(self.product, row, self.language),
            row,
            [self._starts(row.starts_at)],
        )

    def deadline(self, row: Any) -> Event:
        """One event for each moment by which something must be told: where it becomes another, so does the event."""
        change = row.Release or row.MaintenanceWindow
        if isinstance(change, Release):
            environment = environment_in_words(row.kind.value)
            named = {"version": change.version, "environment": environment}
            summary = _("%(product)s: tell of %(version)s in %(environment)s", product=self.product.name, **named)
            about, moments = f"release/{change.id}/{row.kind.value}", (change.created_at, change.revised_at)
        else:
            summary = _(
                "%(product)s: tell of maintenance %(reference)s", product=self.product.name, reference=change.reference
            )
            about, moments = f"maintenance/{change.id}", (change.created_at, change.changed_at)
        event = new_event(
            self._uid(f"tell/{about}/{row.deadline_at.isoformat()}"),
            self.product.as_edited(0, max(filter(None, moments))),
            (row.deadline_at - BEFORE_A_DEADLINE, row.deadline_at),
            summary,
        )
        until = moment_in_words(row.deadline_at, self.product.timezone, self.language)
        event.add("description", "\n".join([_("By %(moment)s at the latest.", moment=until), self._url(change)]))
        event.add("url", self._url(change))
        return event

    def first(self, began: datetime) -> Event:
        """The day of the first SLA, for as long as nothing was planned: a calendar without an event is none."""
        day = began.date()
        version = self.product.as_edited(0, began)
        return new_event(self._uid("began"), version, (day, day + timedelta(days=1)), nothing_yet(self.product))

    def _event(
        self,
        about: str,
        version: tuple[int, datetime],
        times: tuple[datetime, datetime],
        summary: str,
        row: Release | MaintenanceWindow,
        lines: list[str],
    ) -> Event:
        off = row.cancelled_at is not None
        event = new_event(
            self._uid(about),
            self.product.as_edited(*version),
            times,
            _("CANCELLED: %(summary)s", summary=summary) if off else summary,
            "CANCELLED" if off else "CONFIRMED",
        )
        event.add("description", "\n".join([*(line for line in lines if line), self._url(row)]))
        event.add("url", self._url(row))
        return event

    def _uid(self, about: str) -> str:
        return event_uid_of(f"plans/{self.product.id}/{about}", self.publisher)

    def _url(self, row: Release | MaintenanceWindow) -> str:
        path = "releases" if isinstance(row, Release) else "maintenance"
        return f"{self.publisher.base_url}/planner/{path}/{row.id}"

    def _starts(self, moment: datetime) -> str:
        return _("Starts: %(moment)s", moment=moment_in_words(moment, self.product.timezone, self.language))


def _releases(product: Product, since: datetime) -> list[Release]:
    return list(
        db.session.scalars(
            select(Release)
            .where(Release.product_id == product.id, Release.production_at >= since)
            .order_by(Release.production_at, Release.id)
        )
    )


def _windows(product: Product, since: datetime) -> list[MaintenanceWindow]:
    return list(
        db.session.scalars(
            select(MaintenanceWindow)
            .where(MaintenanceWindow.product_id == product.id, MaintenanceWindow.ends_at >= since)
            .order_by(MaintenanceWindow.starts_at, MaintenanceWindow.id)
        )
    )


def _deadlines(product: Product, since: datetime) -> list[Any]:
    """Of each change and environment the moments by which a tenant must hear of it, and has not yet."""
    duties = (
        select(Notice.release_id, Notice.maintenance_id, Notice.kind, Notice.deadline_at)
        .join(Tenant, Tenant.id == Notice.tenant_id)
        .where(Tenant.product_id == product.id, Notice.state.in_(OPEN_STATES), Notice.deadline_at >= since)
        .distinct()
        .subquery()
    )
    return list(
        db.session.execute(
            select(duties.c.kind, duties.c.deadline_at, Release, MaintenanceWindow)
            .outerjoin(Release, Release.id == duties.c.release_id)
            .outerjoin(MaintenanceWindow, MaintenanceWindow.id == duties.c.maintenance_id)
            .order_by(duties.c.deadline_at, duties.c.kind, Release.id, MaintenanceWindow.id)
        )
    )
