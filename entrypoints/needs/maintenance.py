"""Maintenance of which nobody has said how it went."""

from flask import url_for
from flask_babel import gettext as _

from entrypoints.needs.need import Asking, Need
from entrypoints.needs.people import all_contacts
from schedules.models import MaintenanceWindow
from schedules.queries import unanswered_windows
from tenants.wording import tenants_in_words


def unanswered(asking: Asking) -> list[Need]:
    """One row for each window that should be done by now."""
    return [_need(window, asking) for window in unanswered_windows(asking.product, asking.now)]


def _need(window: MaintenanceWindow, asking: Asking) -> Need:
    page = url_for("planner.maintenance_page", window_id=window.id)
    untold = any(duty.change is window for duty in asking.missed)
    return Need(
        kind="maintenance",
        what=_("Is maintenance %(reference)s done, or does it take longer?", reference=window.reference),
        page=page,
        at=window.lasts_until,
        label=_("now"),
        wrong=True,
        lines=(
            _("It should be done by now.") if untold else _("It should be done by now, and customers were told so."),
        ),
        people=all_contacts(asking.everybody) if window.all_tenants else tenants_in_words(len(window.tenants)),
        action=_("Answer") if asking.may("operate") else "",
        action_page=page,
        about=window.reference,
    )
