"""Customers who asked for another date of an update, and wait for the answer."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from entrypoints.needs.need import Asking, Need
from entrypoints.presenting import clock
from schedules.date_request_queries import WaitingForDates, waiting_by_update
from tenants.wording import contacts_in_words, tenants_in_words


def dates_asked(asking: Asking) -> list[Need]:
    """One row for each update that customers ask about, by the first date that they have or would like."""
    waiting = waiting_by_update(asking.product, asking.now)
    return [_of_one(one, asking) if one.tenants == 1 else _of_many(one, asking) for one in waiting]


def _of_one(waiting: WaitingForDates, asking: Asking) -> Need:
    (row,) = waiting.first
    page = url_for("planner.date_request", asked_id=row.id)
    moment = clock(row.asked_for, asking.product.timezone)
    return Need(
        kind="dates",
        what=_("%(tenant)s asks for another date for %(version)s", tenant=row.tenant.name, version=row.release.version),
        page=page,
        at=waiting.at,
        lines=(_("It would like %(moment)s: %(reason)s", moment=moment, reason=row.reason),),
        people=contacts_in_words(1),
        action=_("Answer") if asking.may("plan") else "",
        action_page=page,
        about=row.tenant.name,
    )


def _of_many(waiting: WaitingForDates, asking: Asking) -> Need:
    page = url_for("planner.date_request_list", product=asking.product.slug)
    number, version = waiting.tenants, waiting.first[0].release.version
    names, more = ", ".join(row.tenant.name for row in waiting.first), number - len(waiting.first)
    return Need(
        kind="dates",
        what=ngettext(
            "%(num)d tenant asks for another date of %(version)s",
            "%(num)d tenants ask for another date of %(version)s",
            number,
            version=version,
        ),
        page=page,
        at=waiting.at,
        lines=(_("%(names)s and %(num)d more", names=names, num=more) if more else names,),
        people=tenants_in_words(number),
        action=_("Answer") if asking.may("plan") else "",
        action_page=page,
        about=version,
    )
