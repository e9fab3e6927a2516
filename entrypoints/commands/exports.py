"""`flask export`: what people plan with, as `flask import` reads it."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from entrypoints.commands.answers import in_english
from entrypoints.exports.notes import notes, write_folder
from entrypoints.exports.scope import products_of
from entrypoints.exports.tables import TABLES
from entrypoints.exports.writing import write_csv, write_json
from entrypoints.imports.findings import Unusable
from entrypoints.imports.running import KINDS
from entrypoints.private_files import created
from storage import db

exports = AppGroup("export", help="Take data out: to change it and bring it in again, or to move everything.")

FORMAT = click.Option(["--format", "form"], type=click.Choice(["csv", "json"]), default="csv", show_default=True)
PRODUCT = click.Option(["--product"], help="Of this product alone.")
FILE = click.Argument(["path"], metavar="[FILE]", required=False, type=click.Path(dir_okay=False, path_type=Path))


def _command(kind: str) -> click.Command:
    def write(path: Path | None, product: str | None, form: str) -> None:
        with _said_plainly():
            rows = _read(TABLES[kind](products_of(product)))
            columns = KINDS[kind].columns
            with _opened(path) as file:
                number = (
                    write_json(file, rows)
                    if form == "json"
                    else write_csv(file, [*columns.required, *columns.optional], rows)
                )
        click.echo(f"{number:,} {kind} written.", err=True)

    return click.Command(
        kind,
        params=[FILE, PRODUCT, FORMAT],
        callback=with_appcontext(write),
        help=f"Write {kind} to FILE, which must be new, or to standard output.",
    )


@exports.command("notes")
@click.argument("path", metavar="FOLDER|FILE.json", type=click.Path(path_type=Path))
@click.option("--product", help="Of this product.")
@click.option("--format", "form", type=click.Choice(["markdown", "json"]), default="markdown", show_default=True)
@with_appcontext
def export_notes(path: Path, product: str | None, form: str) -> None:
    """Write the newest release notes: a Markdown file each into FOLDER, or one file of JSON."""
    with _said_plainly():
        rows = _read(notes(products_of(product)))
        if form == "json":
            with _opened(path) as file:
                number = write_json(file, rows)
        else:
            number = write_folder(path, rows)
    click.echo(f"{number:,} notes written.", err=True)


def _read(rows: Iterable[dict[str, str]]) -> list[dict[str, str]]:
    """All rows, and the database let go: a reader who pages through them must keep no worker waiting."""
    found = list(rows)
    db.session.rollback()
    return found


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO]:
    """A new file, or standard output."""
    if path is None:
        yield sys.stdout
        return
    with created(path) as file:
        yield file


@contextmanager
def _said_plainly() -> Iterator[None]:
    with in_english():
        try:
            yield
        except Unusable as unusable:
            raise click.ClickException(unusable.message) from None
        except FileExistsError as error:
            raise click.ClickException(f"{error.filename} is there already: name a new file.") from None
        except OSError as error:
            raise click.ClickException(f"{error.filename or 'standard output'}: {error.strerror}.") from None


def set_up(app: Flask) -> None:
    app.cli.add_command(exports)


for _kind in TABLES:
    exports.add_command(_command(_kind))
