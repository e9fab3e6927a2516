"""What is wrong with the machinery: no worker, an outbox that is held, mails that cannot leave, alarms."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from alarms.letters import words as alarm_words
from alarms.models import Alarm, AlarmKind
from alarms.queries import open_alarms
from entrypoints.needs.need import Asking, Need
from outbox.models import MessageState
from outbox.queries import Trouble, trouble, unread_mailboxes


def silent(asking: Asking) -> list[Need]:
    """No worker has shown a sign of life."""
    if not asking.silent:
        return []
    words = _("No worker is running: nothing is mailed. Start it with “flask worker”.")
    return [Need(kind="silent", what=words, page=url_for("planner.outbox_page"), label=_("now"), wrong=True)]


def held(asking: Asking) -> list[Need]:
    """The outbox is held."""
    hold = asking.hold
    if hold is None:
        return []
    page = url_for("planner.outbox_page")
    return [
        Need(
            kind="held",
            what=_("The outbox is held: nothing is mailed. %(reason)s", reason=hold.why),
            page=page,
            at=hold.since,
            label=_("now"),
            wrong=True,
            action=_("Look at the outbox"),
            action_page=page,
        )
    ]


def alarmed(asking: Asking) -> list[Need]:
    """The alarms of the product and of none that are open, but for what has a row of its own here."""
    ours = [one for one in open_alarms() if one.facts.get("product") in {None, asking.product.name}]
    return [_alarm(one) for one in ours if not _has_own_row(one, asking, missed=bool(asking.missed))]


def unread(_asking: Asking) -> list[Need]:
    """The mailboxes of ours that cannot be read."""
    return [
        Need(
            kind="unread",
            what=_("The journal cannot be read: what is in doubt stays held.")
            if one.name == "journal"
            else _("The mailbox of delivery reports cannot be read: we do not hear what came back."),
            page=url_for("planner.outbox_page"),
            at=one.failing_since,
            label=_("now"),
            wrong=True,
            quoted=one.problem,
        )
        for one in unread_mailboxes()
    ]


def refused(asking: Asking) -> list[Need]:
    """Mails that a server refused, that are too late, in doubt, or tried again in vain."""
    page = {
        MessageState.FAILED: url_for("planner.outbox_page", state="failed"),
        MessageState.EXPIRED: url_for("planner.outbox_page", state="failed"),
        MessageState.UNCERTAIN: url_for("planner.outbox_page", state="doubtful"),
    }
    waiting = url_for("planner.outbox_page", state="waiting")
    return [
        Need(
            kind="refused",
            what=_what(line),
            at=line.since,
            label=_("now"),
            wrong=True,
            action=_("Look"),
            action_page=page.get(line.state, waiting),
            about=_("at these mails"),
        )
        for line in trouble(asking.now)
    ]


def _what(line: Trouble) -> str:
    if line.state is MessageState.FAILED:
        return ngettext(
            "%(num)d mail was refused for good: %(reply)s",
            "%(num)d mails were refused for good, last with: %(reply)s",
            line.mails,
            reply=line.reply,
        )
    if line.state is MessageState.UNCERTAIN:
        return ngettext(
            "We do not know whether %(num)d mail arrived.", "We do not know whether %(num)d mails arrived.", line.mails
        )
    if line.state is MessageState.EXPIRED:
        return ngettext(
            "%(num)d mail was not sent in time, and is not sent late by itself.",
            "%(num)d mails were not sent in time, and are not sent late by themselves.",
            line.mails,
        )
    return ngettext(
        "%(num)d mail cannot leave: %(reply)s", "%(num)d mails cannot leave: %(reply)s", line.mails, reply=line.reply
    )


def _has_own_row(alarm: Alarm, asking: Asking, *, missed: bool) -> bool:
    if alarm.kind is AlarmKind.OUTBOX_HELD:
        return asking.hold is not None
    if alarm.kind is AlarmKind.WORKER_SILENT and "worker" not in alarm.facts:
        return asking.silent
    if alarm.facts.get("product") is None:
        return False
    if alarm.kind is AlarmKind.OUT_OF_REACH:
        # As far as mail came back from somebody there, it says more than that there is no contact.
        names = {tenant.name for tenant in asking.nobody.rows}
        return names.issuperset(alarm.facts["tenants"]) and alarm.facts["number"] <= asking.nobody.total
    return alarm.kind is AlarmKind.MISSED and missed


def _alarm(alarm: Alarm) -> Need:
    said = alarm_words(alarm)
    leads = said.page != "/planner/alarms"
    return Need(
        kind="alarm",
        what=said.subject,
        page=url_for("planner.alarm_list"),
        at=alarm.raised_at,
        label=_("now"),
        wrong=True,
        lines=(said.happened, said.todo),
        action=_("Look") if leads else "",
        action_page=said.page if leads else "",
        about=said.subject,
    )
