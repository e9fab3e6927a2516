"""What a customer's pages say in words: until when, what to do, what became of a mail."""

from datetime import datetime
from typing import Any

from flask import Flask
from flask_babel import gettext as _
from flask_babel import ngettext

from entrypoints.guards import now
from entrypoints.presenting import clock, date_in_words, day
from entrypoints.presenting_notices import clause_in_words
from outbox.models import MessageState
from schedules.ahead import Ahead, EnvironmentAhead
from schedules.models import MaintenanceWindow
from schedules.notices import Notice, NoticeState
from schedules.support_end import SupportEnd
from sla.terms import Change
from sla.versions import Support, version_key
from tenants.dialling import dial
from tenants.models import EnvironmentKind, Tenant
from tenants.terms import terms_of
from tenants.wording import period_in_words


def support_until(support: Support, ends: SupportEnd | None) -> str:
    """Until when a version has full support: the day where it may be known, else what must happen first (SLA 4.2)."""
    if support is Support.UNKNOWN:
        return _("The help desk knows more.")
    today = now().date()
    if support is Support.UPDATE_FIRST:
        if ends is None or ends.on > today:
            return _("full support has ended")
        return _(
            "full support ended on %(day)s, when %(version)s came", day=date_in_words(ends.on), version=ends.ended_by
        )
    # Whether it has ended the releases say; a date that has passed without that is no longer the one that counts.
    if ends is not None and ends.on >= today:
        return _("until %(day)s, when %(version)s comes", day=date_in_words(ends.on), version=ends.ended_by)
    if support is Support.PREVIOUS:
        return _("until the next version comes, whose date has not been announced")
    return _("at least until two newer versions have come")


def what_to_do(environment: EnvironmentAhead, ahead: Ahead, zone: str) -> str:
    """What a customer does about the next update of an environment, with the days between which it can."""
    following = environment.next
    if following is None or following.release is None:
        return ""
    if environment.kind is EnvironmentKind.ACCEPTANCE:
        return _("What you do: run your own tests once it is updated.")
    if following.planned_at <= now():
        return _("What you do: see that all works once it is updated, and tell your users.")
    version, until = following.release.version, day(following.planned_at, zone)
    if environment.acceptance is not None:
        since = day(environment.acceptance.planned_at, zone)
        return _(
            "What you do: test %(version)s in acceptance, from %(since)s until %(until)s, and tell your users.",
            version=version,
            since=since,
            until=until,
        )
    if not _can_be_tested(version, ahead):
        return _(
            "What you do: ask the help desk when %(version)s comes to your acceptance environment, "
            "where it is not yet.",
            version=version,
        )
    return _(
        "What you do: test %(version)s in acceptance before %(until)s, and tell your users.",
        version=version,
        until=until,
    )


def _can_be_tested(version: str, ahead: Ahead) -> bool:
    """Whether acceptance runs a version, a patch of it or a later one; so it may be where nobody has said what runs."""
    installed = next((one.version for one in ahead.environments if one.kind is EnvironmentKind.ACCEPTANCE), None)
    try:
        return installed is None or version_key(installed) >= version_key(version)
    except ValueError:
        return True


def promise_in_words(kind: EnvironmentKind, tenant: Tenant) -> str:
    """How long ahead a tenant hears of an update, by its own agreement where it has one."""
    terms, change = terms_of(tenant, now().astimezone(tenant.product.zone).date()), Change(kind.value)
    return _(
        "We announce it at least %(period)s ahead, by mail to your contacts and here (%(clause)s).",
        period=period_in_words(str(terms.notice(change))),
        clause=clause_in_words(terms.clause(change)),
    )


def days_ahead_in_words(days: float) -> str:
    """How long before a change its notice was given."""
    if days <= 0:
        return _("not ahead")
    if days < 1:
        return _("less than a day ahead")
    return ngettext("%(num)d day ahead", "%(num)d days ahead", int(days))


def told_state_in_words(notice: Any, state: NoticeState) -> str:
    """How far a notice has come, as the customer that it is for reads it; in time only where it was (SLA 3.3)."""
    if was_late(notice, state):
        if notice.joined_late:
            return _("told at once when our agreement with you began")
        if notice.kind is Change.MAINTENANCE:
            return _("told later than we aim to")
        return _("told later than promised")
    if state is NoticeState.MISSED and notice.announced_at is None:
        return _("not told")
    return {
        NoticeState.ANNOUNCED: _("not proved yet"),
        NoticeState.GIVEN: _("told in time"),
        NoticeState.COMPLETE: _("told in time, to every contact"),
        NoticeState.MISSED: _("told too late, or not at all"),
        NoticeState.SUPERSEDED: _("replaced by a later notice"),
        NoticeState.CANCELLED: _("no longer of use: the change is off"),
        NoticeState.WAIVED: _("told later than promised, with a reason"),
        NoticeState.TAKEN_OVER: _("from before this portal"),
    }.get(state, _("not proved yet"))


def told_state_sign(notice: Notice, state: NoticeState) -> str:
    """The sign before those words: what was late does not look as if it had been in time."""
    if was_late(notice, state) and not notice.joined_late:
        return "due" if notice.kind is Change.MAINTENANCE else "missed"
    return state.value


def was_late(notice: Any, state: NoticeState | None = None) -> bool:
    """Whether a notice was given after the moment that was promised or aimed at.

    Without a state it is the last that its reader was told, who does not know of another that replaces it.
    """
    if state is None:
        state = NoticeState.GIVEN if notice.state is NoticeState.SUPERSEDED else notice.state
    given = notice.given_at if state in {NoticeState.GIVEN, NoticeState.COMPLETE} else None
    return given is not None and given > notice.deadline_at


def maintenance_until(window: MaintenanceWindow, starts_at: datetime, ends_at: datetime, zone: str) -> str:
    """Until when maintenance lasts or lasted, to somebody who was told these times."""
    end = window.until(starts_at, ends_at)
    goes_on = window.started_at is not None and window.done_at is None and window.cancelled_at is None
    if goes_on and end <= now():
        return _("should have been done by %(end)s, and still goes on", end=clock(end, zone))
    return _("until %(end)s", end=clock(end, zone))


def mail_in_words(mail: Any, zone: str) -> str:
    """What became of a mail, in plain words."""
    if mail.trial:
        return _("It lies in our own trial mailbox, which proves nothing.")
    if mail.bounced_at:
        return _("It came back on %(moment)s: this address did not get it.", moment=clock(mail.bounced_at, zone))
    if mail.state is MessageState.SENT and mail.sent_at:
        # Whether the address's own server has it nobody says: only that it did not come back.
        return _(
            "Our mail server took it on %(moment)s, to deliver it; it has not come back.",
            moment=clock(mail.sent_at, zone),
        )
    return {
        MessageState.UNCERTAIN: _("We are finding out whether it arrived."),
        MessageState.FAILED: _("The mail server refused it."),
        MessageState.EXPIRED: _("It could not be sent in time."),
        MessageState.CANCELLED: _("It was not sent any more: the plan or the contact had changed."),
    }.get(mail.state, _("It waits to be sent."))


def set_up(app: Flask) -> None:
    """Give every template these words."""
    words: dict[str, Any] = {
        "support_until": support_until,
        "what_to_do": what_to_do,
        "promise_in_words": promise_in_words,
        "days_ahead_in_words": days_ahead_in_words,
        "told_state_in_words": told_state_in_words,
        "told_state_sign": told_state_sign,
        "was_late": was_late,
        "maintenance_until": maintenance_until,
        "mail_in_words": mail_in_words,
        "dial": dial,
    }
    app.jinja_env.globals.update(words)
