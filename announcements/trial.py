"""A notice by mail to oneself, to see it where its readers will: a trial, which proves nothing."""

import re
from datetime import datetime, timedelta

from flask_babel import force_locale, ngettext
from flask_babel import gettext as _
from markupsafe import escape
from sqlalchemy import func, select

from announcements.concerned import reach
from announcements.models import TrialMail
from announcements.notice_desks import desk_shown
from announcements.specimen import Specimen, specimens
from evidence.actors import Actor, May, require
from outbox.models import Letter, OutboxMessage
from outbox.services import new_message_id
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Says
from sla.terms import Change
from storage import Refused, db
from tenants.planners import wait_for_other_planners
from tenants.wording import contacts_in_words, tenants_in_words

MOST_AN_HOUR = 10


def send_trial(
    change: Release | MaintenanceWindow,
    kind: Change,
    says: Says,
    address: str,
    by: Actor,
    now: datetime,
    *,
    reader: int | None = None,
) -> int:
    """Mail a notice to the person who asks, in every language, as it would go to a reader. Returns how many mails.

    They belong to no announcement, so nothing counts them. Raises Refused where nobody would get the notice, and for
    more than ten trial mails an hour.
    """
    require(by, May.PLAN)
    # One at a time, so that whoever presses twice is counted twice.
    wait_for_other_planners(change.product_id)
    found = specimens(change, kind, says, desk_shown(change, kind, says, now), now, reader)
    if not found:
        db.session.rollback()
        raise Refused("trial", _("Nobody would get this mail now, so there is nothing to try."))
    not_too_often(len(found), by, now)
    real = reach(change, kind, says, now)
    for specimen in found:
        with force_locale(specimen.language):
            letter = _as_trial(specimen, real.contacts, real.told, now)
        message = OutboxMessage(
            letter=letter,
            address=address,
            fields=specimen.fields,
            message_id=new_message_id(),
            created_at=now,
            next_attempt_at=now,
        )
        db.session.add(message)
        db.session.flush()
        db.session.add(TrialMail(message_id=message.id, asked_by=by.name, asked_at=now))
    db.session.commit()
    return len(found)


def not_too_often(mails: int, by: Actor, now: datetime) -> None:
    """Raise Refused where a person would get more than ten trial mails an hour."""
    sent = db.session.scalar(
        select(func.count())
        .select_from(TrialMail)
        .where(TrialMail.asked_by == by.name, TrialMail.asked_at > now - timedelta(hours=1))
    )
    if (sent or 0) + mails > MOST_AN_HOUR:
        db.session.rollback()
        raise Refused(
            "trial",
            ngettext(
                "You get %(num)d trial mail an hour at most. Wait a while before you ask for another.",
                "You get %(num)d trial mails an hour at most. Wait a while before you ask for more.",
                MOST_AN_HOUR,
            ),
        )


def _as_trial(specimen: Specimen, contacts: int, tenants: int, now: datetime) -> Letter:
    """The letter with, on top, that it is a trial, and to whom it would really go."""
    letter = specimen.letter
    words = _(
        "This is a trial, to you alone. The real mail would go to %(contacts)s of %(tenants)s. "
        "Below it is as %(name)s of %(tenant)s would get it.",
        contacts=contacts_in_words(contacts),
        tenants=tenants_in_words(tenants),
        name=specimen.reader.name,
        tenant=specimen.reader.tenant_name,
    )
    banner = f'<p style="margin: 0; padding: 12px 16px; background: #fff4d6; color: #1b1f24;">{escape(words)}</p>'
    return Letter(
        language=letter.language,
        subject=_("[Trial] %(subject)s", subject=letter.subject),
        plain=f"{words}\n\n{letter.plain}",
        html=re.sub(r"<body[^>]*>", lambda body: body.group() + banner, letter.html, count=1),
        # A thread of its own: it must not slip in among the real ones.
        thread=f"trial-{letter.thread}",
        calendar=letter.calendar or "",
        created_at=now,
    )
