"""What alarms say of notices: whom, of what, by when (SLA 3.3)."""

from datetime import datetime

from flask_babel import gettext as _

from alarms.wording import Facts, Message, moment_of
from schedules.notices import Says
from sla.terms import Change
from tenants.models import EnvironmentKind
from tenants.wording import environment_in_words, tenants_in_words


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


def near(facts: Facts, step: int, *, trial: bool) -> Message:
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


def missed(facts: Facts) -> Message:
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


def out_of_reach(facts: Facts) -> Message:
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


def _of_duty(facts: Facts) -> dict[str, str]:
    return {
        "product": facts["product"],
        "tenants": tenants_in_words(facts["number"]),
        "who": who_of(facts),
        "what": what_of(facts),
        "planned": moment_of(datetime.fromisoformat(facts["planned"]), facts),
        "until": moment_of(datetime.fromisoformat(facts["until"]), facts),
        "deadline": _deadline(facts),
    }


def _deadline(facts: Facts) -> str:
    """By when it must be told; of maintenance the SLA only aims at a week ahead (SLA 3.3)."""
    until = moment_of(datetime.fromisoformat(facts["until"]), facts)
    if facts["kind"] == Change.MAINTENANCE.value and facts["until"] == facts["planned"]:
        return _("It must be told before it starts, on %(moment)s (SLA 3.3).", moment=until)
    return _("It must be given by %(moment)s (SLA 3.3).", moment=until)
