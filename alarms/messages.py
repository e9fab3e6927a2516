"""What an alarm says: what happened, until when what must be done, and where. In the language that is set."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _

from alarms.channels import Problem
from alarms.models import AlarmKind
from outbox.refusals import Standing
from schedules.notices import Says
from sla.terms import Change
from tenants.models import EnvironmentKind
from tenants.wording import environment_in_words, moment_in_words, tenants_in_words

Facts = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """``subject`` is a line that says it all; ``page`` is the path where something can be done."""

    subject: str
    happened: str
    todo: str
    page: str = "/planner/alarms"

    @property
    def paragraphs(self) -> list[str]:
        return [self.happened, self.todo]


def message(kind: AlarmKind, facts: Facts, step: int = 0, *, trial: bool = False) -> Message:
    """Return what an alarm says; ``trial`` is that only the built-in mailbox takes mail."""
    if kind is AlarmKind.DEADLINE_NEAR:
        return _near(facts, step, trial=trial)
    return _OF_KIND[kind](facts)


def over(kind: AlarmKind, facts: Facts, step: int, at: datetime) -> Message:
    """Return what is said when an alarm is taken back."""
    was = message(kind, facts, step)
    return Message(
        _("Over: %(subject)s", subject=was.subject),
        _("This alarm is over since %(moment)s.", moment=_moment(at, facts)),
        _("You need do nothing more for it."),
        was.page,
    )


def what_of(facts: Facts) -> str:
    """The change that an alarm is about, as people name it."""
    if facts["kind"] == Change.MAINTENANCE.value:
        change = _("maintenance %(reference)s", reference=facts["change"])
    else:
        environment = environment_in_words(EnvironmentKind(facts["kind"]))
        change = _("release %(version)s in %(environment)s", version=facts["change"], environment=environment)
    if facts["says"] == Says.MOVED.value:
        return _("the new date of %(change)s", change=change)
    if facts["says"] == Says.CANCELLED.value:
        return _("the cancellation of %(change)s", change=change)
    return change


def who_of(facts: Facts) -> str:
    """The first tenants by name, and how many more."""
    names = ", ".join(facts["tenants"])
    more = facts["number"] - len(facts["tenants"])
    return _("%(names)s and %(num)d more", names=names, num=more) if more > 0 else names


def problem_in_words(problem: str) -> str:
    """Why a channel was not told, in the language that is set; empty where there is no reason to give."""
    words = {
        Problem.SLOW.value: _("it did not answer in time"),
        Problem.REFUSES.value: _("it cannot be reached, or refuses"),
        Problem.UNKNOWN.value: _("it is no longer among the settings"),
        Problem.PAST.value: _("it was over, or worse, before it could be told"),
    }
    return words.get(problem, problem)


def _near(facts: Facts, step: int, *, trial: bool) -> Message:
    concerned = _of_duty(facts)
    happened = _(
        "%(product)s: there is no proof yet that %(who)s heard of %(what)s, planned for %(planned)s. %(deadline)s "
        "After that it is missed for good.",
        **concerned,
    )
    todo = _(
        "See on its page what holds it up. Where a mail does not arrive, telephone the tenant and record the call."
    )
    if trial:
        todo += " " + _("No mail server is set (MAIL_SERVER), and what the built-in mailbox takes proves nothing.")
    subject = _(
        "%(hours)d hours left: no proof that %(tenants)s heard of %(what)s",
        hours=step,
        tenants=concerned["tenants"],
        what=concerned["what"],
    )
    return Message(subject, happened, todo, facts["page"])


def _missed(facts: Facts) -> Message:
    concerned = _of_duty(facts)
    return Message(
        _("MISSED: %(tenants)s not told of %(what)s in time", **concerned),
        _(
            "%(product)s: %(who)s should have heard of %(what)s, planned for %(planned)s, by %(until)s (SLA 3.3), and "
            "there is no proof of it. That stays on record for good. Nothing is sent late by itself.",
            **concerned,
        ),
        _("Decide what is to happen: tell them now and record it, or move the change to a date that suits the notice."),
        facts["page"],
    )


def _out_of_reach(facts: Facts) -> Message:
    concerned = _of_duty(facts)
    return Message(
        _("Out of reach: %(tenants)s cannot be told of %(what)s", **concerned),
        _(
            "%(product)s: %(who)s cannot be told of %(what)s by mail, because there is no contact, or every contact's "
            "mail came back. %(deadline)s",
            **concerned,
        ),
        _("Appoint a contact or correct the address; or telephone the tenant and record the call."),
        facts["page"],
    )


def _mail_refused(facts: Facts) -> Message:
    waiting = _mails_wait(facts)
    if facts["standing"] == Standing.REFUSED.value:
        subject, happened = (
            _("The mail server refuses us"),
            _("It refuses us, not a reader. It said: %(reply)s", **facts),
        )
    else:
        subject = _("The mail server cannot be reached")
        happened = _("For ten minutes it could not be reached: %(reply)s", **facts)
    todo = _(
        "Look at the mail server and at the settings that begin with MAIL_; “flask doctor” says what is wrong. "
        "What waits leaves by itself when the server takes it, as long as its deadline has not passed."
    )
    return Message(subject, f"{happened} {waiting}", todo)


def _mail_waits(facts: Facts) -> Message:
    return Message(
        _("Mail waits, and nothing sends it"),
        _mails_wait(facts),
        _("Make sure a worker is running (“flask worker”) and that the mail server takes mail (“flask doctor”)."),
    )


def _put_aside(facts: Facts) -> Message:
    return Message(
        ngettext("%(num)d mail was put aside", "%(num)d mails were put aside", facts["number"]),
        _("Three workers were lost while they sent it, so it is not tried again; the other mails go on."),
        _("Look in the workers' logs for the reason, and tell its readers in another way before the deadline."),
    )


def _outbox_held(facts: Facts) -> Message:
    since = _moment(datetime.fromisoformat(facts["since"]), facts)
    return Message(
        _("The outbox is held: nothing is mailed"),
        _("It is held since %(moment)s: %(why)s", moment=since, why=facts["why"]),
        _("A manager looks at what waits and releases it. This alarm itself leaves by mail only then."),
        "/planner/outbox",
    )


def _worker_silent(facts: Facts) -> Message:
    seen = _("never") if not facts["seen"] else _moment(datetime.fromisoformat(facts["seen"]), facts)
    if "worker" in facts:
        subject = _("Worker %(worker)s is silent", **facts)
        happened = _("It was last seen on %(moment)s. The other workers do its work.", moment=seen)
    else:
        subject = _("No worker is running")
        happened = _("Nothing is mailed, and no deadline is watched. The last sign of life: %(moment)s.", moment=seen)
    return Message(subject, happened, _("Start it again with “flask worker”, and look in its log for the reason."))


def _webhook_fails(facts: Facts) -> Message:
    return Message(
        _("The webhook to %(host)s fails", **facts),
        _(
            "Nothing of what happened has reached it since %(moment)s. What waits for it is tried for three days.",
            moment=_moment(datetime.fromisoformat(facts["since"]), facts),
        ),
        _("See on its page what it answers, and tell whoever runs it; or switch it off."),
        facts["page"],
    )


_OF_KIND: dict[AlarmKind, Callable[[Facts], Message]] = {
    AlarmKind.MISSED: _missed,
    AlarmKind.OUT_OF_REACH: _out_of_reach,
    AlarmKind.MAIL_REFUSED: _mail_refused,
    AlarmKind.MAIL_WAITS: _mail_waits,
    AlarmKind.PUT_ASIDE: _put_aside,
    AlarmKind.OUTBOX_HELD: _outbox_held,
    AlarmKind.WORKER_SILENT: _worker_silent,
    AlarmKind.WEBHOOK_FAILS: _webhook_fails,
}


def _of_duty(facts: Facts) -> dict[str, str]:
    return {
        "product": facts["product"],
        "tenants": tenants_in_words(facts["number"]),
        "who": who_of(facts),
        "what": what_of(facts),
        "planned": _moment(datetime.fromisoformat(facts["planned"]), facts),
        "until": _moment(datetime.fromisoformat(facts["until"]), facts),
        "deadline": _deadline(facts),
    }


def _deadline(facts: Facts) -> str:
    """By when it must be told; of maintenance the SLA only aims at a week ahead (SLA 3.3)."""
    until = _moment(datetime.fromisoformat(facts["until"]), facts)
    if facts["kind"] == Change.MAINTENANCE.value and facts["until"] == facts["planned"]:
        return _("It must be told before it starts, on %(moment)s (SLA 3.3).", moment=until)
    return _("It must be given by %(moment)s (SLA 3.3).", moment=until)


def _mails_wait(facts: Facts) -> str:
    return ngettext("%(num)d mail waits.", "%(num)d mails wait.", facts["number"])


def _moment(moment: datetime, facts: Facts) -> str:
    return moment_in_words(moment, facts["zone"], str(get_locale() or "nl"))
