"""Whom mail does not reach, and tenants at which there is nobody to tell."""

from datetime import datetime

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from announcements.bounced import CameBack, came_back
from entrypoints.needs.duties import clause_of, named
from entrypoints.needs.need import Asking, Need
from entrypoints.presenting import clock
from schedules.duty_groups import DutyGroup
from tenants.wording import tenants_in_words

_NAMES = 3


def came_back_to(asking: Asking) -> list[Need]:
    """One row for each contact whose mail came back within thirty days, the latest first."""
    return [_returned(one, asking) for one in came_back(asking.product, asking.now)]


def without_contact(asking: Asking) -> list[Need]:
    """One row for all tenants without a contact, by the first notice that they would miss."""
    nobody = asking.nobody
    if not nobody.rows:
        return []
    found, number = nobody.rows[:_NAMES], nobody.total
    until, first = _first_unheard(asking)
    lines = []
    if number == 1:
        what = _("%(name)s has no contact: nobody there can be told.", name=found[0].name)
        page = url_for("planner.tenant", slug=found[0].slug)
    else:
        what = ngettext(
            "%(num)d tenant has no contact: nobody there can be told.",
            "%(num)d tenants have no contact: nobody there can be told.",
            number,
        )
        page = url_for("planner.without_contact", product=asking.product.slug)
        names = ", ".join(tenant.name for tenant in found)
        more = number - len(found)
        lines.append(_("%(names)s and %(num)d more", names=names, num=more) if more else names)
    if first is not None and until is not None:
        moment = clock(until, asking.product.timezone)
        named_so = {"what": named(first), "moment": moment, "clause": clause_of(first)}
        lines.append(_("The next notice: %(what)s, by %(moment)s (%(clause)s).", **named_so))
    return [
        Need(
            kind="without_contact",
            what=what,
            page=page,
            at=until,
            label="" if until else _("open"),
            sign="" if until else "due",
            lines=tuple(lines),
            people=tenants_in_words(number),
            action=(_("Add a contact") if number == 1 else _("Add contacts")) if asking.may("manage") else _("Look"),
            action_page=page,
            about=found[0].name if number == 1 else "",
        )
    ]


def _first_unheard(asking: Asking) -> tuple[datetime | None, DutyGroup | None]:
    """The first duty to a tenant without a contact, and by when it must be told; None where there is none."""
    people = asking.people_of_near
    unheard = [(people[duty].until, duty) for duty in asking.near if duty in people and people[duty].until]
    return min(unheard, key=lambda one: one[0], default=(None, None))  # type: ignore[arg-type,return-value]


def _returned(one: CameBack, asking: Asking) -> Need:
    mails = ngettext(
        "A mail to %(name)s came back.", "%(num)d mails to %(name)s came back.", one.mails, name=one.contact.name
    )
    if one.contact.phone:
        todo = _("Call %(phone)s, and correct the address.", phone=one.contact.phone)
    else:
        todo = _("Call the customer, and correct the address.")
    if one.reached:
        reached = _("It did reach %(names)s.", names=", ".join(one.reached))
    else:
        reached = _("It reached nobody else there.")
    manages = asking.may("manage")
    if manages:
        page = url_for("planner.edit_contact", slug=one.tenant.slug, contact_id=one.contact.id)
        about = _("Correct the address of %(name)s", name=one.contact.name)
    else:
        page = url_for("planner.tenant", slug=one.tenant.slug)
        about = _("Look at %(name)s", name=one.tenant.name)
    return Need(
        kind="came_back",
        what=f"{mails} {todo}",
        at=one.bounced_at,
        label=_("came back"),
        wrong=True,
        lines=(reached,),
        quoted=f"{one.contact.email}: {one.words}",
        people=one.tenant.name,
        action=_("Correct") if manages else _("Look"),
        action_page=page,
        about=about,
    )
