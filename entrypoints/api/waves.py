"""Waves: several tenants with one date of their own for an update, given, moved and dropped together (SLA 3.3)."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _

from entrypoints.api.calls import Answer, IfMatch, call
from entrypoints.api.found import the_release, the_wave
from entrypoints.api.guard import caller
from entrypoints.api.own_date_shapes import NewWave, WaveAnswer, WaveChange, WaveEnd
from entrypoints.api.revisions import must_match
from entrypoints.api.shapes import Page, Paging
from entrypoints.guards import now
from evidence.actors import May
from schedules.models import Release
from schedules.wave_models import Wave
from schedules.wave_queries import WaveLine, line_of, waves
from schedules.waves import drop_wave, give_wave, move_wave, wave_words
from sla.terms import Change
from storage import AllAtOnce, Refused
from tenants import checks
from tenants.queries import ids_by_slug


@call("GET", "/releases/<int:release_id>/waves", may=May.LOOK, query=Paging, answer=Page[WaveAnswer])
def list_waves(release_id: int, query: Paging) -> Answer:
    """The waves of a release by date, those that were dropped last."""
    return Answer(Page[WaveAnswer].part_of(waves(the_release(release_id)), query, _answer))


@call(
    "POST",
    "/releases/<int:release_id>/waves",
    may=May.PLAN,
    body=NewWave,
    answer=WaveAnswer,
    status=201,
    tagged=True,
    located=True,
    conflicts=True,
)
def give_a_wave(release_id: int, body: NewWave) -> Answer:
    """Give several tenants one date of their own, all or none; each is told as everybody is.

    Where some cannot have it 422 names each with the reason, and the promises that would be broken. A name that another
    wave of the update has is 409.
    """
    release = the_release(release_id)
    with AllAtOnce() as each:
        planned_at = each(checks.local_moment, "planned_at", body.planned_at, release.product.zone)
        ids = each(_ids, release, "tenants", body.tenants)
        each(wave_words, body.name, body.reason)
    wave = give_wave(release, Change(body.kind), ids, planned_at, body.name, body.reason, caller(), now())
    return _shown(wave, new=True)


@call("GET", "/waves/<int:wave_id>", may=May.LOOK, answer=WaveAnswer, tagged=True)
def get_wave(wave_id: int) -> Answer:
    """A wave."""
    return _shown(the_wave(wave_id))


@call(
    "PATCH",
    "/waves/<int:wave_id>",
    may=May.PLAN,
    body=WaveChange,
    answer=WaveAnswer,
    if_match=IfMatch.REQUIRED,
    tagged=True,
)
def move_a_wave(wave_id: int, body: WaveChange) -> Answer:
    """Give those who still go along with a wave another date, all or none. Whoever was told of the old one is told."""
    wave = the_wave(wave_id)
    must_match(str(wave.revision))
    release = wave.release
    with AllAtOnce() as each:
        planned_at = each(checks.local_moment, "planned_at", body.planned_at, release.product.zone)
        out = each(_ids, release, "leave_out", body.leave_out or [])
    move_wave(wave, planned_at, caller(), now(), revision=wave.revision, leave_out=out)
    return _shown(wave)


@call(
    "POST",
    "/waves/<int:wave_id>/drop",
    may=May.PLAN,
    body=WaveEnd,
    answer=WaveAnswer,
    if_match=IfMatch.REQUIRED,
    tagged=True,
)
def drop_a_wave(wave_id: int, body: WaveEnd) -> Answer:
    """Let those who still go along with a wave go along with everybody again. The wave stays on record."""
    wave = the_wave(wave_id)
    must_match(str(wave.revision))
    out = _ids(wave.release, "leave_out", body.leave_out or [])
    drop_wave(wave, caller(), now(), revision=wave.revision, leave_out=out)
    return _shown(wave)


def _ids(release: Release, field: str, slugs: Sequence[str]) -> list[int]:
    """The ids of the tenants that are named. Raises Refused for a name that none of the product has."""
    found = ids_by_slug(release.product, slugs)
    unknown = next((slug for slug in slugs if slug not in found), None)
    if unknown is not None:
        raise Refused(field, _("There is no tenant %(slug)s of this product.", slug=unknown))
    return list(found.values())


def _shown(wave: Wave, *, new: bool = False) -> Answer:
    location = url_for("api.get_wave", wave_id=wave.id) if new else None
    return Answer(_answer(line_of(wave)), str(wave.revision), location)


def _answer(line: WaveLine) -> WaveAnswer:
    wave = line.wave
    return WaveAnswer(
        id=wave.id,
        release=wave.release_id,
        name=wave.name,
        kind="acceptance" if wave.kind is Change.ACCEPTANCE else "production",
        planned_at=wave.planned_at,
        reason=wave.reason,
        tenants=line.tenants,
        going=line.going,
        set_by=wave.set_by,
        set_at=wave.set_at,
        moved_by=wave.moved_by,
        moved_at=wave.moved_at,
        dropped_by=wave.dropped_by,
        dropped_at=wave.dropped_at,
        revision=wave.revision,
    )
