"""Settings that are each right, but not together; a setting that is wrong by itself has stopped the start already."""

import stat
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from entrypoints.doctor.finding import Finding
from entrypoints.settings import Settings

# Where our own pages begin: an address copied from the browser ends in one of these.
PAGES = frozenset({"planner", "portal", "api", "feeds", "mailbox", "healthz", "metrics", "login", "reset", "welcome"})
DEFAULT_SENDER = Settings.model_fields["MAIL_DEFAULT_SENDER"].default


def settings(config: dict[str, Any]) -> Iterator[Finding]:
    """Look at the settings as a whole, the key, and the public address."""
    wrong = [*_mail_settings(config), *_key(config["SETTINGS"])]
    yield from wrong or [Finding("settings", "they can be used, and fit together")]
    yield base_url(config)


def base_url(config: dict[str, Any]) -> Finding:
    """Look at the address that mails and calendars link to."""
    url = str(config["BASE_URL"])
    parts = urlsplit(url)
    first = parts.path.strip("/").split("/")[0]
    if first in PAGES or parts.path.endswith((".html", ".php")):
        return Finding("BASE_URL", f"{url} is the address of a page", f"set BASE_URL={parts.scheme}://{parts.netloc}")
    if _is_this_machine(parts.hostname or ""):
        if config["MAIL_SERVER"]:
            return Finding(
                "BASE_URL",
                f"{url} is this machine, and links in mails would lead readers to theirs",
                "set BASE_URL to the address that customers use, such as https://announcements.example.com",
            )
        return Finding("BASE_URL", f"{url}, for a trial on this machine")
    if parts.scheme != "https":
        return Finding(
            "BASE_URL",
            f"{url} is not encrypted: passwords and secret calendar addresses would cross the network in clear",
            "put a proxy with a certificate in front, and set BASE_URL=https://...",
        )
    return Finding("BASE_URL", url)


def _mail_settings(config: dict[str, Any]) -> Iterator[Finding]:
    given = [name for name in ("MAIL_USERNAME", "MAIL_PASSWORD", "MAIL_USE_TLS", "MAIL_USE_SSL") if config[name]]
    if not config["MAIL_SERVER"]:
        if given:
            yield Finding("settings", f"{', '.join(given)} without MAIL_SERVER", "set MAIL_SERVER, or take them out")
        return
    if bool(config["MAIL_USERNAME"]) != bool(config["MAIL_PASSWORD"]):
        yield Finding("settings", "of MAIL_USERNAME and MAIL_PASSWORD there is only one", "set both, or neither")
    if config["MAIL_DEFAULT_SENDER"] == DEFAULT_SENDER:
        yield Finding(
            "settings",
            f"mails would come from {DEFAULT_SENDER}, which nobody can answer",
            "set MAIL_DEFAULT_SENDER, such as Inconto <notices@example.com>",
        )
    in_clear = not (config["MAIL_USE_TLS"] or config["MAIL_USE_SSL"])
    if config["MAIL_PASSWORD"] and in_clear and not _is_this_machine(config["MAIL_SERVER"]):
        yield Finding(
            "settings",
            "the password of the mail server would cross the network in clear",
            "set MAIL_USE_TLS=true (STARTTLS, port 587) or MAIL_USE_SSL=true (port 465)",
        )


def _key(given: Settings) -> Iterator[Finding]:
    kept = given.DATA_DIR / "secret_key"
    if given.SECRET_KEY or not kept.exists():
        return
    if kept.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        yield Finding("settings", f"others on this machine can read {kept}", f"chmod 600 {kept}")


def _is_this_machine(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
