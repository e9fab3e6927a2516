"""`flask doctor` says what is wrong and how to mend it."""

import mailbox as maildir
import shutil
import socket
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from time_machine import Traveller

from app import create_app
from entrypoints.doctor import folder
from entrypoints.doctor.database import clock, database
from entrypoints.doctor.mail import mail_server, signature
from entrypoints.doctor.mailboxes import mailboxes
from entrypoints.doctor.settings import DEFAULT_SENDER, base_url, settings
from storage import db
from tests.commands.conftest import Run
from tests.conftest import settings_for
from tests.smtp_server import SMTPServer, knows
from tests.world import NOW, World, both_databases

GOOD_MAIL = {"MAIL_DEFAULT_SENDER": "Inconto <notices@inconto.example>", "BASE_URL": "https://notices.inconto.example"}


@both_databases
def test_all_is_well(run: Run, planned: World) -> None:
    result = run("doctor")

    assert [line.split(":")[0] for line in result.output.splitlines()] == [
        "ok     settings",
        "ok     BASE_URL",
        "ok     DATA_DIR",
        "ok     disk",
        "ok     database",
        "ok     clock",
        "ok     mail",
        "ok     alarms",
    ]
    assert "no notice counts as given" in result.output
    assert result.exit_code == 0


ADDRESSES = [
    ("https://notices.inconto.example", "", ""),
    ("https://inconto.example/notices", "", ""),
    ("http://localhost:8000", "", ""),
    ("http://127.0.0.1:8000", "", ""),
    ("http://[::1]:8000", "", ""),
    ("http://localhost:8000", "mail.inconto.example", "set BASE_URL to the address that customers use"),
    ("http://notices.inconto.example", "", "put a proxy with a certificate in front"),
    ("http://10.0.0.3:8000", "", "put a proxy with a certificate in front"),
    ("https://notices.inconto.example/planner", "", "set BASE_URL=https://notices.inconto.example"),
    ("https://notices.inconto.example/api/v1", "", "set BASE_URL=https://notices.inconto.example"),
    ("https://notices.inconto.example/index.html", "", "set BASE_URL=https://notices.inconto.example"),
]


@pytest.mark.parametrize(("url", "server", "mend"), ADDRESSES)
def test_public_address(url: str, server: str, mend: str) -> None:
    found = base_url({"BASE_URL": url, "MAIL_SERVER": server})

    assert found.mend[: len(mend)] == mend
    assert bool(found.mend) == bool(mend)


SETTINGS: list[tuple[dict[str, Any], str]] = [
    ({"MAIL_SERVER": "mail.inconto.example"}, ""),
    ({"MAIL_SERVER": "mail.inconto.example", "MAIL_DEFAULT_SENDER": DEFAULT_SENDER},
     "set MAIL_DEFAULT_SENDER, such as Inconto <notices@example.com>"),
    ({"MAIL_USERNAME": "inconto"}, "set MAIL_SERVER, or take them out"),
    ({"MAIL_SERVER": "mail.inconto.example", "MAIL_USERNAME": "inconto"}, "set both, or neither"),
    ({"MAIL_SERVER": "mail.inconto.example", "MAIL_USERNAME": "i", "MAIL_PASSWORD": "p"},
     "set MAIL_USE_TLS=true (STARTTLS, port 587) or MAIL_USE_SSL=true (port 465)"),
    ({"MAIL_SERVER": "mail.inconto.example", "MAIL_USERNAME": "i", "MAIL_PASSWORD": "p", "MAIL_USE_TLS": True}, ""),
    ({"MAIL_SERVER": "localhost", "MAIL_USERNAME": "i", "MAIL_PASSWORD": "p"}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("given", "mend"), SETTINGS)
def test_settings_that_do_not_fit_together(app: Flask, given: dict[str, Any], mend: str) -> None:
    found = list(settings({**app.config, **GOOD_MAIL, **given}))

    assert [one.mend for one in found] == [mend, ""]


def test_key_that_others_can_read(app: Flask, tmp_path: Path) -> None:
    kept = tmp_path / "secret_key"
    kept.write_text("x" * 40)
    given = app.config["SETTINGS"].model_copy(update={"SECRET_KEY": None})

    kept.chmod(0o644)
    assert [one.mend for one in settings({**app.config, "SETTINGS": given})] == [f"chmod 600 {kept}", ""]
    kept.chmod(0o600)
    assert [one.mend for one in settings({**app.config, "SETTINGS": given})] == ["", ""]


@both_databases
def test_schema_that_is_not_ours(run: Run) -> None:
    db.session.execute(text("UPDATE alembic_version SET version_num = 'of tomorrow'"))
    db.session.commit()
    assert "was made by a newer version of this product -> start the version that made it" in run("doctor").output

    db.session.execute(text("DELETE FROM alembic_version"))
    db.session.commit()
    result = run("doctor")
    assert result.output.count("WRONG") == 1
    assert "is empty -> flask db upgrade\n" in result.output
    assert result.exit_code == 1


def test_database_that_cannot_be_reached_keeps_its_password(tmp_path: Path) -> None:
    app = create_app(settings_for(f"postgresql+psycopg://u:secret@127.0.0.1:{closed_port()}/x", tmp_path))
    with app.app_context():
        found = list(database(NOW))

    assert [(one.subject, bool(one.mend)) for one in found] == [("database", True), ("clock", False)]
    assert "u:***@127.0.0.1" in found[0].text
    assert "secret" not in str(found[0])
    result = app.test_cli_runner().invoke(args=["products", "create", "x", "--name", "x"])
    assert result.stderr.startswith("Error: The database cannot be used: ")
    assert result.exit_code == 1


CLOCKS = [
    (NOW, NOW, True),
    (NOW, None, True),
    (NOW - timedelta(minutes=4), NOW, True),
    (NOW - timedelta(minutes=6), NOW, False),
    (NOW.replace(year=2025), None, False),
    (NOW.replace(year=2100), None, False),
]


@pytest.mark.parametrize(("now", "newest", "well"), CLOCKS)
def test_clock(now: datetime, newest: datetime | None, well: bool) -> None:
    assert (clock(now, newest).mend == "") is well


def test_clock_is_held_against_the_newest_row(run: Run, planned: World, clock: Traveller) -> None:
    planned.brug.joined_at = NOW + timedelta(hours=1)
    db.session.commit()

    assert "WRONG  clock: it says 2026-11-23 09:00 UTC, and there is a row of 2026-11-23 10:00" in run("doctor").output
    clock.shift(timedelta(hours=1))
    assert run("doctor").exit_code == 0


def test_folder_that_is_gone_and_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.subject for one in folder.data_folder(tmp_path / "gone") if one.mend] == ["DATA_DIR"]

    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=1))
    assert [one.subject for one in folder.data_folder(tmp_path) if one.mend] == ["disk"]


def mail(server: SMTPServer | None = None, **given: Any) -> dict[str, Any]:
    """Settings of a mail server."""
    nothing = {"MAIL_USE_TLS": False, "MAIL_USE_SSL": False, "MAIL_USERNAME": None, "MAIL_PASSWORD": None}
    return {**nothing, "MAIL_SERVER": "127.0.0.1", "MAIL_PORT": server.port if server else closed_port(), **given}


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def test_mail_server_that_answers() -> None:
    with SMTPServer(authenticator=knows("inconto", "secret"), auth_require_tls=False) as server:
        plain = mail_server(mail(server))
        signed_in = mail_server(mail(server, MAIL_USERNAME="inconto", MAIL_PASSWORD="secret"))

    assert (plain.mend, signed_in.mend) == ("", "")
    assert signed_in.text == f"127.0.0.1:{server.port} answers (in clear, signed in as inconto)"
    assert server.taken == []


def test_mail_server_that_will_not() -> None:
    with SMTPServer(authenticator=knows("inconto", "secret"), auth_require_tls=False) as server:
        password = mail_server(mail(server, MAIL_USERNAME="inconto", MAIL_PASSWORD="wrong"))
        starttls = mail_server(mail(server, MAIL_USE_TLS=True))
        tls = mail_server(mail(server, MAIL_USE_SSL=True))

    assert password.mend == "look at MAIL_USERNAME and MAIL_PASSWORD"
    assert "wrong" not in password.text
    assert starttls.mend.startswith("it offers no STARTTLS")
    assert tls.mend.startswith("MAIL_USE_SSL is for port 465")


def test_mail_server_that_is_not_there() -> None:
    assert mail_server(mail()).mend.startswith("nothing listens there")
    assert mail_server(mail(MAIL_SERVER="nowhere.invalid")).mend.startswith("there is no such name")


def test_key_that_signs_is_tried(app: Flask, tmp_path: Path) -> None:
    assert signature(dict(app.config)) is None
    pem = tmp_path / "key.pem"
    subprocess.run(["openssl", "genrsa", "-out", str(pem), "2048"], check=True, capture_output=True)
    set_up = dict(app.config) | GOOD_MAIL | {"MAIL_DKIM_KEY": pem, "MAIL_DKIM_SELECTOR": "mail2026"}
    found = signature(set_up | {"MAIL_DKIM_DOMAIN": "inconto.example"})
    where = "mails are signed (RSA); the public half of the key belongs at mail2026._domainkey.inconto.example"
    assert str(found) == f"ok     DKIM: {where}"
    missing = signature(set_up | {"MAIL_DKIM_KEY": tmp_path / "missing.pem"})
    assert missing is not None
    assert missing.mend == "set MAIL_DKIM_KEY to the file of an RSA or Ed25519 key in PEM that this user may read"


def test_mailboxes_that_are_read_can_be_opened(tmp_path: Path) -> None:
    maildir.Maildir(str(tmp_path / "reports"))
    reports = f"maildir:{tmp_path / 'reports'}"
    well = {"MAIL_REPORTS_READ": reports, "MAIL_JOURNAL_READ": reports, "MAIL_JOURNAL": "journal@vendor.example"}
    wrong = {"MAIL_REPORTS_READ": f"imap://me:secret@127.0.0.1:{closed_port()}/", "MAIL_JOURNAL_READ": reports}

    assert [str(one) for one in mailboxes(well)] == [
        f"ok     MAIL_REPORTS_READ: {reports} holds 0 mails",
        f"ok     MAIL_JOURNAL_READ: {reports} holds 0 mails",
    ]
    assert [(one.subject, bool(one.mend)) for one in mailboxes(wrong)] == [
        ("MAIL_REPORTS_READ", True),
        ("MAIL_JOURNAL_READ", False),
        ("settings", True),
    ]
    assert "secret" not in str(list(mailboxes(wrong)))
    assert list(mailboxes({})) == []
