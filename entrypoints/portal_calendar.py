"""A contact's own calendar address, in its own language."""

from flask import abort, current_app, flash, g, redirect, url_for
from flask_babel import gettext as _
from flask_security import current_user
from werkzeug.wrappers import Response

from announcements.bulletin_queries import contact_with
from entrypoints.guards import now
from entrypoints.portal_announcements import portal
from tenants.feed_tokens import FeedOwner, renew, stop_old
from tenants.models import Contact

__all__ = ["portal"]


@portal.post("/<slug>/calendar")
def renew_own_calendar(slug: str) -> Response:
    """Give the reader an address of its own, the first or another one."""
    renew(current_app.config["FEED_KEY"], _contact().id, now(), FeedOwner.CONTACT)
    flash(_("Your calendar has a new address. One that you had before answers for two more weeks."), "success")
    return _back(slug)


@portal.post("/<slug>/calendar/stop")
def stop_own_calendar(slug: str) -> Response:
    stop_old(_contact().id, now(), FeedOwner.CONTACT)
    flash(_("Old addresses answer no more."), "success")
    return _back(slug)


def _contact() -> Contact:
    contact = contact_with(g.tenant, current_user.email)
    if contact is None:
        abort(404)
    return contact


def _back(slug: str) -> Response:
    return redirect(url_for("portal.home", slug=slug, _anchor="calendar"))
