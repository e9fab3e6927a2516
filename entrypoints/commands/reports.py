"""`flask process-report`: a mail server hands over what came back."""

import os
import sys
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import DBAPIError

from outbox.bounces import take
from outbox.reports import MOST_BYTES
from storage import db

# What sysexits.h calls a temporary failure: the mail server keeps the mail and tries again.
EX_TEMPFAIL = 75
MOST_KEPT = 1000


@click.command("process-report")
@click.option("--to", "addresses", multiple=True, metavar="ADDRESS", help="Where it came to, where the mail says not.")
@with_appcontext
def process_report(addresses: tuple[str, ...]) -> None:
    """Read one mail that came back from standard input, and say in a line what it changed.

    Exit code 0, also for what is forged or unknown: a mail server must not send it back. 75 where the database cannot
    be had: the mail server tries again later.
    """
    mail = _standard_input()
    # Postfix names it so for a command in an alias.
    named = [*addresses, *filter(None, [os.environ.get("ORIGINAL_RECIPIENT")])]
    try:
        taken = take(mail, datetime.now(UTC), named)
    except DBAPIError as error:
        db.session.rollback()
        problem = str(error.orig).strip().splitlines()[0]
        click.echo(f"the database cannot be used: {problem}; try again later", err=True)
        raise click.exceptions.Exit(EX_TEMPFAIL) from None
    kept = "" if taken.understood else _keep(mail)
    click.echo(f"{taken.words}{kept}")


def _standard_input() -> bytes:
    mail = sys.stdin.buffer.read(MOST_BYTES)
    # Read to the end, or the server that writes it would take us for broken.
    while sys.stdin.buffer.read(MOST_BYTES):
        pass
    return mail


def _keep(mail: bytes) -> str:
    """Keep what a person should look at; a mail server hands it over once."""
    folder = Path(current_app.config["SETTINGS"].DATA_DIR) / "reports-not-understood"
    path = folder / f"{sha256(mail).hexdigest()[:32]}.eml"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists() and sum(1 for _one in folder.iterdir()) >= MOST_KEPT:
            return f"; not kept, for {folder} is full"
        path.write_bytes(mail)
    except OSError as error:
        return f"; it could not be kept: {error.strerror}"
    return f"; kept as {path}"


def set_up(app: Flask) -> None:
    app.cli.add_command(process_report)
