"""No page asks the database more where there are more tenants, releases or notices to show."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from announcements.models import BulletinKind
from outbox.delivery import beat
from release_notes.services import publish_notes, save_notes
from schedules.date_requests import ask_for_date
from schedules.running import report_version
from schedules.waves import give_wave
from sla.terms import Change
from storage import db
from tenants.feed_tokens import current
from tenants.models import EnvironmentKind, Product, Tenant
from tests.bulletins import announced, drafted
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.planning import announce_all, counted_queries, planned_release, planned_window
from tests.requests import waiting_request
from tests.world import MANAGER, NOW, OPERATOR, World, local, make_tenant

RELEASES = [
    ("2027.1", "2027-01-11T06:00", "2027-02-08T06:00"),
    ("2027.2", "2027-04-12T06:00", "2027-05-10T06:00"),
    ("2027.3", "2027-07-12T06:00", "2027-08-09T06:00"),
]


def add_change(product: Product, number: int) -> None:
    """A release with notes, and maintenance with a reason, all of which has been told."""
    release = planned_release(product, *RELEASES[number])
    for language in ("nl", "en"):
        save_notes(release, language, f"Wat **{number}** verandert", MANAGER, NOW)
    publish_notes(release, MANAGER, NOW)
    starts = local("2026-11-25T21:00") + timedelta(days=number)
    ends = starts + timedelta(hours=2)
    planned_window(
        product, f"{starts:%Y-%m-%dT%H:%M}", f"{ends:%Y-%m-%dT%H:%M}", reference=f"M-{number}", reason="Dringend"
    )
    tenants = {tenant.slug: tenant for tenant in db.session.scalars(select(Tenant))}
    later = release.production_at + timedelta(days=14)
    brug, peelrand = tenants["zorggroep-de-brug"], tenants["ziekenhuis-peelrand"]
    give_wave(release, Change.PRODUCTION, [peelrand.id], later, "Zorg", "Jaarwisseling", MANAGER, NOW)
    ask_for_date(release, brug.contacts[0], Change.PRODUCTION, later, "Jaarwisseling", NOW)
    announce_all()


def add_changes(product: Product) -> None:
    for number in (1, 2):
        add_change(product, number)
        announced(product, subject_en=f"Urgent {number}")
        drafted(product, BulletinKind.TERMS, subject_en=f"Terms {number}")
        waiting_request(the_brug(), email=f"sam{number}@asks.example")


def the_brug() -> Tenant:
    return db.session.scalars(select(Tenant).where(Tenant.slug == "zorggroep-de-brug")).one()


def add_tenants(product: Product) -> None:
    for number in range(29):
        tenant = make_tenant(product, f"tenant-{number:02d}", contacts=number % 4)
        for kind in EnvironmentKind:
            report_version(tenant, kind, f"2026.{number % 5}", NOW, OPERATOR, NOW)


def paths(app: Flask, brug: Tenant) -> dict[str, str]:
    """Every list, and every page about one thing, by who reads it."""
    token = current(app.config["FEED_KEY"], brug.id)
    vendor = (
        *("/planner/", "/planner/releases", "/planner/maintenance", "/planner/tenants"),
        *("/planner/releases/1", "/planner/releases/new", "/planner/releases/1/move", "/planner/releases/1/cancel"),
        "/planner/releases/year?year=2029",
        *("/planner/releases/1/notes", "/planner/releases/1/notes/publish", "/planner/releases/1/notes/nl/mail"),
        "/planner/releases/1/notes/nl/history",
        *("/planner/maintenance/1", "/planner/maintenance/new", "/planner/maintenance/1/move"),
        "/planner/tenants/zorggroep-de-brug",
        *("/planner/requests", "/planner/requests/1"),
        *("/planner/needs", "/planner/without-contact", "/planner/search?q=z", "/planner/search?q=z&kind=tenants"),
        *("/planner/outbox", "/planner/releases?year=2027&state=planned&words=2027", "/planner/alarms"),
        *("/planner/bulletins", "/planner/bulletins/1", "/planner/bulletins/2", "/planner/bulletins/2/edit"),
        *("/planner/freezes", "/planner/year?year=2026", "/planner/year?year=2027"),
        *("/planner/releases/1/rollout", "/planner/waves/1", "/planner/waves/1/move", "/planner/waves/1/drop"),
        *("/planner/date-requests", "/planner/date-requests/1", "/planner/tenants/ziekenhuis-peelrand"),
        *("/planner/import", "/planner/import/tenants", "/planner/first-steps"),
        *("/planner/versions", "/planner/versions?status=unknown&sort=version", "/planner/versions.csv"),
    )
    home = "/portal/zorggroep-de-brug"
    customer = (home, f"{home}/releases", f"{home}/releases/2027.1", f"{home}/maintenance")
    archive = (f"{home}/releases?words=wat+verandert", f"{home}/changes")
    by_hand = (
        f"{home}/releases/2027.1/date",
        f"{home}/announcements",
        f"{home}/announcements/1",
        f"{home}/calendar",
        f"{home}/told",
        f"{home}/told.csv",
        f"{home}/search?q=2027",
    )
    own = (f"{home}/contacts", f"{home}/subscriptions", f"{home}/versions", f"{home}/told.json")
    feeds = (f"/feeds/{token}.ics", f"/feeds/{token}/maintenance.ics", f"/feeds/{token}.atom")
    nobody = (*feeds, "/healthz", "/metrics")
    return (
        dict.fromkeys(vendor, "manager@vendor.example")
        | dict.fromkeys((*customer, *archive, *by_hand, *own), CONTACT)
        | dict.fromkeys(nobody, "")
    )


def counted(app: Flask, asked: dict[str, str]) -> dict[str, int]:
    """How many statements each page took."""
    readers = {email: Reader(app, email or None) for email in set(asked.values())}
    found = {}
    for path, email in asked.items():
        with counted_queries() as statements:
            assert readers[email].get(path).status == 200, path
        found[path] = len(statements)
    return found


@pytest.mark.parametrize(
    "grow",
    [
        pytest.param(add_changes, id="three releases for one"),
        pytest.param(add_tenants, id="thirty tenants for two"),
    ],
)
def test_pages_ask_the_same_of_more(app: Flask, planned: World, grow: Callable[[Product], object]) -> None:
    beat("worker", NOW)
    add_change(planned.product, 0)
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.4", NOW, OPERATOR, NOW)
    announced(planned.product)
    drafted(planned.product, BulletinKind.TERMS)
    waiting_request(planned.brug)
    asked = paths(app, planned.brug)
    before = counted(app, asked)
    grow(planned.product)
    assert counted(app, asked) == before
    assert max(before.values()) < 40
