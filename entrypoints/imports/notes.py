"""Release notes: a folder with a Markdown file per version and language, or rows of the same."""

import re
from pathlib import Path

from flask_babel import gettext as _
from sqlalchemy import select

from entrypoints.imports.csv_reader import Columns, Row, read_text
from entrypoints.imports.findings import Findings, Unusable
from entrypoints.imports.kinds import SeenBefore
from entrypoints.imports.scope import Scope
from evidence.actors import May, require
from release_notes.history import take_over_notes
from release_notes.services import LONGEST, clean_markdown
from schedules.models import Release
from storage import Refused, db
from tenants import checks
from tenants.models import Product

_NAME = re.compile(r"(?P<version>\d+(?:\.\d+)+)\.(?P<language>nl|en)\.md")
COLUMNS = Columns(required=("version", "language", "markdown"))
LARGEST = 50 * LONGEST


def take_over(folder: Path, findings: Findings, scope: Scope) -> None:
    """Take over the notes of a folder; hidden files are passed over, any other name is refused.

    Raises Unusable for a folder without notes, and where it is not clear which product they are of.
    """
    require(scope.by, May.MANAGE)
    product = _product(scope)
    files = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if not files:
        raise Unusable("there are no notes in this folder. Name each file VERSION.LANGUAGE.md, such as 2027.1.nl.md.")
    releases = _releases(product)
    for path in files:
        try:
            _take_over_one(path, releases, findings, scope)
        except Unusable as unusable:
            findings.refuse_file(path.name, unusable.message, unusable.line)


def take_over_rows(rows: list[Row], scope: Scope) -> None:
    """Take over notes that come as rows. Raises Unusable where it is not clear which product they are of."""
    require(scope.by, May.MANAGE)
    releases = _releases(_product(scope))
    seen = SeenBefore()
    for row in rows:
        release = releases.get(row.text("version"))
        if release is None:
            row.refuse("version", _("There is no release of this version. Import the releases first."))
        language = row.read(checks.language, "language")
        markdown = row.read(clean_markdown, "markdown")
        if release is None or language is None or markdown is None:
            continue
        if not seen.refuses(row, "version", release.id, language):
            _keep(release, language, markdown, row.findings, scope)


def _releases(product: Product) -> dict[str, Release]:
    rows = db.session.scalars(select(Release).where(Release.product_id == product.id, Release.cancelled_at.is_(None)))
    return {release.version: release for release in rows}


def _take_over_one(path: Path, releases: dict[str, Release], findings: Findings, scope: Scope) -> None:
    name = _NAME.fullmatch(path.name)
    if name is None or not path.is_file():
        raise Unusable("the name tells no release. Name each file VERSION.LANGUAGE.md, such as 2027.1.nl.md.")
    release = releases.get(name["version"])
    if release is None:
        raise Unusable(f"there is no release {name['version']}. Import the releases first.")
    try:
        markdown = clean_markdown("markdown", read_text(path, LONGEST))
    except Refused as refused:
        raise Unusable(refused.message) from None
    _keep(release, name["language"], markdown, findings, scope)


def _keep(release: Release, language: str, markdown: str, findings: Findings, scope: Scope) -> None:
    outcome, happenings = take_over_notes(release, language, markdown, scope.by, scope.now)
    findings.count(outcome)
    scope.happenings += happenings


def _product(scope: Scope) -> Product:
    if scope.only is not None:
        return scope.only
    if len(scope.products) > 1:
        raise Unusable("there are several products. Say which one: --product SLUG")
    return next(iter(scope.products.values()))
