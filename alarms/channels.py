"""Channels beside mail, each named by an Apprise address: Teams, Slack, SMS, a webhook. Mail may be what is broken.

The addresses hold secrets: nothing here shows or logs one, and the library, which does, is kept silent.
"""

import logging
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from threading import Thread
from typing import Any

from flask import current_app

TIME_OUT = 15.0  # seconds in all; the library's own, of four, holds for each step only
EXPECTED = "expected addresses of channels as Apprise writes them, such as json://HOST/PATH or slack://A/B/C"


class Problem(StrEnum):
    """Why a channel was not told."""

    SLOW = "it did not answer in time"
    REFUSES = "it cannot be reached, or refuses"
    UNKNOWN = "it is no longer among the settings"
    PAST = "it was over, or worse, before it could be told"


@dataclass(frozen=True)
class Address:
    """One channel. ``name`` is the kind of service and its place in the setting: what may be shown of it."""

    url: str
    name: str

    @property
    def channel(self) -> str:
        return f"address:{sha256(self.url.encode()).hexdigest()[:16]}"


def parse(text: str) -> list[Address]:
    """Read the setting ALARM_URLS: addresses with white space between them, each once.

    Raises ValueError for one that no service goes by; its text names the scheme and nothing else of it.
    """
    found = []
    for number, url in enumerate(dict.fromkeys(text.split()), start=1):
        service = _service(url)
        if service is None:
            scheme, colon, _rest = url.partition("://")
            shown = f"{scheme}://..." if colon and scheme.isalnum() else "without a scheme"
            raise ValueError(f"address {number} ({shown}) is none that can be used; {EXPECTED}")
        found.append(Address(url, f"{service.service_name} ({number})"))
    return found


def addresses() -> list[Address]:
    """The channels of the settings, in their order."""
    return parse(current_app.config.get("ALARM_URLS") or "")


def send(address: Address, title: str, text: str) -> str:
    """Tell a channel; returns the Problem, or empty where it took it. Never raises, and never takes long."""
    outcome: list[bool] = []

    def tell() -> None:
        # What a service raises may quote its address.
        with suppress(Exception):
            service = _service(address.url)
            outcome.append(service is not None and bool(service.notify(body=text, title=title)))

    # In a thread that may be left behind: a service that answers one octet at a time would hold the worker.
    thread = Thread(target=tell, daemon=True)
    thread.start()
    thread.join(TIME_OUT)
    if thread.is_alive():
        return Problem.SLOW
    return "" if outcome == [True] else Problem.REFUSES


def _service(url: str) -> Any:
    # It takes half a second to come, which only who has channels should wait for.
    import apprise

    logger = logging.getLogger("apprise")
    logger.propagate = False
    logger.setLevel(logging.CRITICAL + 1)
    asset = apprise.AppriseAsset(app_id="Announcements", app_desc="Release and maintenance announcements")
    return apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
