"""Patches: record and list (SLA 3.3)."""

from datetime import datetime

from flask_babel import gettext as _
from pydantic import ConfigDict

from entrypoints.api.calls import Answer, call
from entrypoints.api.found import the_product
from entrypoints.api.guard import caller
from entrypoints.api.shapes import Line, LocalMoment, Page, Paging, Shape, Texts
from entrypoints.guards import now
from evidence.actors import May
from schedules.lists import patches_asked
from schedules.models import Patch, Release
from schedules.patches import patch_words
from schedules.patches import record_patch as record
from schedules.queries import release_named
from storage import AllAtOnce, Refused
from storage.paging import page_of
from tenants import checks
from tenants.models import Product


class NewPatch(Shape):
    """A patch that was deployed."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "release": "2027.1",
                    "version": "2027.1.1",
                    "urgent": True,
                    "deployed_at": "2027-03-02T08:30",
                    "notes": {"nl": "Inloggen lukt weer.", "en": "Signing in works again."},
                }
            ]
        }
    )

    release: Line
    """The version of the release that it belongs to."""
    version: Line
    urgent: bool
    """Whether it could not wait."""
    deployed_at: LocalMoment
    notes: Texts


class PatchQuery(Paging):
    release: str | None = None
    """Those of the release of this version."""


class PatchAnswer(Shape):
    """A patch; nobody is mailed for it."""

    id: int
    release: str
    version: str
    urgent: bool
    deployed_at: datetime
    notes: Texts
    recorded_by: str


@call("GET", "/products/<product>/patches", may=May.LOOK, query=PatchQuery, answer=Page[PatchAnswer])
def list_patches(product: str, query: PatchQuery) -> Answer:
    """Patches of a product, the one deployed last first."""
    row = the_product(product)
    version = checks.line("release", query.release, most=40) if query.release is not None else None
    found = page_of(patches_asked(row, version), query.page, query.per_page)
    return Answer(Page[PatchAnswer].of([_answer(one) for one in found.rows], found.total, query))


@call(
    "POST",
    "/products/<product>/patches",
    may=May.OPERATE,
    body=NewPatch,
    answer=PatchAnswer,
    status=201,
    conflicts=True,
)
def record_patch(product: str, body: NewPatch) -> Answer:
    """Record that a patch of a release was deployed: it takes no slot of the year and asks for no notice."""
    row, notes = the_product(product), (body.notes.nl, body.notes.en)
    with AllAtOnce() as each:
        deployed_at = each(checks.local_moment, "deployed_at", body.deployed_at, row.zone)
        release = each(_release, row, body.release)
        if release is not None:
            each(patch_words, release, body.version, *notes)
    return Answer(_answer(record(release, body.version, body.urgent, deployed_at, *notes, caller(), now())))


def _release(product: Product, version: str) -> Release:
    release = release_named(product, checks.line("release", version, most=40))
    if release is None:
        raise Refused("release", _("There is no release of this version."))
    return release


def _answer(patch: Patch) -> PatchAnswer:
    return PatchAnswer(
        id=patch.id,
        release=patch.release.version,
        version=patch.version,
        urgent=patch.urgent,
        deployed_at=patch.deployed_at,
        notes=Texts(nl=patch.notes_nl, en=patch.notes_en),
        recorded_by=patch.recorded_by,
    )
