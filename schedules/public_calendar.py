"""The calendar of a product that everybody may read, where the product allows it."""

from datetime import date, timedelta

from flask_babel import force_locale
from flask_babel import gettext as _
from icalendar import Event

from schedules.entries import Publisher, event_uid_of, release_summary
from schedules.ical import Made, made, named_calendar, new_event, shown_since, start_of
from schedules.models import Release
from schedules.people_calendar import nothing_yet
from schedules.public_dates import PublicDate, public_dates
from tenants.models import Product
from tenants.wording import moment_in_words


def public_calendar(product: Product, today: date, publisher: Publisher, language: str) -> Made:
    """Return the releases of a product on the dates that its customers were told; nothing of any tenant."""
    since = shown_since(today)
    first = product.agreements[0].effective_on
    with force_locale(language):
        calendar = named_calendar(_("%(product)s: releases", product=product.name))
        calendar.add("method", "PUBLISH")
        told = public_dates(Release.product_id == product.id, Release.production_at >= since)
        events = [_event(product, one, publisher, language) for one in told if one.planned_at >= since]
        return made(calendar, events or [_first_event(product, first, publisher)], start_of(first))


def _event(product: Product, one: PublicDate, publisher: Publisher, language: str) -> Event:
    release, summary = one.release, release_summary(product, one.release, one.kind)
    stamp = max(one.told_at, release.edited_at) if release.edited_at else one.told_at
    event = new_event(
        event_uid_of(f"product/{product.id}/release/{release.id}/{one.kind.value}", publisher),
        product.as_edited(one.revision - 1 + release.edits, stamp),
        (one.planned_at, one.planned_at + product.update_lasts),
        _("CANCELLED: %(summary)s", summary=summary) if one.called_off else summary,
        "CANCELLED" if one.called_off else "CONFIRMED",
    )
    starts = _("Starts: %(moment)s", moment=moment_in_words(one.planned_at, product.timezone, language))
    event.add("description", "\n".join(line for line in (release.title(language), starts) if line))
    return event


def _first_event(product: Product, first: date, publisher: Publisher) -> Event:
    """The day of the first SLA, for as long as nothing was told: a calendar without an event is none."""
    return new_event(
        event_uid_of(f"product/{product.id}/began", publisher),
        product.as_edited(0, start_of(first)),
        (first, first + timedelta(days=1)),
        nothing_yet(product),
    )
