"""The calendar of a tenant's people: updates of both environments, maintenance, the end of full support (SLA 4.2)."""

from datetime import date, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from icalendar import Calendar, Event

from schedules.entries import Publisher, Subscriber, entry_of, event_uid, last_changed
from schedules.ical import Made, made, named_calendar, new_event, shown_since
from schedules.notices import Notice
from schedules.queries import told_notices
from schedules.support_end import SupportEnd, support_ends
from tenants.models import Product, Tenant


def people_calendar(tenant: Tenant, today: date, publisher: Publisher, language: str) -> Made:
    """Return what a tenant was told, in a language: a change that moves keeps its old date until that is told."""
    product, since = tenant.product, shown_since(today)
    notices = told_notices(tenant, since)
    with force_locale(language):
        calendar = named_calendar(_("%(product)s: %(tenant)s", product=product.name, tenant=tenant.name))
        calendar.add("method", "PUBLISH")
        events = [notice_event(tenant, notice, publisher, language) for notice in notices]
        ends = support_ends(tenant, notices, today)
        events += [_support_event(tenant, end, publisher) for end in ends if end.on >= since.date()]
        return made(calendar, events or [_first_event(tenant, publisher)], tenant.joined_at)


def calendar_of_one(tenant: Tenant, notice: Notice, publisher: Publisher, language: str) -> bytes:
    """Return a calendar with the one event of a notice, to be taken into a calendar by hand.

    It has the name that it has in the feed: who does both sees it once, and it stays right.
    """
    with force_locale(language):
        calendar = Calendar()
        calendar.add("prodid", "-//Release announcements//NL")
        calendar.add("version", "2.0")
        calendar.add("method", "PUBLISH")
        calendar.add_component(notice_event(tenant, notice, publisher, language))
        return bytes(calendar.to_ical())


def notice_event(tenant: Tenant, notice: Notice, publisher: Publisher, language: str) -> Event:
    """Return the event of a notice, the one that its mail carries."""
    stamp = last_changed(notice, notice.announced_at or notice.created_at)
    entry = entry_of(notice, Subscriber.of(tenant), publisher, language, stamp)
    event = new_event(
        entry.uid, (entry.sequence, entry.stamp), (entry.starts_at, entry.ends_at), entry.summary, entry.status
    )
    event.add("description", entry.description)
    event.add("url", entry.url)
    return event


def _support_event(tenant: Tenant, end: SupportEnd, publisher: Publisher) -> Event:
    product = tenant.product
    summary = _("%(product)s: full support of %(version)s ends", product=product.name, version=end.version)
    event = new_event(
        event_uid(tenant.id, f"support/{end.version}/{end.release_id}", publisher),
        product.as_edited(end.sequence, end.stamp),
        (end.on, end.on + timedelta(days=1)),
        _("CANCELLED: %(summary)s", summary=summary) if end.called_off else summary,
        "CANCELLED" if end.called_off else "CONFIRMED",
    )
    url = f"{publisher.base_url}/portal/{tenant.slug}"
    words = _(
        "Production runs %(version)s. With %(next)s it is more than one version behind: if you meet a problem that a "
        "newer version solves, you must update first (SLA 4.2).",
        version=end.version,
        next=end.ended_by,
    )
    event.add("description", f"{words}\n{url}")
    event.add("url", url)
    return event


def _first_event(tenant: Tenant, publisher: Publisher) -> Event:
    """When the tenant joined, for as long as nothing else is there.

    A calendar without an event is none by RFC 5545, 3.6, and vdirsyncer refuses it; this one lies in the past, where
    it is in nobody's way.
    """
    event = new_event(
        event_uid(tenant.id, "joined", publisher),
        tenant.product.as_edited(0, tenant.joined_at),
        (tenant.joined_at, tenant.joined_at + timedelta(hours=1)),
        nothing_yet(tenant.product),
    )
    event.add("description", _("No update has been announced. You hear of the next one in time."))
    event.add("url", f"{publisher.base_url}/portal/{tenant.slug}")
    return event


def nothing_yet(product: Product) -> str:
    """What a calendar says that has nothing to show."""
    return _("%(product)s: the calendar begins", product=product.name)
