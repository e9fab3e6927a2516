"""`flask outbox`: hold what would be sent, compare it with the journal, let it go."""

from datetime import UTC, datetime

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from entrypoints.commands.answers import in_english
from evidence.actors import COMMAND_LINE
from outbox import comparing, holds
from outbox.mailbox_reading import Unreadable
from storage import db

outbox = AppGroup("outbox", help="What waits to be sent, after a restore above all.")


@outbox.command("status")
def status() -> None:
    """Say whether the outbox is held, since when and why, and what waits in it."""
    with in_english():
        waiting, hold = holds.waiting_mails(), holds.present_hold()
        if hold is None:
            click.echo(f"The outbox is not held. Waiting: {waiting}.")
            return
        compared = f"compared at {hold.compared_at:%Y-%m-%d %H:%M} UTC" if hold.compared_at else "not compared yet"
        click.echo(f"The outbox is held since {hold.since:%Y-%m-%d %H:%M} UTC by {hold.held_by}: {hold.why}")
        click.echo(f"Found in the journal: {hold.proven} ({compared}). Would be sent when released: {waiting}.")


@outbox.command("hold")
@click.option("--reason", required=True, help="Why nothing is to be sent; it stays on record.")
def hold_command(reason: str) -> None:
    """Send nothing until somebody releases it."""
    with in_english():
        holds.hold(reason, COMMAND_LINE, datetime.now(UTC))
        click.echo("The outbox is held. `flask outbox release` lets it go.")


@outbox.command("compare")
def compare_command() -> None:
    """Mark what lies in the journal as sent, with that proof."""
    with in_english():
        if holds.present_hold() is None:
            raise click.ClickException("The outbox is not held.")
        db.session.rollback()
        if not current_app.config.get("MAIL_JOURNAL_READ"):
            raise click.ClickException("There is no journal to compare with: set MAIL_JOURNAL_READ.")
        try:
            proved = comparing.compare(datetime.now(UTC))
        except Unreadable as error:
            raise click.ClickException(f"The journal cannot be read: {error}") from None
        click.echo(f"Found in the journal: {proved}. Would be sent when released: {holds.waiting_mails()}.")


@outbox.command("release")
def release_command() -> None:
    """Let the outbox send again what waits in it."""
    with in_english():
        waiting = holds.release(COMMAND_LINE, datetime.now(UTC))
        click.echo(f"The outbox is released. Waiting: {waiting}.")


def set_up(app: Flask) -> None:
    app.cli.add_command(outbox)
