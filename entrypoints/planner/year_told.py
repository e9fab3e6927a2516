"""How far the notices of a change are, in words."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from babel.dates import format_date
from flask_babel import gettext as _
from flask_babel import ngettext

from entrypoints.presenting import language
from schedules.notices import NoticeState
from schedules.year import Mark, MarkKind
from schedules.year_notices import HowFar, Told


def how_far_in_words(mark: Mark, now: datetime) -> str:
    """How many have been given notice, of a mark that is about that; else empty."""
    if mark.told is None or mark.kind not in {MarkKind.NOTICE, MarkKind.CHANGE}:
        return ""
    told = told_in_words(mark.told)
    if mark.kind is MarkKind.CHANGE:
        return _("Notice: %(told)s", told=told)
    parts = [told]
    if mark.told.moved:
        parts.append(_("of a new date"))
    if mark.told.last_deadline - mark.told.first_deadline > timedelta(days=1) and mark.told.last_deadline > now:
        last = format_date(mark.told.last_deadline, "d MMMM y", locale=language())
        parts.append(_("the last tenant by %(day)s", day=last))
    return ", ".join(parts)


def signs_in_words(signs: Mapping[HowFar, int]) -> str:
    """How many changes have their notices how far, in the order given."""
    words = {
        HowFar.PLANNED: _("planned"),
        HowFar.PARTLY: _("partly done"),
        HowFar.GIVEN: _("given"),
        HowFar.MISSED: _("missed"),
        HowFar.SETTLED: _("waived or taken over"),
    }
    return ", ".join(f"{words[how_far]}: {number}" for how_far, number in signs.items())


def told_in_words(told: Told) -> str:
    """How many tenants have been given notice, and what became of the others."""
    if not told.states:
        return _("planned, nobody to tell yet")
    counted = {state: told.states.get(state, 0) for state in NoticeState}
    open_ = counted[NoticeState.PLANNED] + counted[NoticeState.DUE]
    parts = []
    if told.given or open_ or counted[NoticeState.ANNOUNCED] or counted[NoticeState.MISSED]:
        parts.append(
            ngettext(
                "%(given)d of %(num)d tenant told",
                "%(given)d of %(num)d tenants told",
                told.tenants,
                given=told.given,
            )
        )
    if counted[NoticeState.MISSED]:
        parts.append(ngettext("%(num)d missed", "%(num)d missed", counted[NoticeState.MISSED]))
    if counted[NoticeState.ANNOUNCED]:
        parts.append(ngettext("%(num)d on its way", "%(num)d on their way", counted[NoticeState.ANNOUNCED]))
    if counted[NoticeState.WAIVED]:
        parts.append(ngettext("%(num)d waived", "%(num)d waived", counted[NoticeState.WAIVED]))
    if counted[NoticeState.TAKEN_OVER]:
        parts.append(ngettext("%(num)d taken over", "%(num)d taken over", counted[NoticeState.TAKEN_OVER]))
    return ", ".join(parts)
