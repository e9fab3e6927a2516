"""Customers who asked for another date of an update, and wait for the answer."""

from flask import url_for
from flask_babel import gettext as _

from entrypoints.needs.need import Asking, Need
from entrypoints.presenting import clock
from schedules.date_request_queries import waiting_date_requests
from schedules.wave_models import DateRequest
from tenants.wording import contacts_in_words


def dates_asked(asking: Asking) -> list[Need]:
    """One row for each question, by the date that it is about: the one that comes first of both."""
    return [_need(one, asking) for one in waiting_date_requests(asking.product, asking.now)]


def _need(row: DateRequest, asking: Asking) -> Need:
    page = url_for("planner.date_request", asked_id=row.id)
    moment = clock(row.asked_for, asking.product.timezone)
    return Need(
        kind="dates",
        what=_("%(tenant)s asks for another date for %(version)s", tenant=row.tenant.name, version=row.release.version),
        page=page,
        at=min(row.asked_for, row.instead_of),
        lines=(_("It would like %(moment)s: %(reason)s", moment=moment, reason=row.reason),),
        people=contacts_in_words(1),
        action=_("Answer") if asking.may("plan") else "",
        action_page=page,
        about=row.tenant.name,
    )
