"""What a letter says to one tenant alone: why it comes late, and that its version loses full support."""

from datetime import datetime
from typing import TYPE_CHECKING

from flask_babel import gettext as _

from announcements.models import Announcement, Kind
from schedules.models import Release
from schedules.notices import Notice, Says
from sla.terms import Change
from tenants.models import Product
from tenants.wording import day_and_time, day_in_words, period_in_words

if TYPE_CHECKING:
    from announcements.readers import Told

_NOTICES = frozenset({Kind.ACCEPTANCE, Kind.PRODUCTION, Kind.MAINTENANCE})
# The letters in which there is room for the end of support.
OF_PRODUCTION = frozenset({Kind.PRODUCTION, Kind.PRODUCTION_REMINDER})


def why_late(told: "Told", announcement: Announcement, product: Product, now: datetime, language: str) -> str:
    """Why it comes later than promised, in the language in force; a breach is never hidden."""
    if announcement.says is Says.CANCELLED:
        return ""
    if told.waiver is not None:
        period = period_in_words(told.period)
        if announcement.kind.value == Change.MAINTENANCE.value:
            words = _(
                "We aim to tell you %(period)s ahead, and could not. The reason: %(reason)s",
                period=period,
                reason=told.waiver.reason(language),
            )
        else:
            words = _(
                "We promised to tell you %(period)s ahead (SLA 3.3), and could not. The reason: %(reason)s",
                period=period,
                reason=told.waiver.reason(language),
            )
        return f" {words}"
    if told.joined_late and announcement.bulletin_id is not None:
        return " " + _("We announced it before you became our customer, so you hear of it now.")
    if told.joined_late:
        return " " + _("It was planned before our present agreement with you, so you hear of it now.")
    if told.notice is not None and announcement.kind in _NOTICES:
        return _too_late(told.notice, product, now, language)
    return ""


def end_of_support(told: "Told", release: Release, version: str, now: datetime, language: str) -> str:
    """That a version, which runs in production, loses full support once everybody has the release (SLA 4.2).

    Empty where that has happened, and where the tenant gets the release before. Everybody's date is named to whoever
    was told it; one that has a date of its own may not know it.
    """
    ends_at = release.production_at
    if told.starts_at is None or not now < ends_at <= told.starts_at:
        return ""
    named = {"version": version, "next": release.version}
    if ends_at in {told.starts_at, told.previous_at}:
        words = _(
            "From %(day)s, %(version)s no longer has full support (SLA 4.2). Your production environment runs it now.",
            day=day_in_words(ends_at, release.product.timezone, language),
            **named,
        )
    else:
        words = _(
            "Once %(next)s is in production for most customers, %(version)s no longer has full support (SLA 4.2). "
            "Your production environment runs it now.",
            **named,
        )
    return f" {words}"


def _too_late(notice: Notice, product: Product, now: datetime, language: str) -> str:
    """That it should have been told before, where nobody decided that it comes later: no worker ran, say."""
    if (notice.given_at or notice.announced_at or now) <= notice.deadline_at:
        return ""
    moment = day_and_time(notice.deadline_at, product.timezone, language)
    if notice.kind is Change.MAINTENANCE:
        words = _("We aim to tell you by %(moment)s, and did not manage. We are sorry.", moment=moment)
    else:
        words = _("We should have told you by %(moment)s (SLA 3.3), and did not. We are sorry.", moment=moment)
    return f" {words}"
