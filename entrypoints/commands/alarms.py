"""`flask watch`: look from outside whether anybody works. `flask alarms test`: is everybody told who should be."""

from datetime import UTC, datetime

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from alarms.facts import facts_of
from alarms.letters import words
from alarms.models import Alarm
from alarms.services import watch_from_outside
from alarms.telling import tell_channels
from alarms.trial import tell_everybody
from entrypoints.commands.answers import in_english
from storage import db

alarms = AppGroup("alarms", help="Warnings to the vendor's own people.")


@click.command("watch")
@with_appcontext
def watch() -> None:
    """Say whether a worker runs and mail leaves, and raise the alarm where not; exit 1 then.

    For cron, or a second machine: where the only worker is dead, nobody else can tell.
    """
    with in_english():
        now = datetime.now(UTC)
        causes = watch_from_outside(now)
        tell_channels(now)
        for cause in causes:
            said = words(Alarm(kind=cause.kind, step=cause.step, facts=facts_of(cause)))
            click.echo(f"{said.subject}. {said.happened}")
        db.session.rollback()
    if causes:
        raise click.exceptions.Exit(1)
    click.echo("A worker runs, and no mail waits.")


@alarms.command("test")
@with_appcontext
def test() -> None:
    """Send a trial alarm to everybody who gets alarms, and to every channel; exit 1 where one does not take it."""
    outcomes = tell_everybody(datetime.now(UTC))
    for outcome in outcomes:
        click.echo(str(outcome))
    if not outcomes:
        raise click.ClickException(
            "Nobody is told of alarms: there is no planner, manager or admin, and ALARM_URLS is empty."
        )
    if any(outcome.problem for outcome in outcomes):
        raise click.exceptions.Exit(1)


def set_up(app: Flask) -> None:
    app.cli.add_command(watch)
    app.cli.add_command(alarms)
