"""Addresses of calendars: one's own, and those of tenants, given anew and stopped."""

from typing import Any

from flask import current_app, render_template, url_for
from flask_babel import gettext as _
from flask_security import current_user

from entrypoints.feed_addresses import public_addresses, said_of_new_address, secret_address
from entrypoints.forms import EmptyForm
from entrypoints.guards import now, require_may
from entrypoints.planner.acting import act, tenant_or_404
from entrypoints.planner.blueprint import planner
from entrypoints.whose_page import page_of
from evidence.actors import May
from tenants.feed_tokens import FeedOwner, old_until, renew, stop_old
from tenants.queries import products


@planner.get("/calendar")
def calendars() -> str:
    """The reader's own address of every product's plans, and the addresses that everybody may know."""
    found = products()
    return render_template(
        "planner/calendars.html",
        **page_of(),
        own=[(one, secret_address(current_user.id, FeedOwner.USER, f"/plans/{one.slug}.ics")) for one in found],
        old_until=old_until(current_user.id, now(), FeedOwner.USER),
        public=[(one, public_addresses(one)) for one in found if one.public_calendar],
    )


@planner.post("/calendar/renew")
def renew_own_calendar() -> Any:
    """Give the reader an address of its own, the first or another one."""
    require_may(May.TELL)
    is_first = secret_address(current_user.id, FeedOwner.USER) is None
    return act(
        EmptyForm(),
        lambda: renew(current_app.config["FEED_KEY"], current_user.id, now(), FeedOwner.USER),
        said_of_new_address(is_first=is_first),
        url_for("planner.calendars"),
    )


@planner.post("/calendar/stop")
def stop_own_calendar() -> Any:
    require_may(May.TELL)
    return act(
        EmptyForm(),
        lambda: stop_old(current_user.id, now(), FeedOwner.USER),
        _("Old addresses answer no more."),
        url_for("planner.calendars"),
    )


@planner.post("/tenants/<slug>/calendar")
def renew_calendar(slug: str) -> Any:
    """Give the tenant a new calendar address; the old one answers for a while, until readers have changed it."""
    require_may(May.MANAGE)
    row = tenant_or_404(slug)
    return act(
        EmptyForm(),
        lambda: renew(current_app.config["FEED_KEY"], row.id, now()),
        _("The calendar has a new address; the old one answers for two more weeks."),
        url_for("planner.tenant", slug=slug),
    )


@planner.post("/tenants/<slug>/calendar/stop")
def stop_calendar(slug: str) -> Any:
    """Let the addresses that the tenant had before answer no more, such as one that got into the wrong hands."""
    require_may(May.MANAGE)
    row = tenant_or_404(slug)
    return act(
        EmptyForm(),
        lambda: stop_old(row.id, now()),
        _("Old addresses answer no more."),
        url_for("planner.tenant", slug=slug),
    )
