"""The band on top leads everywhere that a reader may go, and tells where it is."""

import re

import pytest
from flask import Flask

from schedules.models import Release
from tests.faces.pages import Reader
from tests.world import World


def ways(reader: Reader, path: str) -> list[tuple[str, str]]:
    """Where the band leads, and what it calls that; as folded for a phone, which holds all of it."""
    folded = reader.get(path).html.partition('<nav class="folded"')[2].partition("</nav>")[0]
    return re.findall(r'<a href="([^"]+)"[^>]*>([^<]+)</a>', folded)


# So many ways does each role have: who plans or operates brings in files, managers come to webhooks, administrators to
# settings, programs, colleagues and first steps.
WAYS = {"viewer": 13, "planner": 14, "operator": 14, "manager": 15, "admin": 19}


@pytest.mark.parametrize("role", WAYS)
def test_every_way_of_a_role_leads_somewhere(app: Flask, planned: World, release: Release, role: str) -> None:
    reader = Reader(app, f"{role}@vendor.example")
    found = ways(reader, "/planner/")
    assert len(found) == WAYS[role]
    assert {path: reader.get(path).status for path, _name in found} == {path: 200 for path, _name in found}


def test_customer_finds_everything_from_the_band(contact: Reader, planned: World) -> None:
    home = "/portal/zorggroep-de-brug"
    found = ways(contact, home)
    assert [path for path, _name in found] == [
        home,
        *(f"{home}/releases", f"{home}/maintenance", f"{home}/announcements", f"{home}/contacts"),
        *(f"{home}/versions", f"{home}/calendar", f"{home}/subscriptions", f"{home}/told"),
    ]
    for path, name in found:
        page = contact.get(path)
        assert page.status == 200
        current = re.findall(r'<a href="([^"]+)"\s+aria-current="page">([^<]+)</a>', page.html)
        assert set(current) == {(path, name)}


def test_planner_keeps_the_menu_where_a_page_is_not_there(planner: Reader, contact: Reader, planned: World) -> None:
    page = planner.get("/planner/releases/999999")
    assert page.status == 404
    assert page.main.startswith("This page is not there")
    assert 'href="/planner/tenants"' in page.html
    assert '<a class="brand" href="/">Inconto</a>' in page.html
    bare = contact.get("/nowhere")
    assert "/planner/" not in bare.html
