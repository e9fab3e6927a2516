"""`flask export everything` and `flask import everything`: to another machine, or another engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy import select

from entrypoints.commands.answers import in_english
from entrypoints.commands.exports import exports
from entrypoints.commands.imports import imports
from entrypoints.commands.progress import shown_progress
from entrypoints.imports.findings import Unusable
from entrypoints.moving.arriving import import_everything
from entrypoints.moving.leaving import export_everything
from entrypoints.moving.manifest import Manifest
from entrypoints.moving.row_files import FORMATS
from evidence.actors import COMMAND_LINE
from storage import db
from tenants.feed_models import FeedToken
from tenants.feed_tokens import current


@exports.command("everything")
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(sorted(FORMATS)), default="csv", show_default=True)
@with_appcontext
def export_command(folder: Path, form: str) -> None:
    """Write every row of the database to FOLDER, which must be new or empty; workers may go on meanwhile."""
    with _said_plainly(folder, "export"), shown_progress() as progress:
        manifest = export_everything(folder, form, COMMAND_LINE, datetime.now(UTC), progress)
    click.echo(f"{folder}: {_counted(manifest)} written, as they were at {manifest.taken_at[:16]}Z.")
    click.echo(
        "Names, addresses, mails and the hashes of passwords are in it, readable: only your own account may open it. "
        "Move it by a safe way, and remove it when it is in. SECRET_KEY is not in it: move that apart from it."
    )


@imports.command("everything")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--check", is_flag=True, help="Do it all, and take it back: say whether it would go in.")
@click.option("--evidence-as-it-is", is_flag=True, help="Also where the evidence did not hold before.")
@with_appcontext
def import_command(folder: Path, *, check: bool, evidence_as_it_is: bool) -> None:
    """Bring FOLDER, as `export everything` wrote it, into an empty database; the outbox is held then."""
    with _said_plainly(folder, "import"), shown_progress() as progress:
        manifest = import_everything(
            folder, COMMAND_LINE, datetime.now(UTC), progress, check=check, evidence_as_it_is=evidence_as_it_is
        )
    if check:
        click.echo(f"{folder}: {_counted(manifest)} would go in. Nothing was written.")
        return
    click.echo(f"{folder}: {_counted(manifest)} are in, as they were at {manifest.taken_at[:16]}Z.")
    click.echo(
        "The outbox is held, so that nothing is mailed twice. When the other installation has stopped for good, "
        "start a worker here and release it: flask outbox status, flask outbox release"
    )
    if not _addresses_are_ours():
        click.echo(
            "The calendar addresses were made with another SECRET_KEY. Those in use go on, but the portal cannot show "
            "them, and sessions end. Set the SECRET_KEY of the other installation.",
            err=True,
        )


@contextmanager
def _said_plainly(folder: Path, what: str) -> Iterator[None]:
    """Let what cannot be used end the command with a sentence."""
    with in_english():
        try:
            yield
        except Unusable as unusable:
            raise click.ClickException(f"{folder}: {unusable.message} Nothing was written.") from None
        except OSError as error:
            raise click.ClickException(f"{folder}: the {what} failed: {error.strerror}. Nothing was kept.") from None


def _counted(manifest: Manifest) -> str:
    return f"{manifest.rows:,} rows in {len(manifest.files)} files"


def _addresses_are_ours() -> bool:
    tenant_id = db.session.scalar(select(FeedToken.tenant_id).where(FeedToken.tenant_id.is_not(None)).limit(1))
    ours = tenant_id is None or current(current_app.config["FEED_KEY"], tenant_id) is not None
    db.session.rollback()
    return ours


def set_up(app: Flask) -> None:
    """Both stand in groups that other rooms add."""
