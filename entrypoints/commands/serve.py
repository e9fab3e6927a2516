"""`flask serve`, which `make run` starts: the web server, the worker and, without a mail server, the mailbox."""

import ctypes
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from time import monotonic, sleep

import click
import structlog
from flask import Flask, current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade
from sqlalchemy import select

from accounts.models import User
from alarms.services import watch_from_outside
from alarms.telling import tell_channels
from demo.loading import load, loaded
from demo.people import described, let_in
from entrypoints.commands.answers import in_english
from entrypoints.settings import Settings
from storage import db
from tenants.models import Product

PATIENCE = 30.0  # seconds to come up, and to go down
DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG

log = structlog.get_logger()


@click.command("serve")
@with_appcontext
def serve() -> None:
    """Bring the database up to date, then serve until Ctrl-C."""
    settings: Settings = current_app.config["SETTINGS"]
    _check_port(settings)
    upgrade()
    with in_english():
        _load_demonstration_where_empty(settings)
        stop = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            # By a thread of its own: we may hold the event's lock at this moment, in our own waiting.
            signal.signal(number, lambda *_: Thread(target=stop.set).start())
        children = {
            "web server": _start(
                ["-m", "gunicorn", *gunicorn_arguments(settings.HOST, settings.PORT, "app:create_app()")]
            ),
            "worker": _start(["-m", "flask", "--app", "app", "worker"]),
        }
        # Nobody else's connection, while we wait.
        db.session.remove()
        try:
            _wait_until_up(settings, children, stop)
            if not stop.is_set():
                _tell(settings)
            look_at = monotonic() + 2 * PATIENCE
            while not stop.wait(1):
                if monotonic() >= look_at:
                    _look()
                    look_at = monotonic() + PATIENCE
                for name, child in children.items():
                    if child.poll() is not None:
                        raise click.ClickException(f"The {name} has ended by itself; its last words are above.")
        finally:
            click.echo("\nStopping ...")
            _stop(children)
    click.echo("Stopped.")


def _look() -> None:
    """Tell where the worker hangs: it cannot tell by itself, and has no fellow here."""
    now = datetime.now(UTC)
    try:
        watch_from_outside(now)
        tell_channels(now)
    except Exception:
        log.exception("nobody could look after the worker")
    finally:
        db.session.remove()


def gunicorn_arguments(host: str, port: int, application: str) -> list[str]:
    """What the web server is started with, in the project's folder."""
    return ["-c", "python:entrypoints.web_server", "--bind", f"{host}:{port}", application]


def _check_port(settings: Settings) -> None:
    """Say that the port is taken before anything is started."""
    with socket.socket(socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as error:
            raise click.ClickException(
                f"PORT: {settings.PORT} cannot be used ({error.strerror}). Stop what uses it, or set PORT to another."
            ) from None


def _load_demonstration_where_empty(settings: Settings) -> None:
    if settings.MAIL_SERVER or db.session.scalars(select(Product.id).limit(1)).first() is not None:
        return
    if db.session.scalars(select(User.id).limit(1)).first() is not None:
        return
    click.echo("The database is empty and no mail server is set: loading the demonstration ...")
    now = datetime.now(UTC)
    load(now)
    let_in(now)


def _start(arguments: list[str]) -> subprocess.Popen[bytes]:
    """Start a child that hears of Ctrl-C from us alone, and ends where we are killed."""

    def set_up_child() -> None:
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(DIES_WITH_PARENT, signal.SIGTERM)

    here = Path(current_app.root_path)
    return subprocess.Popen(  # noqa: S603 - our own interpreter
        [sys.executable, *arguments],
        cwd=here,
        start_new_session=True,
        preexec_fn=set_up_child,
    )


def _wait_until_up(settings: Settings, children: dict[str, subprocess.Popen[bytes]], stop: Event) -> None:
    host = "127.0.0.1" if settings.HOST in {"0.0.0.0", "::"} else settings.HOST  # noqa: S104 - compared, not bound
    until = monotonic() + PATIENCE
    while monotonic() < until and not stop.is_set() and all(child.poll() is None for child in children.values()):
        with suppress(OSError), socket.create_connection((host, settings.PORT), timeout=1):
            return
        sleep(0.1)


def _tell(settings: Settings) -> None:
    click.echo(f"\nReady at {settings.base_url}")
    if not settings.MAIL_SERVER:
        click.echo(f"Mails arrive in the built-in mailbox: {settings.base_url}/mailbox/")
    product = loaded()
    if product is not None:
        click.echo("\nSign in to the demonstration as:")
        for user in described(product, datetime.now(UTC))["users"]:
            of_tenant = f" of {user['tenant']}" if user["tenant"] else ""
            click.echo(f"  {user['email']:<55} {user['password']:<24} {user['role']}{of_tenant}")
    elif db.session.scalars(select(User.id).limit(1)).first() is None:
        click.echo("Make the first account: .venv/bin/flask users create YOU@EXAMPLE.COM --role admin")
    click.echo("\nStop with Ctrl-C.")
    db.session.remove()


def _stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        with suppress(ProcessLookupError):
            child.terminate()
    for child in children.values():
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()


def set_up(app: Flask) -> None:
    app.cli.add_command(serve)
