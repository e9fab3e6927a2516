"""What each mark of a year says, to who cannot see its shape and place, and in the list."""

from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_date
from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from announcements.contents import impact_in_words
from entrypoints.planner.year_told import how_far_in_words
from entrypoints.presenting import language
from schedules.models import MaintenanceWindow, Release
from schedules.special_days import DayKind, SpecialDay
from schedules.year import Mark, MarkKind
from schedules.year_notices import HowFar
from tenants.models import Product
from tenants.wording import day_and_time, environment_in_words, moment_in_words


@dataclass(frozen=True)
class Words:
    """A mark in words: when, as the list says it; what; how far its notices are; and where more is said."""

    when: str
    what: str
    how_far: str
    href: str
    # All of it in one sentence, with the zone.
    name: str


def words_of(mark: Mark, product: Product, now: datetime) -> Words:
    """Say a mark in the reader's language."""
    when, whole = _when(mark, product)
    what, how_far = _what(mark), how_far_in_words(mark, now)
    return Words(when, what, how_far, _href(mark), f"{whole}: {what}{'. ' if how_far else ''}{how_far}")


def short_day(moment: date | datetime) -> str:
    """A day beside its mark, where the year is plain: 7 Dec."""
    return format_date(moment, "d MMM", locale=language()).rstrip(".")


def sign_of(mark: Mark) -> str:
    """The class of the sign that stands for a mark in the list."""
    if isinstance(mark.about, SpecialDay):
        return mark.about.kind.value
    if mark.kind is MarkKind.NOTICE and mark.told is not None:
        return f"told-{mark.told.how_far.value}"
    return mark.change.value if mark.change is not None else mark.kind.value


def _when(mark: Mark, product: Product) -> tuple[str, str]:
    """When it is, as the list says it and with the zone."""
    zone = product.timezone
    if isinstance(mark.about, SpecialDay):
        first, last = mark.about.from_on, mark.about.until_on
        days = _days(first, last)
        return days, days
    short, whole = day_and_time(mark.at, zone, language()), moment_in_words(mark.at, zone, language())
    if mark.kind is MarkKind.NOTICE or mark.until == mark.at:
        return short, whole
    if mark.kind is MarkKind.CHANGE:
        return _("%(start)s to %(end)s", start=short, end=day_and_time(mark.until, zone, language())), _(
            "%(start)s to %(end)s", start=short, end=moment_in_words(mark.until, zone, language())
        )
    days = _days(mark.at.astimezone(product.zone).date(), mark.until.astimezone(product.zone).date())
    return days, days


def _days(first: date, last: date) -> str:
    start, end = (format_date(one, "EEE d MMMM y", locale=language()) for one in (first, last))
    return start if first == last else f"{start} {_('to %(day)s', day=end)}"


def _what(mark: Mark) -> str:
    about = mark.about
    if isinstance(about, SpecialDay):
        if about.kind is DayKind.FREEZE:
            return _("freeze: %(reason)s", reason=about.name(language()))
        return _("public holiday: %(name)s", name=about.name(language()))
    if isinstance(about, MaintenanceWindow):
        if mark.kind is MarkKind.NOTICE:
            return _("announce maintenance %(reference)s by then", reference=about.reference)
        return _window_in_words(about)
    environment = environment_in_words(mark.change.value) if mark.change is not None else ""
    named = {"version": about.version, "environment": environment}
    if mark.kind is MarkKind.NOTICE:
        return _("announce %(version)s in %(environment)s by then", **named)
    if mark.kind is MarkKind.TESTING:
        return _("customers test %(version)s", version=about.version)
    if mark.own is not None:
        return ngettext(
            "%(version)s in %(environment)s of %(num)d tenant with a date of its own",
            "%(version)s in %(environment)s of %(num)d tenants with a date of their own",
            mark.own.tenants,
            **named,
        )
    return ": ".join(filter(None, [_("%(version)s in %(environment)s", **named), about.title(language())]))


def _window_in_words(window: MaintenanceWindow) -> str:
    environments = _(" and ").join(environment_in_words(kind) for kind in window.environments)
    return _(
        "maintenance %(reference)s: %(reason)s (%(environments)s, %(impact)s)",
        reference=window.reference,
        reason=window.reason(language()),
        environments=environments,
        impact=impact_in_words(window.impact),
    )


def _href(mark: Mark) -> str:
    about = mark.about
    if isinstance(about, SpecialDay):
        anchor = f"freeze-{about.freeze_id}" if about.freeze_id else f"holidays-{about.from_on.year}"
        return url_for("planner.freeze_list", _anchor=anchor)
    if isinstance(about, MaintenanceWindow):
        page = url_for("planner.maintenance_page", window_id=about.id)
        return f"{page}#notices" if mark.kind is MarkKind.NOTICE else page
    if mark.kind is MarkKind.NOTICE and mark.told is not None and mark.told.how_far is HowFar.MISSED:
        return url_for("planner.missed", release_id=about.id)
    anchor = {MarkKind.NOTICE: "#notices", MarkKind.OWN_DATES: "#own-dates"}.get(mark.kind, "")
    return url_for("planner.release_page", release_id=about.id) + anchor


def off_in_words(change: Release | MaintenanceWindow, product: Product) -> tuple[str, str]:
    """Where more is said of what was called off; and what it was and when it would have been."""
    if isinstance(change, Release):
        href = url_for("planner.release_page", release_id=change.id)
        what, at = _("%(version)s in production", version=change.version), change.production_at
    else:
        href = url_for("planner.maintenance_page", window_id=change.id)
        what, at = _("maintenance %(reference)s", reference=change.reference), change.starts_at
    moment = day_and_time(at, product.timezone, language())
    return href, _("%(what)s, which was planned for %(moment)s", what=what, moment=moment)


def month_in_words(moment: date | datetime, *, short: bool = False) -> str:
    """The name of a month."""
    return format_date(moment, "LLL" if short else "LLLL", locale=language()).rstrip(".")
