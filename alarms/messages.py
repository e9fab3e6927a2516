"""What an alarm says: what happened, until when what must be done, and where. In the language that is set."""

from collections.abc import Callable
from datetime import datetime

from flask_babel import gettext as _

from alarms.channels import Problem
from alarms.duty_messages import missed, near, out_of_reach
from alarms.machine_messages import mail_refused, mail_waits, outbox_held, put_aside, webhook_fails, worker_silent
from alarms.models import AlarmKind
from alarms.wording import Facts, Message, moment_of


def message(kind: AlarmKind, facts: Facts, step: int = 0, *, trial: bool = False) -> Message:
    """Return what an alarm says; ``trial`` is that only the built-in mailbox takes mail."""
    if kind is AlarmKind.DEADLINE_NEAR:
        return near(facts, step, trial=trial)
    return _OF_KIND[kind](facts)


def over(kind: AlarmKind, facts: Facts, step: int, at: datetime) -> Message:
    """Return what is said when an alarm is taken back."""
    was = message(kind, facts, step)
    return Message(
        _("Over: %(subject)s", subject=was.subject),
        _("This alarm is over since %(moment)s.", moment=moment_of(at, facts)),
        _("You need do nothing more for it."),
        was.page,
    )


def problem_in_words(problem: str) -> str:
    """Why a channel was not told, in the language that is set; empty where there is no reason to give."""
    words = {
        Problem.SLOW.value: _("it did not answer in time"),
        Problem.REFUSES.value: _("it cannot be reached, or refuses"),
        Problem.UNKNOWN.value: _("it is no longer among the settings"),
        Problem.PAST.value: _("it was over, or worse, before it could be told"),
    }
    return words.get(problem, problem)


_OF_KIND: dict[AlarmKind, Callable[[Facts], Message]] = {
    AlarmKind.MISSED: missed,
    AlarmKind.OUT_OF_REACH: out_of_reach,
    AlarmKind.MAIL_REFUSED: mail_refused,
    AlarmKind.MAIL_WAITS: mail_waits,
    AlarmKind.PUT_ASIDE: put_aside,
    AlarmKind.OUTBOX_HELD: outbox_held,
    AlarmKind.WORKER_SILENT: worker_silent,
    AlarmKind.WEBHOOK_FAILS: webhook_fails,
}
