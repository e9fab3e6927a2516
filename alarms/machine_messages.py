"""What alarms say of mail, workers and webhooks."""

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from alarms.wording import Facts, Message, moment_of
from outbox.refusals import Standing


def mail_refused(facts: Facts) -> Message:
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


def mail_waits(facts: Facts) -> Message:
    return Message(
        _("Mail waits, and nothing sends it"),
        _mails_wait(facts),
        _("Make sure a worker is running (“flask worker”) and that the mail server takes mail (“flask doctor”)."),
    )


def put_aside(facts: Facts) -> Message:
    return Message(
        ngettext("%(num)d mail was put aside", "%(num)d mails were put aside", facts["number"]),
        _("Three workers were lost while they sent it, so it is not tried again; the other mails go on."),
        _("Look in the workers' logs for the reason, and tell its readers in another way before the deadline."),
    )


def outbox_held(facts: Facts) -> Message:
    since = moment_of(datetime.fromisoformat(facts["since"]), facts)
    return Message(
        _("The outbox is held: nothing is mailed"),
        _("It is held since %(moment)s: %(why)s", moment=since, why=facts["why"]),
        _("A manager looks at what waits and releases it. This alarm itself leaves by mail only then."),
        "/planner/outbox",
    )


def worker_silent(facts: Facts) -> Message:
    seen = _("never") if not facts["seen"] else moment_of(datetime.fromisoformat(facts["seen"]), facts)
    if "worker" in facts:
        subject = _("Worker %(worker)s is silent", **facts)
        happened = _("It was last seen on %(moment)s. Other workers do its work, as long as one runs.", moment=seen)
    else:
        subject = _("No worker is running")
        happened = _("Nothing is mailed, and no deadline is watched. The last sign of life: %(moment)s.", moment=seen)
    return Message(subject, happened, _("Start it again with “flask worker”, and look in its log for the reason."))


def webhook_fails(facts: Facts) -> Message:
    return Message(
        _("The webhook to %(host)s fails", **facts),
        _(
            "Nothing of what happened has reached it since %(moment)s. What waits for it is tried for three days.",
            moment=moment_of(datetime.fromisoformat(facts["since"]), facts),
        ),
        _("See on its page what it answers, and tell whoever runs it; or switch it off."),
        facts["page"],
    )


def _mails_wait(facts: Facts) -> str:
    return ngettext("%(num)d mail waits.", "%(num)d mails wait.", facts["number"])
