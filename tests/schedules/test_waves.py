"""Waves: several tenants with one date, each one's notice period checked, moved and dropped together."""

import json
from datetime import timedelta

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from evidence.actors import NotAllowed
from evidence.chain import verify
from evidence.models import Entry
from schedules.calling_off import call_off_own_date
from schedules.errors import ChangedMeanwhile
from schedules.models import Release, Rollout
from schedules.notices import NoticeState, Says
from schedules.rollouts import give_own_date, own_date
from schedules.wave_models import Wave
from schedules.wave_queries import notices_of_wave, tenants_of, waves, waves_of
from schedules.waves import SomeCannot, drop_wave, give_wave, move_wave
from sla.breaches import Rule
from sla.terms import Change
from storage import Conflict, Refused, db
from tenants.models import Tenant
from tests.planning import (
    PRODUCTION_DEADLINE,
    counted_queries,
    moved,
    notices,
    planned_release,
    queued_mails,
    the_notice,
    told_and_given,
)
from tests.world import MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local, make_tenant

LATER = "2027-03-01T06:00"
STILL_LATER = "2027-03-15T06:00"
EARLY = local("2026-12-15T12:00")


def wave_of(release: Release, *tenants: Tenant, at: str = LATER, kind: Change = Change.PRODUCTION, **more: str) -> Wave:
    name, reason = more.get("name", "Zorg"), more.get("reason", "Jaarwisseling")
    return give_wave(release, kind, [one.id for one in tenants], local(at), name, reason, PLANNER, NOW)


def own_at(release: Release, tenant: Tenant) -> object:
    found = own_date(release, tenant, Change.PRODUCTION)
    return found and (found.planned_at, found.wave_id)


@both_databases
def test_wave_gives_each_tenant_its_date_and_stays_on_record(planned: World) -> None:
    release = planned_release(planned.product)
    third = make_tenant(planned.product, "third")
    wave = wave_of(release, planned.brug, planned.peelrand)
    assert [own_at(release, one) for one in (planned.brug, planned.peelrand)] == [(local(LATER), wave.id)] * 2
    assert own_at(release, third) is None
    assert the_notice(release, Change.PRODUCTION, planned.brug).deadline_at == local("2027-02-01T06:00")
    assert [(line.wave.name, line.tenants, line.going) for line in waves(release)] == [("Zorg", 2, 2)]
    assert notices_of_wave(wave) == [(NoticeState.PLANNED, 2)]
    assert [row[0].name for row in tenants_of(wave, 1).rows] == ["Ziekenhuis Peelrand", "Zorggroep De Brug"]
    entries = db.session.scalars(select(Entry).where(Entry.kind == "moved").order_by(Entry.id)).all()
    assert {entry.tenant_id for entry in entries} == {planned.brug.id, planned.peelrand.id}
    assert [json.loads(entry.facts)["wave"] for entry in entries] == [wave.id, wave.id]
    assert verify() == []


@both_databases
def test_all_or_none_and_who_cannot_is_named(planned: World) -> None:
    release = planned_release(planned.product)
    strict = make_tenant(planned.product, "strict", production_notice="P4M")
    ids = [planned.brug.id, strict.id]
    with pytest.raises(SomeCannot) as refused:
        give_wave(release, Change.PRODUCTION, ids, local(LATER), "Zorg", "why", PLANNER, NOW)
    (objection,) = refused.value.verdict.objections
    assert (objection.slug, [breach.rule for breach in objection.breaches]) == ("strict", [Rule.PRODUCTION_NOTICE])
    assert objection.breaches[0].clause == "the signed agreement (SLA 0)"
    assert db.session.scalars(select(Rollout)).all() == []
    assert db.session.scalars(select(Wave)).all() == []
    # Four months after a quarter of an hour from now.
    assert objection.earliest == local("2027-03-23T10:15")
    give_wave(release, Change.PRODUCTION, ids, local("2027-03-23T10:15"), "Zorg", "why", PLANNER, NOW)
    assert own_at(release, strict) is not None


def test_tenant_that_no_date_would_do_for_is_left_out_of_the_offer(planned: World) -> None:
    release = planned_release(planned.product)
    strict = make_tenant(planned.product, "strict", acceptance_notice="P3M")
    with pytest.raises(SomeCannot) as refused:
        wave_of(release, planned.brug, strict, at="2026-12-01T06:00", kind=Change.ACCEPTANCE)
    found = {one.slug: one.earliest for one in refused.value.verdict.objections}
    # Three months on, production would come too soon after it.
    assert found == {"zorggroep-de-brug": local("2026-12-07T10:15"), "strict": None}
    assert [one.slug for one in refused.value.verdict.never] == ["strict"]


def test_who_was_told_keeps_the_notice_when_put_off(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(PRODUCTION_DEADLINE - timedelta(days=1))
    late = local("2027-02-07T12:00")
    ids = [planned.brug.id, planned.peelrand.id]
    give_wave(release, Change.PRODUCTION, ids, local("2027-02-09T06:00"), "Zorg", "why", PLANNER, late)
    notice = the_notice(release, Change.PRODUCTION, planned.brug)
    assert (notice.says, notice.planned_at) == (Says.MOVED, local("2027-02-09T06:00"))
    told_and_given(late + timedelta(minutes=1))
    assert the_notice(release, Change.PRODUCTION, planned.brug).state is NoticeState.COMPLETE


@both_databases
def test_wave_is_moved_as_a_whole(planned: World) -> None:
    release = planned_release(planned.product)
    wave = wave_of(release, planned.brug, planned.peelrand)
    move_wave(wave, local(STILL_LATER), PLANNER, NOW, revision=1)
    assert {own_at(release, one) for one in (planned.brug, planned.peelrand)} == {(local(STILL_LATER), wave.id)}
    assert (wave.planned_at, wave.moved_by, wave.revision) == (local(STILL_LATER), PLANNER.name, 2)
    with pytest.raises(ChangedMeanwhile):
        move_wave(wave, local(LATER), PLANNER, NOW, revision=1)
    with pytest.raises(Refused):
        move_wave(wave, local(STILL_LATER), PLANNER, NOW, revision=2)


def test_who_is_left_out_of_a_move_keeps_its_date_and_leaves(planned: World) -> None:
    release = planned_release(planned.product)
    wave = wave_of(release, planned.brug, planned.peelrand)
    move_wave(wave, local(STILL_LATER), PLANNER, NOW, revision=1, leave_out=[planned.brug.id])
    assert own_at(release, planned.brug) == (local(LATER), None)
    assert own_at(release, planned.peelrand) == (local(STILL_LATER), wave.id)
    assert [(line.tenants, line.going) for line in waves(release)] == [(2, 1)]


def test_moving_forward_asks_every_tenants_notice_anew(planned: World) -> None:
    release = planned_release(planned.product)
    wave = wave_of(release, planned.brug, planned.peelrand)
    late = local("2027-01-20T12:00")
    with pytest.raises(SomeCannot) as refused:
        move_wave(wave, local("2027-02-15T06:00"), PLANNER, late, revision=1)
    assert len(refused.value.verdict.objections) == 2
    assert own_at(release, planned.brug) == (local(LATER), wave.id)


@both_databases
def test_dropped_wave_lets_all_go_along_and_stays_on_record(planned: World) -> None:
    release = planned_release(planned.product)
    wave = wave_of(release, planned.brug, planned.peelrand)
    drop_wave(wave, PLANNER, EARLY, revision=1, leave_out=[planned.peelrand.id])
    assert own_at(release, planned.brug) is None
    assert own_at(release, planned.peelrand) == (local(LATER), None)
    assert the_notice(release, Change.PRODUCTION, planned.brug).planned_at == release.production_at
    assert len(notices(release, Change.PRODUCTION, planned.brug)) == 1
    assert [(line.wave.dropped_by, line.tenants, line.going) for line in waves(release)] == [(PLANNER.name, 2, 0)]
    assert waves_of(planned.brug) == [wave]
    with pytest.raises(Refused):
        drop_wave(wave, PLANNER, EARLY, revision=2)
    # Its name is free again.
    wave_of(release, planned.brug)


def test_wave_is_not_dropped_once_everybody_has_it_or_too_late(planned: World) -> None:
    release = planned_release(planned.product)
    wave = wave_of(release, planned.brug)
    with pytest.raises(SomeCannot):
        drop_wave(wave, PLANNER, local("2027-01-20T12:00"), revision=1)
    with pytest.raises(Refused):
        drop_wave(wave, PLANNER, local("2027-02-09T12:00"), revision=1)
    assert own_at(release, planned.brug) == (local(LATER), wave.id)


def test_names_and_choices_that_cannot_be_used(planned: World) -> None:
    release = planned_release(planned.product)
    wave_of(release, planned.brug)
    with pytest.raises(Conflict):
        wave_of(release, planned.peelrand)
    for name, reason, tenants in (("", "why", [1]), ("Zorg 2", "", [1]), ("Zorg 2", "why", [])):
        with pytest.raises(Refused):
            give_wave(release, Change.PRODUCTION, tenants, local(LATER), name, reason, PLANNER, NOW)
    with pytest.raises(NotAllowed):
        give_wave(release, Change.PRODUCTION, [planned.peelrand.id], local(LATER), "x", "y", OPERATOR, NOW)
    assert len(waves(release)) == 1


def test_date_given_to_one_alone_takes_it_out_of_its_wave(planned: World) -> None:
    release = planned_release(planned.product)
    wave = wave_of(release, planned.brug, planned.peelrand)
    give_own_date(release, planned.brug, Change.PRODUCTION, local(STILL_LATER), "why", PLANNER, NOW)
    assert own_at(release, planned.brug) == (local(STILL_LATER), None)
    rows = {row[0].slug: row[1].wave_id for row in tenants_of(wave, 1).rows}
    assert rows == {"zorggroep-de-brug": None, "ziekenhuis-peelrand": wave.id}


def test_wave_outlasts_a_move_of_the_release_and_is_told_to_its_tenants(planned: World) -> None:
    release = planned_release(planned.product)
    wave_of(release, planned.brug)
    moved(release, production="2027-02-15T06:00")
    told_and_given(local("2027-01-31T06:00"))
    assert the_notice(release, Change.PRODUCTION, planned.brug).planned_at == local(LATER)
    assert the_notice(release, Change.PRODUCTION, planned.brug).state is NoticeState.COMPLETE
    assert queued_mails(planned.brug) == []


def test_hundreds_of_tenants_cost_the_same_queries(planned: World) -> None:
    release = planned_release(planned.product)
    few = [make_tenant(planned.product, f"few-{number}", contacts=0) for number in range(3)]
    many = [make_tenant(planned.product, f"many-{number}", contacts=0) for number in range(60)]
    planned_at = local(LATER)
    counts = []
    for name, tenants in (("few", few), ("many", many)):
        ids = [one.id for one in tenants]
        db.session.rollback()
        with counted_queries() as statements:
            wave = give_wave(release, Change.PRODUCTION, ids, planned_at, name, "why", PLANNER, NOW)
        giving = len(statements)
        with counted_queries() as statements:
            move_wave(wave, local(STILL_LATER), PLANNER, NOW, revision=1)
        moving = len(statements)
        with counted_queries() as statements:
            drop_wave(wave, PLANNER, NOW, revision=2)
        counts.append((giving, moving, len(statements)))
    assert all(of_many <= of_few for of_few, of_many in zip(*counts, strict=True))
    assert max(counts[0]) < 40


def test_wave_after_the_next_version_is_told_until_when_it_may_be(planned: World) -> None:
    release = planned_release(planned.product)
    planned_release(planned.product, "2027.2", "2027-04-12T06:00", "2027-05-10T06:00")
    with force_locale("en"), pytest.raises(SomeCannot) as some:
        wave_of(release, planned.brug, planned.peelrand, at="2027-06-20T12:00")
    said = "2027.1 cannot come after 2027.2, which comes on Mon 10 May 2027, 06:00. Choose an earlier moment."
    assert [one.obstacle for one in some.value.verdict.objections] == [said] * 2
    found = [(one.earliest, one.latest) for one in some.value.verdict.objections]
    assert (found, some.value.verdict.never) == ([(None, local("2027-05-10T05:59"))] * 2, [])


@both_databases
def test_who_does_not_get_the_update_goes_along_no_more(planned: World) -> None:
    release = planned_release(planned.product)
    third = make_tenant(planned.product, "third")
    wave = wave_of(release, planned.brug, third)
    told_and_given(local("2027-01-31T06:00"))
    rollout = own_date(release, planned.brug, Change.PRODUCTION)
    assert rollout is not None
    call_off_own_date(rollout, MANAGER, local("2027-02-20T06:00"))
    assert [line.going for line in waves(release)] == [1]
    assert sum(number for _state, number in notices_of_wave(wave)) == 1
