"""Maintenance as customers read it."""

from datetime import timedelta

import time_machine
from flask import Flask

from schedules.maintenance import cancel_maintenance, move_maintenance
from schedules.models import Impact
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.planning import announce_all, planned_window, window_plan
from tests.world import MANAGER, NOW, World, local

HOME = "/portal/zorggroep-de-brug"
THEIRS = "/portal/ziekenhuis-peelrand"


def test_contact_sees_maintenance_as_it_was_told(contact: Reader, planned: World) -> None:
    window = planned_window(planned.product)
    assert "database" not in contact.get(f"{HOME}/maintenance").main
    announce_all()
    for path in (HOME, f"{HOME}/maintenance"):
        page = contact.get(path).main
        assert "Tue 15 December 2026, 22:00 until Wed 16 December 2026, 02:00" in page
        assert "New database server M-1 production: not available" in page
    move_maintenance(
        window, local("2026-12-16T22:00"), local("2026-12-17T02:00"), MANAGER, NOW, revision=window.revision
    )
    assert "Tue 15 December 2026, 22:00" in contact.get(HOME).main
    announce_all()
    assert "Wed 16 December 2026, 22:00" in contact.get(HOME).main
    cancel_maintenance(window, MANAGER, NOW)
    assert "Off:" not in contact.get(HOME).main
    announce_all()
    for path in (HOME, f"{HOME}/maintenance"):
        page = contact.get(path).main
        assert "Wed 16 December 2026, 22:00 Off: New database server" in page
        assert "22:00 until" not in page


def test_past_maintenance_stays_to_be_read(app: Flask, planned: World) -> None:
    window = planned_window(planned.product)
    announce_all()
    with time_machine.travel(window.ends_at + timedelta(seconds=1), tick=False):
        page = Reader(app, CONTACT).get(f"{HOME}/maintenance").main
    ahead, past = page.split(" Past ")
    assert "Tue 15 December 2026, 22:00 until Wed 16 December 2026, 02:00 New database server M-1 " in past
    assert "New database server M-1 production: not available" in past
    assert "New database server" not in ahead


def test_maintenance_of_others_is_not_shown(contact: Reader, stranger: Reader, planned: World) -> None:
    planned_window(planned.product, tenants=("zorggroep-de-brug",))
    planned_window(
        planned.product,
        reference="M-2",
        tenants=("zorggroep-de-brug",),
        impact=Impact.NO_IMPACT,
        ends="2026-12-16T03:00",
    )
    announce_all()
    assert contact.get(f"{HOME}/maintenance").main.count("New database server") == 2
    assert "New database server" not in stranger.get(f"{THEIRS}/maintenance").main


def test_maintenance_without_impact_is_shown_though_nobody_is_mailed(contact: Reader, planned: World) -> None:
    planned_window(planned.product, impact=Impact.NO_IMPACT)
    assert "Tue 15 December 2026, 22:00" in contact.get(HOME).main
    assert window_plan().impact is Impact.OUTAGE


def test_contact_reads_why_maintenance_comes_late(contact: Reader, planned: World) -> None:
    planned_window(planned.product, "2026-11-26T21:00", "2026-11-27T02:00", reason="De schijf is stuk")
    announce_all()
    for path in (HOME, f"{HOME}/maintenance"):
        assert "De schijf is stuk" in contact.get(path).main
