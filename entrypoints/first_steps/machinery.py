"""The steps that make mail leave: a mail server that answers, a worker that runs, a trial that arrives."""

import smtplib
import socket
import ssl
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from announcements.first_mail import latest_trial
from entrypoints.doctor.mail import MEND
from entrypoints.doctor.mail import mail_server as conversation
from entrypoints.first_steps.step import Measured, Step
from entrypoints.guards import may_read_mailbox
from entrypoints.presenting import clock
from evidence.actors import Actor, May
from outbox.models import MessageState, OutboxMessage
from outbox.queries import heartbeats, is_alive

# Somebody waits for the page.
PATIENCE = 3.0
# What the doctor advises, in the reader's language, by what went wrong.
ADVICE = {
    socket.gaierror: lazy_gettext("There is no such name: look at MAIL_SERVER."),
    ConnectionRefusedError: lazy_gettext("Nothing listens there: look at MAIL_SERVER and MAIL_PORT."),
    ssl.SSLCertVerificationError: lazy_gettext(
        "Its certificate is not trusted: a private authority is named by SSL_CERT_FILE."
    ),
    ssl.SSLError: lazy_gettext("MAIL_USE_SSL is for port 465, MAIL_USE_TLS (STARTTLS) for 587 and 25."),
    TimeoutError: lazy_gettext("A firewall may be in between: look at MAIL_SERVER and MAIL_PORT."),
    smtplib.SMTPAuthenticationError: lazy_gettext("Look at MAIL_USERNAME and MAIL_PASSWORD."),
    smtplib.SMTPNotSupportedError: lazy_gettext(
        "It offers no STARTTLS, or no signing in: look at MAIL_USE_TLS and MAIL_USERNAME."
    ),
}


def mail_server(config: dict[str, Any], by: Actor) -> Step:
    """Speak to the mail server as far as signing in, as delivery does."""
    title = _("Set a mail server")
    purpose = _("Only what a mail server of yours has accepted counts as told to a customer.")
    server = config["MAIL_SERVER"]
    if not server:
        return Step(
            title,
            done=False,
            purpose=purpose,
            state=_("None is set: mails go to the built-in mailbox, and nothing counts as given."),
            todo=_("Set MAIL_SERVER and MAIL_DEFAULT_SENDER in the environment or in .env, and start again."),
            action=_("Read the built-in mailbox") if may_read_mailbox() else "",
            page=url_for("mailbox.mails") if may_read_mailbox() else "",
            command="MAIL_SERVER=smtp.example.com\nMAIL_DEFAULT_SENDER=Inconto <notices@example.com>",
        )
    finding = conversation(config, PATIENCE)
    if not finding.mend:
        return Step(title, done=True, purpose=purpose, state=_("%(server)s answers.", server=server))
    kinds = {text: kind for kind, text in MEND}
    kind = kinds.get(finding.mend)
    advice = ADVICE[kind] if kind is not None else _("Look at MAIL_SERVER, MAIL_PORT and the server's own log.")
    return Step(
        title,
        done=False,
        purpose=purpose,
        state=_("%(server)s does not answer as it should.", server=server),
        todo=str(advice),
        command="flask doctor",
        quoted=finding.text if by.may(May.MANAGE) else "",
    )


def worker(measured: Measured) -> Step:
    title, purpose = _("Make sure a worker is running"), _("It mails what is due and watches the deadlines.")
    beats = heartbeats().values()
    if any(is_alive(beat, measured.now) for beat in beats):
        return Step(title, done=True, purpose=purpose, state=_("It showed a sign of life within the last minute."))
    seen = max(beats, default=None)
    if seen is None:
        state = _("None has ever run: nothing is mailed, and no deadline is watched.")
    else:
        state = _("None runs since %(moment)s.", moment=clock(seen, measured.zone))
    todo = _("“make run” starts one as well.")
    return Step(title, done=False, purpose=purpose, state=state, todo=todo, command="flask worker")


def trial_mail(measured: Measured) -> Step:
    """The trial that tells most. Only what a real server took shows that mail leaves."""
    title = _("Mail yourself a trial")
    manages = measured.may("manage")
    message = latest_trial()
    done = _arrived(message)
    action = _("Mail a trial to %(address)s", address=measured.by.name) if manages and not done else ""
    return Step(
        title,
        done=done,
        purpose=_("It shows that mail really arrives, before a customer waits for it."),
        state=_state_of(message, measured),
        todo="" if manages or done else _("A manager can do so."),
        action=action,
        page=url_for("planner.first_mail") if action else "",
        posts=True,
    )


def _arrived(message: OutboxMessage | None) -> bool:
    sent = message is not None and message.state is MessageState.SENT
    return sent and message is not None and not message.trial and message.bounced_at is None


def _state_of(message: OutboxMessage | None, measured: Measured) -> str:
    if message is None:
        return _("None has been sent yet.")
    if message.bounced_at is not None:
        return _("The one to %(address)s came back.", address=message.address)
    if message.state is MessageState.SENT and message.sent_at is not None:
        words = {"address": message.address, "moment": clock(message.sent_at, measured.zone)}
        if message.trial:
            return _(
                "The one to %(address)s is in the built-in mailbox since %(moment)s. A real server has taken none yet.",
                **words,
            )
        return _("The mail server took the one to %(address)s on %(moment)s.", **words)
    if message.state in {MessageState.FAILED, MessageState.EXPIRED}:
        return _("The one to %(address)s was refused: %(reply)s", address=message.address, reply=message.reply)
    return _("The one to %(address)s is on its way.", address=message.address)
