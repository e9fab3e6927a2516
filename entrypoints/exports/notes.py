"""Release notes: the newest text of each release and language, published or not."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlalchemy import select

from entrypoints.imports.findings import Unusable
from release_notes.queries import drafts
from schedules.models import Release
from storage import db
from tenants.models import LANGUAGES, Product


def notes(products: dict[int, Product]) -> Iterator[dict[str, str]]:
    """The notes of a product, by release and language. Raises Unusable where it is not clear which product's."""
    if len(products) > 1:
        raise Unusable("there are several products. Say which one: --product SLUG")
    return _notes(products)


def _notes(products: dict[int, Product]) -> Iterator[dict[str, str]]:
    for release in db.session.scalars(
        select(Release)
        .where(Release.product_id.in_(products), Release.cancelled_at.is_(None))
        .order_by(Release.production_at, Release.id)
    ):
        written = drafts(release.id)
        for language in LANGUAGES:
            if language in written:
                yield {"version": release.version, "language": language, "markdown": written[language].markdown}


def write_folder(folder: Path, rows: Iterable[dict[str, str]]) -> int:
    """Write a Markdown file for each into a folder that is new or empty; returns how many. Raises Unusable else."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Unusable("there is something here already. Name a new or an empty folder.")
    folder.mkdir(exist_ok=True)
    number = 0
    for row in rows:
        number += 1
        path = folder / f"{row['version']}.{row['language']}.md"
        path.write_text(row["markdown"] + "\n", encoding="utf-8", newline="")
    return number
