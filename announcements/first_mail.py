"""A mail to oneself, to see that mail leaves and arrives before any customer depends on it: a trial, no evidence."""

from datetime import datetime

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from accounts.models import User
from announcements.models import TrialMail
from announcements.trial import not_too_often
from evidence.actors import Actor, May, require
from outbox.models import MessageState, OutboxMessage
from outbox.services import post_letter
from storage import db


def send_first_mail(user: User, by: Actor, now: datetime) -> None:
    """Mail a person a trial. Raises Refused for more than ten trial mails an hour."""
    require(by, May.MANAGE)
    # One at a time, so that whoever presses twice is counted twice.
    db.session.refresh(user, with_for_update=True)
    not_too_often(1, by, now)
    with force_locale(user.locale):
        subject = _("Trial: mail arrives")
        lines = [
            _("This is a trial, to you alone. Somebody tried out whether mail leaves from here and arrives."),
            _("It did. See whether it came in your inbox or among the spam, and whether you like its sender."),
            _("You need do nothing."),
        ]
    message = post_letter(user.email, subject, "\n\n".join(lines), "", user.locale, now)
    db.session.flush()
    db.session.add(TrialMail(message_id=message.id, asked_by=by.name, asked_at=now))
    db.session.commit()


def latest_trial() -> OutboxMessage | None:
    """The trial mail that tells most: one that a real server took, else the latest; None where there was none."""
    taken = (OutboxMessage.state == MessageState.SENT) & OutboxMessage.trial.is_(False)
    return db.session.scalars(
        select(OutboxMessage)
        .join(TrialMail, TrialMail.message_id == OutboxMessage.id)
        .order_by((taken & OutboxMessage.bounced_at.is_(None)).desc(), OutboxMessage.id.desc())
        .limit(1)
    ).one_or_none()
