"""Patches are improvements between releases: no slot, no notice (SLA 3.3)."""

from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from evidence.actors import Actor, NotAllowed
from schedules.errors import VersionExists
from schedules.models import Patch, Release
from schedules.notices import Notice
from schedules.patches import is_in_use, record_patch
from schedules.release_cancelling import cancel_release
from schedules.rollouts import give_own_date
from schedules.running import report_version
from schedules.support import support_picture
from sla.terms import Change
from sla.versions import Support
from storage import Refused, db
from tenants.models import EnvironmentKind
from tests.planning import ACCEPTANCE, PRODUCTION, in_use, messages, pass_of_the_clock, planned_release
from tests.world import ADMIN, MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local


def patched(
    release: Release, version: str = "2027.1.1", at: datetime = NOW, by: Actor = OPERATOR, nl: str = "Hersteld"
) -> Patch:
    return record_patch(release, version, True, at, nl, "Fixed:\r\n- search", by, NOW)


@both_databases
def test_patch_takes_no_slot_and_mails_nobody(planned: World) -> None:
    for one in range(1, 5):
        planned_release(planned.product, f"2027.{one}", f"2027-{one:02d}-04T06:00", f"2027-{one:02d}-25T06:00")
    before = db.session.scalar(select(func.count(Notice.id)))
    release = db.session.scalars(select(Release).where(Release.version == "2027.4")).one()

    for number in range(1, 7):
        patched(in_use(release), f"2027.4.{number}")
    pass_of_the_clock(NOW)

    assert [patch.version for patch in release.patches] == [f"2027.4.{number}" for number in range(1, 7)]
    assert db.session.scalar(select(func.count(Notice.id))) == before
    assert messages() == []


def test_patch_keeps_what_was_said_of_it(planned: World) -> None:
    patch = patched(in_use(planned_release(planned.product)), at=NOW - timedelta(days=1), nl="Hersteld\x00:\ue000")

    assert (patch.version, patch.urgent, patch.deployed_at, patch.notes_nl, patch.notes_en, patch.recorded_by) == (
        "2027.1.1",
        True,
        NOW - timedelta(days=1),
        "Hersteld:",
        "Fixed:\n- search",
        OPERATOR.name,
    )


def test_patch_has_the_support_of_its_release(planned: World) -> None:
    patched(in_use(planned_release(planned.product)))

    assert support_picture(planned.product, local(PRODUCTION)).status("2027.1.1") is Support.CURRENT


@pytest.mark.parametrize(
    ("version", "at", "nl", "field"),
    [
        pytest.param("", NOW, "Hersteld", "version", id="no-version"),
        pytest.param("2027.1", NOW, "Hersteld", "version", id="the-release-itself"),
        pytest.param("2027.10", NOW, "Hersteld", "version", id="another-release"),
        pytest.param("2026.4.1", NOW, "Hersteld", "version", id="patch-of-another"),
        pytest.param("2027.1.", NOW, "Hersteld", "version", id="no-number"),
        pytest.param("2027.1.hotfix", NOW, "Hersteld", "version", id="words"),
        pytest.param("2027.1.1.1.1", NOW, "Hersteld", "version", id="five-numbers"),
        pytest.param("2027.1.2", NOW + timedelta(minutes=5, seconds=1), "Hersteld", "deployed_at", id="to-come"),
        pytest.param("2027.1.2", NOW, "é" * 524_289, "notes_nl", id="endless-notes"),
        pytest.param("2027.1.2", NOW, "", "notes_nl", id="in-english-alone"),
    ],
)
def test_patch_refuses_nonsense_at_its_field(planned: World, version: str, at: datetime, nl: str, field: str) -> None:
    release = in_use(planned_release(planned.product))

    with pytest.raises(Refused) as refusal:
        patched(release, version, at, nl=nl)

    assert refusal.value.field == field
    assert db.session.scalar(select(func.count(Patch.id))) == 0


@pytest.mark.parametrize("version", ["2027.1.1", "2027.1.01"])
def test_patch_that_is_known_is_refused(planned: World, version: str) -> None:
    release = in_use(planned_release(planned.product))
    patched(release)

    with pytest.raises(VersionExists):
        patched(release, version)
    assert db.session.scalar(select(func.count(Patch.id))) == 1


def test_patch_allows_for_clocks_that_differ(planned: World) -> None:
    patch = patched(in_use(planned_release(planned.product)), at=NOW + timedelta(minutes=5))

    assert patch.deployed_at == NOW + timedelta(minutes=5)


def test_patch_of_a_cancelled_release_is_refused(planned: World) -> None:
    release = planned_release(planned.product)
    cancel_release(release, MANAGER, NOW)

    with pytest.raises(Refused) as refusal:
        patched(release)
    assert refusal.value.field == "release"


@both_databases
def test_patch_waits_until_somebody_runs_its_release(planned: World) -> None:
    release = planned_release(planned.product)
    with pytest.raises(Refused) as refusal:
        patched(release)
    assert (refusal.value.field, db.session.scalar(select(func.count(Patch.id)))) == ("release", 0)

    own = local("2027-01-11T06:00")
    give_own_date(release, planned.brug, Change.ACCEPTANCE, own, "First of all", PLANNER, NOW)
    moments = (NOW, own - timedelta(seconds=1), own, local(ACCEPTANCE))
    assert [is_in_use(release, moment) for moment in moments] == [False, False, True, True]
    other = planned_release(planned.product, "2027.11", "2027-03-18T06:00", "2027-04-08T06:00")
    report_version(planned.peelrand, EnvironmentKind.PRODUCTION, "2027.11", None, OPERATOR, NOW)
    assert (is_in_use(release, NOW), is_in_use(other, NOW)) == (False, True)


@pytest.mark.parametrize(("by", "allowed"), [(OPERATOR, 1), (MANAGER, 1), (ADMIN, 1), (PLANNER, 0)])
def test_patches_are_recorded_by_whoever_operates(planned: World, by: Actor, allowed: int) -> None:
    release = in_use(planned_release(planned.product))
    with suppress(NotAllowed):
        patched(release, by=by)

    assert db.session.scalar(select(func.count(Patch.id))) == allowed
