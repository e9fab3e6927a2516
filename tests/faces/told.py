"""What Zorggroep De Brug was told in tests, and its page that says so."""

import re
from datetime import timedelta

import time_machine
from flask import Flask

from tests.faces.conftest import CONTACT
from tests.faces.pages import Reader
from tests.planning import ACCEPTANCE_DEADLINE, mailed_and_settled, planned_release
from tests.world import World

HOME = "/portal/zorggroep-de-brug"
TOLD = f"{HOME}/told"
SENT = ACCEPTANCE_DEADLINE - timedelta(days=1)


def told_of_a_release(planned: World) -> None:
    planned_release(planned.product)
    mailed_and_settled(planned.brug, SENT)


def main_of(app: Flask, path: str = TOLD) -> str:
    with time_machine.travel(SENT + timedelta(hours=1), tick=False):
        return Reader(app, CONTACT).get(path).main


def signs_of(page: str) -> list[str]:
    """The last sign of each promise, with its look: how it was kept."""
    found = re.findall(r'<span class="sign (\w+)">(told [^<]*)</span>', page)
    return [f"{look}: {text}" for look, text in found]
