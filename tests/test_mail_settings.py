"""Settings of the mail that cannot be used stop the start, each with what is expected."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from app import create_app
from entrypoints.settings import Settings, WrongSetting, read_settings


def read(folder: Path, **values: Any) -> Settings:
    return read_settings(_env_file=None, DATA_DIR=folder, SECRET_KEY="a key for tests, of some length", **values)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"MAIL_CONNECTIONS": "0"}, "MAIL_CONNECTIONS: expected 1 to 64 connections, not 0"),
        ({"API_RATE": "-1"}, "API_RATE: expected 0 to 1000000 requests a minute, 0 for no limit, not -1"),
        ({"MAIL_CONNECTIONS": "65"}, "MAIL_CONNECTIONS: expected 1 to 64 connections, not 65"),
        ({"MAIL_MAX_EMAILS": "0"}, "MAIL_MAX_EMAILS: expected 1 to 1000000 mails a connection, not 0"),
        ({"MAIL_RATE": "-1"}, "MAIL_RATE: expected mails a second, or 0 for no limit, not -1"),
        ({"MAIL_RATE": "nan"}, "MAIL_RATE: expected mails a second, or 0 for no limit, not nan"),
        (
            {"MAIL_JOURNAL": "a@b.example, c@d.example"},
            "MAIL_JOURNAL: expected one address such as journal@example.com",
        ),
        ({"MAIL_JOURNAL": "a@b.example\r\nDATA"}, "MAIL_JOURNAL: expected one address such as journal@example.com"),
        ({"MAIL_DKIM_KEY": "nowhere.pem"}, "MAIL_DKIM_KEY: nowhere.pem cannot be read: No such file or directory"),
        ({"MAIL_DKIM_SELECTOR": "mail"}, "MAIL_DKIM_KEY and MAIL_DKIM_SELECTOR belong together"),
        ({"MAIL_DKIM_DOMAIN": "vendor.example"}, "MAIL_DKIM_DOMAIN is of no use without MAIL_DKIM_KEY"),
        (
            {"MAIL_DKIM_KEY": "key.pem", "MAIL_DKIM_SELECTOR": "a b"},
            "MAIL_DKIM_SELECTOR: expected a name of letters, digits, dots and hyphens",
        ),
    ],
)
def test_wrong_setting_says_what_is_expected(tmp_path: Path, values: dict[str, str], words: str) -> None:
    with pytest.raises(WrongSetting) as caught:
        read(tmp_path, **values)
    assert words in str(caught.value)


def dkim_key(folder: Path) -> Path:
    pem = folder / "key.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(pem), "1024"], check=True, capture_output=True)
    return pem


def test_key_without_its_selector_is_of_no_use(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match="MAIL_DKIM_KEY and MAIL_DKIM_SELECTOR belong together"):
        read(tmp_path, MAIL_DKIM_KEY=dkim_key(tmp_path))


def test_settings_reach_delivery(tmp_path: Path) -> None:
    given = {
        "MAIL_CONNECTIONS": 3,
        "MAIL_MAX_EMAILS": 10,
        "MAIL_RATE": 2.5,
        "MAIL_JOURNAL": "journal@vendor.example",
        "MAIL_DKIM_KEY": dkim_key(tmp_path),
        "MAIL_DKIM_SELECTOR": "mail2026",
        "MAIL_DKIM_DOMAIN": "vendor.example",
    }
    app = create_app(read(tmp_path, **given))
    assert {name: app.config[name] for name in given} == given


def test_without_settings_there_is_no_limit_but_for_the_connections(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert (settings.MAIL_CONNECTIONS, settings.MAIL_MAX_EMAILS, settings.MAIL_RATE) == (16, None, 0)
    assert (settings.MAIL_JOURNAL, settings.MAIL_DKIM_KEY) == (None, None)
