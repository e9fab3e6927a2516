"""How values look on a page: dates in words, refusals as sentences with a way out."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date
from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _

from alarms.letters import words as alarm_words
from alarms.messages import problem_in_words
from announcements.contents import impact_in_words
from entrypoints.guards import may, may_read_mailbox, now
from entrypoints.shown_again import typed_here
from entrypoints.tenants_field import is_finding, tenants_found
from entrypoints.way_back import way_back
from entrypoints.whose_page import vendor_name, zone_over_all
from release_notes.report_links import report_link
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice, NoticeState, Says
from sla.breaches import Breach, Rule
from sla.terms import NOTICE_CLAUSE, Change
from sla.versions import Support
from tenants.models import Product, Tenant
from tenants.wording import (
    contacts_in_words,
    day_and_time,
    day_in_words,
    environment_in_words,
    from_now,
    length_in_words,
    moment_for_tenant,
    moment_in_words,
    period_in_words,
    tenants_in_words,
)


def language() -> str:
    """The language of this page."""
    return str(get_locale() or "nl")


def when(moment: datetime, zone: str) -> str:
    """A moment with its zone and offset spelled out."""
    return moment_in_words(moment, zone, language())


def clock(moment: datetime, zone: str) -> str:
    """A moment where the zone is plain from the page."""
    return day_and_time(moment, zone, language())


def own_clock(moment: datetime, zone: str) -> str:
    """A moment in its product's own time, on a page over all products: with the zone where that is not the page's."""
    words = clock(moment, zone)
    return words if zone == zone_over_all() else f"{words} ({zone})"


def day(moment: datetime, zone: str) -> str:
    return day_in_words(moment, zone, language())


def date_in_words(one: date) -> str:
    """A day in words."""
    return format_date(one, "d MMMM y", locale=language())


def weekday_in_words(one: date) -> str:
    """A day in words, with its day of the week."""
    return format_date(one, "EEE d MMMM y", locale=language())


def away(moment: datetime, zone: str) -> str:
    """A moment relative to now; it stands beside the date, never alone."""
    return from_now(moment, now(), zone)


def in_both_zones(moment: datetime, product: Product, tenant: Tenant) -> str:
    """A moment in the product's time, and in the tenant's own where that clock differs."""
    return moment_for_tenant(moment, product.timezone, tenant.timezone, language())


def form_value(moment: datetime, zone: str) -> str:
    """A moment as a form's field holds it."""
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%dT%H:%M}"


def breach_sentence(breach: Breach, product: Product) -> str:
    """What is broken, what is required and by which clause, in one sentence."""
    zone = product.timezone
    if breach.rule is Rule.RELEASE_BUDGET:
        year = breach.given.rsplit(" ", 1)[-1]
        return _("%(year)s has its four releases, which is the most there may be (SLA 3.3).", year=year)
    if breach.rule is Rule.VERSION_ORDER:
        before = breach.required.removeprefix("after ")
        return _("%(version)s cannot reach production before %(before)s does.", version=breach.given, before=before)
    if breach.rule is Rule.TEST_PERIOD:
        return _(
            "Production comes too soon after acceptance: customers get %(period)s to test.",
            period=period_in_words(breach.required),
        )
    if breach.rule is Rule.SERVICE_HOURS:
        return _(
            "Within service hours, %(hours)s, falls %(length)s of it (%(clause)s). That needs a reason.",
            length=length_in_words(timedelta(minutes=int(breach.given.removeprefix("PT").removesuffix("M")))),
            hours=breach.required,
            clause=breach.clause,
        )
    given = day_and_time(datetime.fromisoformat(breach.given), zone, language())
    promised = {"given": given, "period": period_in_words(breach.required), "clause": clause_in_words(breach.clause)}
    if breach.rule is Rule.ACCEPTANCE_NOTICE:
        return _("Acceptance on %(given)s is too soon: it must be announced %(period)s ahead (%(clause)s).", **promised)
    if breach.rule is Rule.PRODUCTION_NOTICE:
        return _("Production on %(given)s is too soon: it must be announced %(period)s ahead (%(clause)s).", **promised)
    if breach.rule is Rule.MAINTENANCE_NOTICE:
        return _(
            "We aim to announce maintenance %(period)s ahead (%(clause)s), which is too late for %(given)s. "
            "That needs a reason.",
            **promised,
        )
    return _("Production comes after acceptance (%(clause)s).", **promised)


def clause_in_words(clause: str) -> str:
    """A clause as people cite it; an agreement's in the reader's language."""
    return clause if clause.startswith("SLA") else _("the signed agreement")


def state_in_words(state: NoticeState) -> str:
    return {
        NoticeState.PLANNED: _("planned"),
        NoticeState.DUE: _("due, nobody to tell"),
        NoticeState.ANNOUNCED: _("announced, no proof yet"),
        NoticeState.GIVEN: _("given"),
        NoticeState.COMPLETE: _("given to all"),
        NoticeState.MISSED: _("missed"),
        NoticeState.SUPERSEDED: _("replaced"),
        NoticeState.CANCELLED: _("cancelled"),
        NoticeState.WAIVED: _("waived"),
        NoticeState.TAKEN_OVER: _("taken over"),
    }[state]


def support_in_words(support: Support) -> str:
    return {
        Support.AHEAD: _("full support, ahead of production"),
        Support.CURRENT: _("full support, the last version"),
        Support.PREVIOUS: _("full support, the version before the last"),
        Support.UPDATE_FIRST: _("update first"),
        Support.UNKNOWN: _("unknown version"),
    }[support]


def change_in_words(kind: Change) -> str:
    return {
        Change.ACCEPTANCE: _("acceptance"),
        Change.PRODUCTION: _("production"),
        Change.MAINTENANCE: _("maintenance"),
    }[kind]


def says_in_words(says: Says) -> str:
    return {Says.PLANNED: _("notice"), Says.MOVED: _("new date"), Says.CANCELLED: _("cancellation")}[says]


def told_in_words(change: Release | MaintenanceWindow, kind: Change, says: Says) -> str:
    """What is told of a plan, such as "Notice of 2027.1 in production"."""
    what = says_in_words(says).capitalize()
    if isinstance(change, Release):
        named = {"what": what, "version": change.version, "environment": change_in_words(kind)}
        return _("%(what)s of %(version)s in %(environment)s", **named)
    return _("%(what)s of maintenance %(reference)s", what=what, reference=change.reference)


def is_due_by_known_date(notice: Notice) -> bool:
    """Whether a notice had to come before the date that its reader knew: what is off, and what was put off."""
    return notice.says is Says.CANCELLED or (notice.says is Says.MOVED and notice.deadline_at == notice.previous_at)


def is_aim(notice: Notice) -> bool:
    """Whether its period is what we aim at: of maintenance the SLA promises no more, an agreement may (SLA 3.3)."""
    return notice.kind is Change.MAINTENANCE and notice.clause == NOTICE_CLAUSE


def promised_in_words(notice: Notice) -> str:
    """What was promised of a notice and by which clause, as planners read it."""
    if is_due_by_known_date(notice):
        return _("before the date that the tenant knew")
    promised = {"period": period_in_words(notice.period), "clause": clause_in_words(notice.clause)}
    if is_aim(notice):
        return _("aimed at: %(period)s ahead (%(clause)s)", **promised)
    return _("%(period)s ahead (%(clause)s)", **promised)


def set_up(app: Flask) -> None:
    """Give every template these words."""
    words: dict[str, Any] = {
        "way_back": way_back,
        "typed_here": typed_here,
        "vendor_name": vendor_name,
        "when": when,
        "clock": clock,
        "day": day,
        "date_in_words": date_in_words,
        "weekday_in_words": weekday_in_words,
        "away": away,
        "in_both_zones": in_both_zones,
        "form_value": form_value,
        "breach_sentence": breach_sentence,
        "length_in_words": length_in_words,
        "period_in_words": period_in_words,
        "clause_in_words": clause_in_words,
        "state_in_words": state_in_words,
        "support_in_words": support_in_words,
        "change_in_words": change_in_words,
        "says_in_words": says_in_words,
        "told_in_words": told_in_words,
        "is_due_by_known_date": is_due_by_known_date,
        "is_aim": is_aim,
        "promised_in_words": promised_in_words,
        "environment_in_words": environment_in_words,
        "contacts_in_words": contacts_in_words,
        "tenants_in_words": tenants_in_words,
        "impact_in_words": impact_in_words,
        "report_link": report_link,
        "alarm_words": alarm_words,
        "problem_in_words": problem_in_words,
        "language": language,
        "may": may,
        "may_read_mailbox": may_read_mailbox,
        "now": now,
        "tenants_found": tenants_found,
        "is_finding": is_finding,
    }
    app.jinja_env.globals.update(words)
