"""`flask doctor`: is everything as it should be, and if not, what is to be done."""

from collections.abc import Iterator
from datetime import UTC, datetime

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from entrypoints.doctor.alarms import channels
from entrypoints.doctor.database import database
from entrypoints.doctor.finding import Finding
from entrypoints.doctor.folder import data_folder
from entrypoints.doctor.mail import mail_server, signature
from entrypoints.doctor.mailboxes import mailboxes
from entrypoints.doctor.settings import settings


@click.command("doctor")
@with_appcontext
def doctor() -> None:
    """Look at settings, database, mail server, clock, address and disk; exit 1 if anything is wrong."""
    wrong = 0
    for finding in _findings():
        wrong += bool(finding.mend)
        click.echo(str(finding))
    if wrong:
        raise click.exceptions.Exit(1)


def _findings() -> Iterator[Finding]:
    config = current_app.config
    yield from settings(config)
    yield from data_folder(config["SETTINGS"].DATA_DIR)
    yield from database(datetime.now(UTC))
    yield mail_server(config)
    yield channels(config)
    if (signed := signature(config)) is not None:
        yield signed
    yield from mailboxes(config)


def set_up(app: Flask) -> None:
    app.cli.add_command(doctor)
