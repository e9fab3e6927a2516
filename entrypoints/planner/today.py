"""What needs somebody now, the year, and what tenants run."""

from datetime import timedelta

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from alarms.queries import open_alarms
from announcements.approvals import waiting
from announcements.bounced import came_back
from announcements.bulletin_queries import open_urgent, terms_owed
from entrypoints.guards import actor, chosen_product, now
from entrypoints.planner.blueprint import planner
from outbox.holds import present_hold
from outbox.queries import heartbeats, is_alive, trouble, unread_mailboxes
from release_notes.queries import notes_owed
from schedules.queries import duties_ahead, next_production, releases_of_year, unanswered_windows, windows
from schedules.support import support_picture, versions_running, would_lose_support
from sla.releases import release_year
from tenants.models import EnvironmentKind
from tenants.queries import audience, products, tenants_without_contact

AHEAD = timedelta(days=90)


@planner.get("/")
def today() -> str | Response:
    """What is due and by when, the year with its releases, tenants by version."""
    found = products()
    if not found:
        return redirect(url_for("planner.first_steps"))
    product = chosen_product()
    asked = request.args.get("year", type=int)
    year = asked if asked and 2000 <= asked <= 2199 else release_year(now(), product.zone)
    upcoming = next_production(product, now())
    duties = duties_ahead(product)
    near = [group for group in duties if not group.missed and group.announce_at <= now() + AHEAD]
    to_approve = waiting(near, actor())
    picture = support_picture(product, now())
    return render_template(
        "planner/today.html",
        product=product,
        products=found,
        people=audience(product),
        unreachable=tenants_without_contact(product),
        to_approve=to_approve,
        due=[group for group in near if group not in [one.duty for one in to_approve]],
        missed=[group for group in duties if group.missed],
        notes_owed=notes_owed(product, now(), AHEAD),
        urgent=open_urgent(),
        terms_owed=terms_owed(product, now(), AHEAD),
        year=year,
        slots=releases_of_year(product, year),
        windows=windows(product, ahead_of=now()),
        picture=picture,
        running={kind: versions_running(product, kind) for kind in EnvironmentKind},
        upcoming=upcoming,
        losing=would_lose_support(product, upcoming, now()) if upcoming else [],
        unanswered=unanswered_windows(product, now()),
        alarms=open_alarms(),
        trouble=trouble(now()),
        came_back=came_back(product, now()),
        hold=present_hold(),
        unread=unread_mailboxes(),
        silent=not any(is_alive(beat, now()) for beat in heartbeats().values()),
    )


@planner.get("/first-steps")
def first_steps() -> str:
    """What to do with an empty product."""
    return render_template("planner/first_steps.html")
