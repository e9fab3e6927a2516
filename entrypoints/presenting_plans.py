"""How it is said what a plan would mean."""

from collections.abc import Iterable
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from entrypoints.guards import now
from entrypoints.presenting import clock, language
from entrypoints.presenting_notices import change_in_words
from schedules.clashes import Clash, ClashKind
from schedules.leave_times import leave_times
from schedules.models import MaintenanceWindow, Release
from schedules.own_dates_beside import Beside, Fate
from schedules.stricter import Deadline
from sla.terms import Change
from tenants.models import Product
from tenants.wording import day_in_words, period_in_words


def clash_sentence(clash: Clash, product: Product) -> str:
    """What stands in the way, in one sentence."""
    day = day_in_words(clash.at, product.timezone, language())
    ours = {
        Change.ACCEPTANCE: _("Acceptance"),
        Change.PRODUCTION: _("Production"),
        Change.MAINTENANCE: _("Maintenance"),
    }[clash.ours]
    if clash.special is not None:
        named = {"ours": ours, "name": clash.special.name(language())}
        if clash.kind is ClashKind.HOLIDAY:
            return _("%(ours)s falls on a public holiday: %(name)s.", **named)
        return _("%(ours)s falls in a freeze: %(name)s.", **named)
    if clash.kind is ClashKind.WEEKEND:
        return _("%(ours)s falls in a weekend: %(day)s.", ours=ours, day=day)
    if isinstance(clash.other, MaintenanceWindow):
        window = clash.other
        times = {"start": clock(window.starts_at, product.timezone), "end": clock(window.lasts_until, product.timezone)}
        return _(
            "%(ours)s meets maintenance %(reference)s, from %(start)s until %(end)s.",
            ours=ours,
            reference=window.reference,
            **times,
        )
    if clash.hours is not None:
        opens, closes = (f"{one:%H:%M}" for one in clash.hours)
        return _(
            "%(ours)s falls within service hours, %(opens)s to %(closes)s (SLA 3.1): %(day)s.",
            ours=ours,
            opens=opens,
            closes=closes,
            day=day,
        )
    return _turns_order(clash, day) if clash.kind is ClashKind.ORDER else _meets_release(clash, ours, day)


def _turns_order(clash: Clash, day: str) -> str:
    """Tenants with a date of their own for another version, which comes on the wrong side of this one."""
    assert isinstance(clash.other, Release)  # noqa: S101 - versions have an order
    named = {
        "who": tenants_named(clash.name, clash.tenants),
        "version": clash.other.version,
        "environment": change_in_words(clash.ours),
        "day": day,
    }
    if clash.is_lower:
        return _(
            "%(who)s: %(version)s comes to %(environment)s on a date of its own, %(day)s, after this one. Move that "
            "date first, or give a date of its own for this one as well.",
            **named,
        )
    return _(
        "%(who)s: %(version)s comes to %(environment)s on a date of its own, %(day)s, before this one. Move that date "
        "first, or give a date of its own for this one as well.",
        **named,
    )


def tenants_named(name: str, tenants: int) -> str:
    """The first of some tenants by name, and how many there are beside it."""
    if tenants == 1:
        return name
    return ngettext("%(name)s and %(num)d more tenant", "%(name)s and %(num)d more tenants", tenants - 1, name=name)


def _meets_release(clash: Clash, ours: str, day: str) -> str:
    assert isinstance(clash.other, Release)  # noqa: S101 - nothing else is left
    version = clash.other.version
    if clash.kind is ClashKind.TEST:
        if clash.ours is Change.ACCEPTANCE:
            return _("Customers still test %(version)s in acceptance then.", version=version)
        return _(
            "Acceptance gets %(version)s on %(day)s, while this one is still tested there.", version=version, day=day
        )
    if clash.theirs is Change.ACCEPTANCE:
        return _(
            "%(ours)s falls on the day on which %(version)s reaches acceptance: %(day)s.",
            ours=ours,
            version=version,
            day=day,
        )
    return _(
        "%(ours)s falls on the day on which %(version)s reaches production: %(day)s.",
        ours=ours,
        version=version,
        day=day,
    )


def fate_in_words(one: Beside, product: Product) -> str:
    """What becomes of a date of tenants' own when everybody gets another one."""
    if one.fate is Fate.HIT:
        period = period_in_words(product.test_period)
        if one.kind is Change.PRODUCTION:
            return _(
                "stands in the way: everybody's acceptance must come before it, with %(period)s to test. Change it "
                "first.",
                period=period,
            )
        return _(
            "stands in the way: everybody's production must come after it, with %(period)s to test. Change it first.",
            period=period,
        )
    return {
        Fate.BEFORE: _("stays, and then comes before everybody's"),
        Fate.SAME: _("stays, and then is the same as everybody's"),
        Fate.AFTER: _("stays, after everybody's"),
    }[one.fate]


def leaving_in_words(deadline: Deadline, tenants: int, product: Product) -> str:
    """When the notices of a plan about so many tenants leave, of a product that asks for no approval."""
    when = leave_times(deadline, tenants, product.ahead, product.zone)
    words = {"moment": clock(when.last, product.timezone), "ahead": period_in_words(product.announce_ahead)}
    if when.last <= now():
        return _("leaves at once.")
    if when.first == when.last:
        return _("leaves on %(moment)s, %(ahead)s before the deadline.", **words)
    if when.first <= now():
        return _("leaves at once by the strictest agreement, to the last on %(moment)s.", **words)
    first = clock(when.first, product.timezone)
    return _("leaves from %(first)s on, by the strictest agreement, to the last on %(moment)s.", first=first, **words)


def leaves_at_once(deadlines: Iterable[Deadline], tenants: int, product: Product) -> bool:
    """Whether any of these notices leaves as soon as its plan stands."""
    return not product.needs_approval and any(
        leave_times(one, tenants, product.ahead, product.zone).first <= now() for one in deadlines
    )


def set_up(app: Flask) -> None:
    """Give every template these words."""
    words: dict[str, Any] = {
        "clash_sentence": clash_sentence,
        "fate_in_words": fate_in_words,
        "leaves_at_once": leaves_at_once,
        "leaving_in_words": leaving_in_words,
        "tenants_named": tenants_named,
    }
    app.jinja_env.globals.update(words)
