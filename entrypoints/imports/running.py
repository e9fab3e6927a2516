"""Run an import: read, take over, and write all of it or nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from entrypoints.imports import notes
from entrypoints.imports.contacts import CONTACTS
from entrypoints.imports.csv_reader import Columns, Row, read_rows, rows_of, separator_of, text_of
from entrypoints.imports.findings import Findings, Unusable
from entrypoints.imports.json_reader import is_json, read_json_rows
from entrypoints.imports.maintenance import MAINTENANCE
from entrypoints.imports.outages import OUTAGES
from entrypoints.imports.releases import RELEASES
from entrypoints.imports.reports import REPORTS
from entrypoints.imports.scope import Scope
from entrypoints.imports.tenants import TENANTS
from entrypoints.progress import Progress, told, untold
from evidence.actors import Actor, require
from storage import db

KINDS = {
    "tenants": TENANTS,
    "contacts": CONTACTS,
    "releases": RELEASES,
    "maintenance": MAINTENANCE,
    "outages": OUTAGES,
    "reports": REPORTS,
}


def untold_findings(_findings: Findings) -> None:
    """Nobody looks at what would be."""


def import_table(
    kind: str,
    path: Path,
    by: Actor,
    now: datetime,
    *,
    only: str | None = None,
    check: bool = False,
    progress: Progress = untold,
) -> Findings:
    """Take over a table in one transaction; with ``check``, or where anything is wrong, nothing is written.

    Where ``only`` names a product, the file may leave its column out.
    """

    read = read_json_rows if is_json(path) else read_rows
    rows = partial(read, path)
    return _in_one_transaction(_table(kind, rows, by, only, progress), path.name, by, now, only, check)


def import_text(
    kind: str,
    name: str,
    data: bytes,
    by: Actor,
    now: datetime,
    *,
    only: str,
    check: bool,
    most: int,
    look: Callable[[Findings], object] = untold_findings,
) -> Findings:
    """Take over a table that somebody sent, as ``import_table`` does; its columns may be apart by semicolons or tabs.

    ``most`` is how many rows there may be. ``look`` is called when all is as it would be, before it is written or not.
    """

    def read(columns: Columns, findings: Findings) -> list[Row]:
        text = text_of(data)
        rows = rows_of(text, columns, findings, separator_of(text))
        if len(rows) > most:
            raise Unusable(_("there are %(rows)d rows here, and %(most)d is the most.", rows=len(rows), most=most))
        if not (rows or findings.problems):
            raise Unusable(_("there is no row below the names of the columns."))
        return rows

    return _in_one_transaction(_table(kind, read, by, only, untold), name, by, now, only, check, look)


def import_notes(path: Path, by: Actor, now: datetime, *, only: str | None = None, check: bool = False) -> Findings:
    """Take over a folder of notes, or a file of JSON, in one transaction, as ``import_table`` does."""

    def take_over(findings: Findings, scope: Scope) -> None:
        if path.is_dir():
            notes.take_over(path, findings, scope)
        elif is_json(path):
            notes.take_over_rows(read_json_rows(path, notes.COLUMNS, findings, notes.LARGEST), scope)
        else:
            raise Unusable("give a folder of Markdown files, or a file of JSON.")

    return _in_one_transaction(take_over, path.name, by, now, only, check)


def _table(
    kind: str, read: Callable[[Columns, Findings], list[Row]], by: Actor, only: str | None, progress: Progress
) -> Callable[[Findings, Scope], None]:
    require(by, KINDS[kind].may)

    def take_over(findings: Findings, scope: Scope) -> None:
        rows = read(columns_of(kind, only), findings)
        KINDS[kind].take_over(told(rows, kind, len(rows), progress), scope)

    return take_over


def columns_of(kind: str, only: str | None) -> Columns:
    """The columns of a table; where it is about one product, that one's name may be left out."""
    columns = KINDS[kind].columns
    return columns if only is None else _without_product(columns)


def _in_one_transaction(
    take_over: Callable[[Findings, Scope], None],
    name: str,
    by: Actor,
    now: datetime,
    only: str | None,
    check: bool,
    look: Callable[[Findings], object] = untold_findings,
) -> Findings:
    findings = Findings()
    try:
        scope = Scope.open(by, now, only)
        take_over(findings, scope)
        if not findings.problems:
            scope.close()
            # What a constraint refuses shows in a check as well.
            db.session.flush()
            look(findings)
            if not check:
                db.session.commit()
    except Unusable as unusable:
        findings.refuse_file(name, unusable.message, unusable.line)
    except OSError as error:
        findings.refuse_file(name, _("it cannot be read: %(reason)s.", reason=error.strerror))
    except IntegrityError:
        findings.refuse_file(name, _("somebody changed the same things at the same moment. Run it again."))
    finally:
        db.session.rollback()
    return findings


def _without_product(columns: Columns) -> Columns:
    if "product" not in columns.required:
        return columns
    required = tuple(name for name in columns.required if name != "product")
    return replace(columns, required=required, optional=(*columns.optional, "product"))
