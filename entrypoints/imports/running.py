"""Run an import: read, take over, and write all of it or nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.exc import IntegrityError

from entrypoints.imports import notes
from entrypoints.imports.contacts import CONTACTS
from entrypoints.imports.csv_reader import Columns, read_rows
from entrypoints.imports.findings import Findings, Unusable
from entrypoints.imports.json_reader import is_json, read_json_rows
from entrypoints.imports.maintenance import MAINTENANCE
from entrypoints.imports.outages import OUTAGES
from entrypoints.imports.releases import RELEASES
from entrypoints.imports.reports import REPORTS
from entrypoints.imports.scope import Scope
from entrypoints.imports.tenants import TENANTS
from entrypoints.progress import Progress, told, untold
from evidence.actors import Actor
from storage import db

KINDS = {
    "tenants": TENANTS,
    "contacts": CONTACTS,
    "releases": RELEASES,
    "maintenance": MAINTENANCE,
    "outages": OUTAGES,
    "reports": REPORTS,
}


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

    def take_over(findings: Findings, scope: Scope) -> None:
        columns = KINDS[kind].columns
        if only is not None:
            columns = _without_product(columns)
        read = read_json_rows if is_json(path) else read_rows
        rows = read(path, columns, findings)
        KINDS[kind].take_over(told(rows, kind, len(rows), progress), scope)

    return _in_one_transaction(take_over, path.name, by, now, only, check)


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


def _in_one_transaction(
    take_over: Callable[[Findings, Scope], None],
    name: str,
    by: Actor,
    now: datetime,
    only: str | None,
    check: bool,
) -> Findings:
    findings = Findings()
    try:
        scope = Scope.open(by, now, only)
        take_over(findings, scope)
        if not findings.problems:
            scope.close()
            # What a constraint refuses shows in a check as well.
            db.session.flush()
            if not check:
                db.session.commit()
    except Unusable as unusable:
        findings.refuse_file(name, unusable.message, unusable.line)
    except OSError as error:
        findings.refuse_file(name, f"it cannot be read: {error.strerror}.")
    except IntegrityError:
        findings.refuse_file(name, "somebody changed the same things at the same moment. Run it again.")
    finally:
        db.session.rollback()
    return findings


def _without_product(columns: Columns) -> Columns:
    if "product" not in columns.required:
        return columns
    required = tuple(name for name in columns.required if name != "product")
    return replace(columns, required=required, optional=(*columns.optional, "product"))
