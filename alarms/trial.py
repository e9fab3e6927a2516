"""A trial alarm, to see that everybody is told who should be."""

from dataclasses import dataclass
from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _

from alarms.channels import addresses, send
from alarms.letters import post_message, text_of
from alarms.models import AlarmKind
from alarms.receivers import people
from alarms.wording import Message
from storage import db


@dataclass(frozen=True)
class Outcome:
    """How a trial went with one receiver; ``problem`` is empty where it took it."""

    receiver: str
    problem: str = ""
    by_mail: bool = False

    def __str__(self) -> str:
        if self.problem:
            return f"WRONG  {self.receiver}: {self.problem}"
        return f"ok     {self.receiver}: {'in the outbox, for the worker to send' if self.by_mail else 'told'}"


def tell_everybody(now: datetime) -> list[Outcome]:
    """Send a trial to each person by way of the outbox, and to each channel at once; returns how each went."""
    outcomes = []
    # Those who hear of the mail server hear of everything that others hear of.
    for user in people(AlarmKind.MAIL_REFUSED):
        with force_locale(user.locale):
            post_message(_trial(), user.email, user.locale, now)
        outcomes.append(Outcome(user.email, by_mail=True))
    # No transaction stays open while a channel is spoken to.
    db.session.commit()
    with force_locale(current_app.config.get("ALARM_LANGUAGE") or "nl"):
        said = _trial()
        text = text_of(said)
    return outcomes + [Outcome(address.name, send(address, said.subject, text)) for address in addresses()]


def _trial() -> Message:
    return Message(
        _("Trial: this is how an alarm reaches you"),
        _("Somebody tried out whether alarms arrive. Nothing is wrong."),
        _("You need do nothing."),
    )
