"""`flask tokens`: let programs in, and no more."""

from datetime import UTC, datetime

import click
from flask import Flask
from flask.cli import AppGroup

from accounts.tokens import issue_token, revoke_token, token_named
from accounts.tokens import tokens as all_tokens
from entrypoints.commands.accounts import tenant_named
from entrypoints.commands.answers import in_english
from entrypoints.imports.findings import shown
from evidence.actors import COMMAND_LINE, Role
from storage import Refused

tokens = AppGroup("tokens", help="What programs show at the API.")


@tokens.command("create")
@click.argument("name")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--tenant", help="The tenant of a contact's token, by its slug: it sees that tenant alone.")
def create(name: str, role: str, tenant: str | None) -> None:
    """Make a token and print it. It is shown this once: the database keeps its hash only."""
    with in_english():
        _row, token = issue_token(name, Role(role), COMMAND_LINE, datetime.now(UTC), tenant=tenant_named(tenant))
        click.echo(token)


@tokens.command("revoke")
@click.argument("name")
def revoke(name: str) -> None:
    """Let a token in no more, from the next request on."""
    with in_english():
        row = token_named(name)
        if row is None or row.revoked_at is not None:
            raise Refused("name", f"there is no token {shown(name)} in use.")
        revoke_token(row, COMMAND_LINE, datetime.now(UTC))
        click.echo(f"The token {shown(name)} is let in no more.")


@tokens.command("list")
def list_tokens() -> None:
    """Print every token: its name, role, tenant, and when it was last used. Never the token itself."""
    for row in all_tokens():
        used = f"{row.last_used_at:%Y-%m-%d %H:%M} UTC" if row.last_used_at else "never used"
        of_tenant = f" of {row.tenant.slug}" if row.tenant else ""
        revoked = ", revoked" if row.revoked_at else ""
        click.echo(f"{shown(row.name)}: {row.role.value}{of_tenant}, {used}{revoked}")


def set_up(app: Flask) -> None:
    app.cli.add_command(tokens)
