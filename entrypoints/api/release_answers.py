"""Make of a release what programs read; however many there are, with the same number of queries."""

from collections.abc import Sequence
from typing import Literal

from entrypoints.api.release_shapes import NotesWritten, ReleaseAnswer, Slot, Step, Strictest
from entrypoints.api.shapes import WaiverAnswer, Words
from entrypoints.guards import now
from release_notes.queries import languages_written
from schedules.announce_by import Agreed, AnnounceBy
from schedules.given import Given, releases_given
from schedules.models import Release, Waiver
from schedules.states import release_state
from sla.terms import Change
from tenants.models import EnvironmentKind, Product


def release_answers(product: Product, releases: Sequence[Release]) -> list[ReleaseAnswer]:
    """Return releases of one product as programs read them, in their order."""
    ids = [release.id for release in releases]
    agreed, given, notes = Agreed.of(product), releases_given(ids), languages_written(ids)
    return [_answer(release, agreed, given, notes.get(release.id, {})) for release in releases]


def release_answer(release: Release) -> ReleaseAnswer:
    return release_answers(release.product, [release])[0]


def _answer(release: Release, agreed: Agreed, given: Given, notes: dict[str, bool]) -> ReleaseAnswer:
    def step(kind: EnvironmentKind) -> Step:
        change, planned_at = Change(kind.value), release.planned_at(kind)
        deadlines = agreed.announce_by(change, planned_at)
        return Step(
            planned_at=planned_at,
            announce_by=deadlines.by_sla,
            strictest=strictest(deadlines),
            given_at=given.get((release.id, change)),
        )

    return ReleaseAnswer(
        id=release.id,
        product=agreed.product.slug,
        version=release.version,
        title=Words(nl=release.title_nl, en=release.title_en),
        state=release_state(release, now()),
        slot=Slot(year=release.year, number=release.slot) if release.slot is not None else None,
        acceptance=step(EnvironmentKind.ACCEPTANCE),
        production=step(EnvironmentKind.PRODUCTION),
        notes=NotesWritten(nl=_how_far(notes, "nl"), en=_how_far(notes, "en")),
        waivers=waiver_answers(release.waivers),
        planned_by=release.planned_by,
        created_at=release.created_at,
        cancelled_at=release.cancelled_at,
        revision=release.revision,
    )


def strictest(deadlines: AnnounceBy) -> Strictest:
    return Strictest(announce_by=deadlines.strictest, tenants=deadlines.tenants)


def waiver_answers(waivers: Sequence[Waiver]) -> list[WaiverAnswer]:
    return [
        WaiverAnswer(
            rule=one.rule,
            clause=one.clause,
            given=one.given,
            required=one.required,
            reason=one.reason("nl"),
            reason_words=Words(nl=one.reason_nl, en=one.reason_en),
            waived_by=one.waived_by,
            waived_at=one.waived_at,
            tenant=one.tenant.slug if one.tenant is not None else None,
        )
        for one in waivers
    ]


def _how_far(notes: dict[str, bool], language: str) -> Literal["draft", "published"] | None:
    if language not in notes:
        return None
    return "published" if notes[language] else "draft"
