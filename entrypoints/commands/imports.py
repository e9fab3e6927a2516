"""`flask import`: tables and notes of another administration."""

from datetime import UTC, datetime
from pathlib import Path

import click
from flask import Flask
from flask.cli import AppGroup, with_appcontext

from entrypoints.commands.answers import in_english
from entrypoints.commands.progress import shown_progress
from entrypoints.imports.findings import Findings
from entrypoints.imports.running import KINDS, import_notes, import_table
from evidence.actors import COMMAND_LINE

MOST_SHOWN = 50
imports = AppGroup("import", help="Take over what another administration knew: all of a file, or nothing of it.")

CHECK = click.Option(["--check"], is_flag=True, help="Say what would be done, and write nothing.")
PRODUCT = click.Option(["--product"], help="The product the file is about; its column may be left out then.")
FILE = click.Argument(
    ["path"], metavar="FILE.csv|FILE.json", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
NOTES = click.Argument(["path"], metavar="FOLDER|FILE.json", type=click.Path(exists=True, path_type=Path))


def _command(kind: str) -> click.Command:
    def take_over(path: Path, product: str | None, check: bool) -> None:
        now = datetime.now(UTC)
        with in_english():
            if kind in KINDS:
                with shown_progress() as progress:
                    findings = import_table(kind, path, COMMAND_LINE, now, only=product, check=check, progress=progress)
            else:
                findings = import_notes(path, COMMAND_LINE, now, only=product, check=check)
            _answer(path.name, findings, check=check)

    source = FILE if kind in KINDS else NOTES
    return click.Command(
        kind, params=[source, PRODUCT, CHECK], callback=with_appcontext(take_over), help=f"Take over {kind}."
    )


def _answer(name: str, findings: Findings, *, check: bool) -> None:
    problems = findings.in_order()
    for problem in problems[:MOST_SHOWN]:
        click.echo(str(problem), err=True)
    if len(problems) > MOST_SHOWN:
        click.echo(f"... and {len(problems) - MOST_SHOWN} problems more.", err=True)
    if problems:
        raise click.ClickException(f"{name}: {_number(len(problems))}; nothing was written.")
    done = "would be" if check else "done:"
    click.echo(f"{name}: {done} {findings}." + (" Nothing was written." if check else ""))


def _number(problems: int) -> str:
    return "1 problem" if problems == 1 else f"{problems} problems"


def set_up(app: Flask) -> None:
    app.cli.add_command(imports)


for _kind in [*KINDS, "notes"]:
    imports.add_command(_command(_kind))
