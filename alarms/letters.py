"""An alarm as a mail to one of the vendor's people, and as the plain text for other channels."""

from datetime import datetime

import css_inline
from flask import current_app, render_template
from flask_babel import force_locale
from flask_babel import gettext as _

from alarms.messages import message, over
from alarms.models import Alarm
from alarms.wording import Message
from outbox.models import OutboxMessage
from outbox.relay import is_trial
from outbox.services import post_letter

_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)


def post(alarm: Alarm, address: str, language: str, now: datetime, *, is_over: bool = False) -> OutboxMessage:
    """Queue, in the running transaction, a mail about an alarm to one reader."""
    with force_locale(language):
        return post_message(words(alarm, is_over=is_over), address, language, now)


def post_message(said: Message, address: str, language: str, now: datetime) -> OutboxMessage:
    """Queue, in the running transaction, a mail to one reader, in the language that is set."""
    why = _("You get this because you plan or run announcements here. On the page of alarms you can turn it off.")
    html = render_template("mail/alarm.html", message=said, language=language, link=link_of(said), why=why)
    plain = "\n\n".join([said.subject, *said.paragraphs, link_of(said), why])
    return post_letter(address, said.subject, plain, _inliner.inline(html), language, now)


def text_of(said: Message) -> str:
    """The text for a channel beside mail, below its title."""
    return "\n\n".join([*said.paragraphs, link_of(said)])


def words(alarm: Alarm, *, is_over: bool = False) -> Message:
    """What an alarm, or its end, says in the language that is set."""
    if is_over and alarm.over_at is not None:
        return over(alarm.kind, alarm.facts, alarm.step, alarm.over_at)
    return message(alarm.kind, alarm.facts, alarm.step, trial=is_trial())


def link_of(said: Message) -> str:
    return f"{current_app.config['BASE_URL']}{said.page}"
