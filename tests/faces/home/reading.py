"""What stands on the home of a customer."""

from datetime import datetime

import time_machine
from flask import Flask

from schedules.running import report_version
from tenants.models import EnvironmentKind
from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.world import NOW, OPERATOR, World, local

HOME = "/portal/zorggroep-de-brug"
THEIRS = "/portal/ziekenhuis-peelrand"


def runs(planned: World, production: str, acceptance: str = "") -> None:
    for kind, version in ((EnvironmentKind.PRODUCTION, production), (EnvironmentKind.ACCEPTANCE, acceptance)):
        if version:
            report_version(planned.brug, kind, version, local("2026-11-20T06:00"), OPERATOR, NOW)


def part(page: str, start: str, end: str) -> str:
    """What stands between two words."""
    return page.partition(start)[2].partition(end)[0].strip()


def feed_of(reader: Reader) -> str:
    html = reader.get(f"{HOME}/calendar").html
    return html.partition('id="people" value="http://localhost')[2].partition('"')[0]


def production_at(app: Flask, at: datetime) -> str:
    """What home says of production, from its version on."""
    with time_machine.travel(at, tick=False):
        return Reader(app, CONTACT).get(HOME).main.partition("Production")[2].partition(" Acceptance ")[0]
