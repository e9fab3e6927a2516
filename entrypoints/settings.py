"""Settings from the environment or an `.env` file. A wrong value stops the start with its name and what is expected."""

import os
import re
import secrets
from collections.abc import Callable
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from alarms import channels
from outbox.addresses import Unmailable, on_the_wire
from outbox.mailbox_address import Address
from outbox.relay import CONNECTIONS
from outbox.signing import key_in

PROJECT = Path(__file__).resolve().parent.parent


class WrongSetting(SystemExit):
    """A setting cannot be used. Its text is what a person reads at the start."""


def _public_url(text: str) -> str:
    parts = urlsplit(text.rstrip("/"))
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("expected an address such as https://announcements.example.com")
    return text.rstrip("/")


def _sender(text: str) -> str:
    address = parseaddr(text)[1]
    if "@" not in address or any(sign in text for sign in "\r\n"):
        raise ValueError("expected an address such as Inconto <notices@example.com>")
    return text


def _journal(text: str) -> str:
    try:
        on_the_wire(text)
    except Unmailable:
        raise ValueError("expected one address such as journal@example.com") from None
    return text


def _within(least: int, most: int, what: str) -> Callable[[int], int]:
    def checked(number: int) -> int:
        if not least <= number <= most:
            raise ValueError(f"expected {least} to {most} {what}, not {number}")
        return number

    return checked


def _rate(mails: float) -> float:
    # A rate that is no number would compare with nothing.
    if not 0 <= mails <= 100_000:
        raise ValueError(f"expected mails a second, or 0 for no limit, not {mails:g}")
    return mails


def _host_name(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?", text):
        raise ValueError("expected a name of letters, digits, dots and hyphens, such as mail2026 or example.com")
    return text


def _dkim_key(path: Path) -> Path:
    key_in(path)
    return path


def _networks(text: str) -> str:
    for part in text.replace(",", " ").split():
        ip_network(part, strict=False)
    return text


def _database(text: str) -> str:
    if text.startswith(("postgres://", "postgresql://")):
        text = "postgresql+psycopg://" + text.split("://", 1)[1]
    if not text.startswith(("sqlite:", "postgresql+psycopg:")):
        raise ValueError("expected sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE")
    return text


def _channels(text: str) -> str:
    channels.parse(text)
    return text


def _mailbox(text: str) -> str:
    Address.parse(text)
    return text


class Settings(BaseSettings):
    """Every setting, with its default."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True)

    DATA_DIR: Path = PROJECT / "instance"
    DATABASE_URL: Annotated[str, AfterValidator(_database)] | None = None
    BASE_URL: Annotated[str, AfterValidator(_public_url)] | None = None
    SECRET_KEY: Annotated[str, Field(min_length=16)] | None = None
    HOST: str = "127.0.0.1"
    PORT: Annotated[int, Field(ge=1, le=65535)] = 8000

    MAIL_SERVER: str | None = None
    MAIL_PORT: Annotated[int, Field(ge=1, le=65535)] | None = None
    MAIL_USE_TLS: bool = False
    MAIL_USE_SSL: bool = False
    MAIL_USERNAME: str | None = None
    MAIL_PASSWORD: str | None = None
    MAIL_DEFAULT_SENDER: Annotated[str, AfterValidator(_sender)] = "Announcements <announcements@localhost.localdomain>"
    MAIL_HOLD: Annotated[int, Field(ge=0, le=86400)] = 600
    MAIL_CONNECTIONS: Annotated[int, AfterValidator(_within(1, 64, "connections"))] = CONNECTIONS
    MAIL_MAX_EMAILS: Annotated[int, AfterValidator(_within(1, 1_000_000, "mails a connection"))] | None = None
    MAIL_RATE: Annotated[float, AfterValidator(_rate)] = 0.0
    MAIL_JOURNAL: Annotated[str, AfterValidator(_journal)] | None = None
    MAIL_DKIM_KEY: Annotated[Path, AfterValidator(_dkim_key)] | None = None
    MAIL_DKIM_SELECTOR: Annotated[str, AfterValidator(_host_name)] | None = None
    MAIL_DKIM_DOMAIN: Annotated[str, AfterValidator(_host_name)] | None = None

    ALARM_URLS: Annotated[str, AfterValidator(_channels)] = ""
    ALARM_LANGUAGE: Literal["nl", "en"] = "nl"
    MAIL_JOURNAL_READ: Annotated[str, AfterValidator(_mailbox)] | None = None
    MAIL_REPORTS_READ: Annotated[str, AfterValidator(_mailbox)] | None = None

    WEBHOOK_ALLOW_PRIVATE: Annotated[str, AfterValidator(_networks)] = ""
    WEBHOOK_ALLOW_HTTP: bool = False

    API_RATE: Annotated[int, AfterValidator(_within(0, 1_000_000, "requests a minute, 0 for no limit"))] = 600
    TRUSTED_PROXIES: Annotated[str, AfterValidator(_networks)] = ""

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.MAIL_USE_TLS and self.MAIL_USE_SSL:
            raise ValueError(
                "MAIL_USE_TLS and MAIL_USE_SSL exclude each other: the one is STARTTLS, the other TLS at once"
            )
        if (self.MAIL_DKIM_KEY is None) != (self.MAIL_DKIM_SELECTOR is None):
            raise ValueError(
                "MAIL_DKIM_KEY and MAIL_DKIM_SELECTOR belong together: "
                "the key signs, and the selector says where its public half is found"
            )
        if self.MAIL_DKIM_DOMAIN is not None and self.MAIL_DKIM_KEY is None:
            raise ValueError("MAIL_DKIM_DOMAIN is of no use without MAIL_DKIM_KEY")
        if self.MAIL_JOURNAL_READ and self.MAIL_JOURNAL_READ == self.MAIL_REPORTS_READ:
            raise ValueError("MAIL_JOURNAL_READ and MAIL_REPORTS_READ must be two mailboxes: reports are moved away")
        if self.MAIL_JOURNAL_READ and not self.MAIL_HOLD:
            raise ValueError("MAIL_HOLD must not be 0 with MAIL_JOURNAL_READ: a copy needs a moment to arrive")
        return self

    @property
    def base_url(self) -> str:
        return self.BASE_URL or f"http://localhost:{self.PORT}"

    @property
    def mail_port(self) -> int:
        return self.MAIL_PORT or (465 if self.MAIL_USE_SSL else 587 if self.MAIL_USE_TLS else 25)

    def secret_key(self) -> str:
        """The key that signs sessions: the setting, or one that was made and kept in the data folder."""
        if self.SECRET_KEY:
            return self.SECRET_KEY
        kept = self.DATA_DIR / "secret_key"
        if not kept.exists():
            # Written beside and linked into place, so that two processes that start at once agree on one key.
            draft = kept.with_name(f".{kept.name}.{os.getpid()}")
            draft.touch(mode=0o600)
            draft.write_text(secrets.token_urlsafe(48))
            try:
                os.link(draft, kept)
            except FileExistsError:
                pass
            finally:
                draft.unlink()
        return kept.read_text().strip()

    def database_url(self) -> str:
        return self.DATABASE_URL or f"sqlite:///{self.DATA_DIR.resolve() / 'announcements.db'}"


def read_settings(**overrides: Any) -> Settings:
    """Read the settings and make the data folder. Raises WrongSetting with one line for each wrong value."""
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        lines = [f"{'.'.join(map(str, one['loc'])) or 'Settings'}: {_expected(one)}" for one in error.errors()]
        raise WrongSetting("These settings cannot be used:\n  " + "\n  ".join(lines)) from None
    try:
        settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting(f"DATA_DIR: {settings.DATA_DIR} cannot be made: {error.strerror}") from None
    return settings


def _expected(error: Any) -> str:
    given = error.get("input")
    problem = str(error["msg"]).removeprefix("Value error, ")
    # A secret is never repeated on a screen.
    hidden = any(
        word in str(error["loc"]) for word in ("PASSWORD", "SECRET", "DATABASE", "ALARM_URLS", "_READ")
    ) or not isinstance(given, str)
    return problem if hidden else f"{problem} (it is {given!r})"
