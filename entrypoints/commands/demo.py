"""`flask demo`: an invented vendor to try the product on."""

import json
from datetime import UTC, datetime
from typing import Any

import click
from flask import Flask
from flask.cli import with_appcontext

from demo.leaving import leave
from demo.loading import load, loaded
from demo.people import described, let_in
from entrypoints.commands.answers import in_english
from evidence.actors import COMMAND_LINE


@click.command("demo")
@click.option("--json", "as_json", is_flag=True, help="Print on one line what to sign in with, for programs.")
@click.option("--remove", "to_remove", is_flag=True, help="Take it away; other products stay.")
@with_appcontext
def demo(*, as_json: bool, to_remove: bool) -> None:
    """Load the demonstration, once, and print who can sign in."""
    with in_english():
        now = datetime.now(UTC)
        if to_remove:
            if loaded() is None:
                click.echo("There is no demonstration.")
                return
            leave(COMMAND_LINE, now)
            click.echo("The demonstration is gone.")
            return
        is_new = load(now)
        let_in(now)
        product = loaded()
        if product is None:
            raise click.ClickException("Somebody removed the demonstration at the same moment. Run it again.")
        printed = described(product, now)
        if as_json:
            click.echo(json.dumps(printed))
        else:
            _tell(printed, is_new=is_new)


def _tell(printed: dict[str, Any], *, is_new: bool) -> None:
    click.echo("The demonstration is loaded." if is_new else "The demonstration is there already.")
    click.echo(f"Sign in at {printed['base_url']} as one of:")
    for user in printed["users"]:
        of_tenant = f" of {user['tenant']}" if user["tenant"] else ""
        click.echo(f"  {user['password']}  {user['email']}  ({user['role']}{of_tenant})")
    click.echo(f"A tenant's calendar: {printed['feeds'][0]['url']}")


def set_up(app: Flask) -> None:
    app.cli.add_command(demo)
