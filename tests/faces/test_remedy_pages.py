"""What a person can do about a notice that was missed, and the record of a call, from the pages."""

import pytest
from sqlalchemy import select

from announcements.settling import watch_deadlines
from schedules.models import Release, Rollout
from schedules.notices import NoticeState, Told
from schedules.rollouts import give_own_date
from sla.terms import Change
from storage import db
from tests.faces.pages import Reader, everything
from tests.planning import planned_release, the_notice
from tests.world import MANAGER, NOW, World, local

EARLY = local("2026-08-01T12:00")


@pytest.fixture
def missed(planned: World) -> Release:
    """A release of which nobody was told acceptance in time; it is a minute past the deadline."""
    release = planned_release(
        planned.product, acceptance="2026-12-07T09:59", production="2027-01-18T06:00", now=local("2026-10-01T12:00")
    )
    watch_deadlines(NOW)
    db.session.expire_all()
    return release


def test_release_says_who_is_held_back(manager: Reader, missed: Release) -> None:
    page = manager.get(f"/planner/releases/{missed.id}")
    assert "2 tenants were not told in time, and are not updated until you decide." in page.main
    assert f"/planner/releases/{missed.id}/missed" in page.html
    listed = manager.get(f"/planner/releases/{missed.id}/missed").main
    assert "Ziekenhuis Peelrand" in listed
    assert "Zorggroep De Brug" in listed


def test_manager_lets_it_pass_with_a_reason(manager: Reader, missed: Release, planned: World) -> None:
    path = f"/planner/releases/{missed.id}/missed/acceptance"
    page = manager.post(path, {"reason_nl": "De mailserver was stuk.", "reason_en": " "})
    assert page.wrong == {"acceptance-reason_en": "Say it in English as well: customers read it in their own language."}
    page = manager.post(path, {"reason_nl": "De mailserver was stuk.", "reason_en": "The mail server broke."})
    assert page.location == f"/planner/releases/{missed.id}"
    assert "told within a minute" in manager.follow(page).seen
    assert the_notice(missed, Change.ACCEPTANCE, planned.brug).state is NoticeState.PLANNED
    assert "or it has been decided" in manager.get(f"/planner/releases/{missed.id}/missed").main


@pytest.mark.parametrize("reason", ["", "\0\u2028", "x" * 1001])
def test_letting_pass_without_a_reason_is_refused_beside_the_field(
    manager: Reader, missed: Release, reason: str
) -> None:
    before = everything()
    page = manager.post(f"/planner/releases/{missed.id}/missed/acceptance", {"reason_nl": reason, "reason_en": reason})
    assert page.status == 422
    assert 'aria-invalid="true"' in page.html
    assert everything() == before


def test_tenant_gets_a_date_of_its_own(planner: Reader, missed: Release, planned: World) -> None:
    path = f"/planner/releases/{missed.id}/tenants/zorggroep-de-brug/production"
    assert planner.get(path).value("planned_at") == "2027-01-18T06:00"
    page = planner.post(path, {"planned_at": "2027-03-01T06:00", "reason": "Jaarwisseling"})
    assert page.location == f"/planner/releases/{missed.id}"
    assert "Jaarwisseling" in planner.follow(page).main
    assert the_notice(missed, Change.PRODUCTION, planned.brug).planned_at == local("2027-03-01T06:00")
    planner.post(f"{path}/drop")
    assert db.session.scalars(select(Rollout)).all() == []


def test_what_stands_in_the_way_of_an_own_date_is_read_first(planner: Reader, missed: Release, planned: World) -> None:
    path = f"/planner/releases/{missed.id}/tenants/zorggroep-de-brug/production"
    # On Easter Sunday, and on the day of another release.
    planned_release(planned.product, "2027.2", "2027-03-28T06:00", "2027-04-26T06:00", now=NOW)
    form = {"planned_at": "2027-03-28T12:00", "reason": "Jaarwisseling"}
    before = everything()
    page = planner.post(path, form)
    said = "Production falls on the day on which 2027.2 reaches acceptance: Sun 28 March 2027."
    assert [words in page.main for words in ("Production falls in a weekend", "public holiday", said)] == [True] * 3
    assert (page.status, page.value("seen"), everything()) == (200, "2027-03-28T10:00:00+00:00", before)
    # Seen beside another date.
    assert (
        planner.post(path, form | {"planned_at": "2027-04-04T12:00", "seen": "2027-03-28T10:00:00+00:00"}).status == 200
    )
    assert everything() == before
    late = planner.post(path, form | {"planned_at": "2027-06-20T12:00"})
    assert (late.status, late.wrong["planned_at"].partition(",")[0]) == (422, "2027.1 cannot come after 2027.2")
    assert planner.post(path, form | {"seen": "2027-03-28T10:00:00+00:00"}).status == 302
    assert the_notice(missed, Change.PRODUCTION, planned.brug).planned_at == local("2027-03-28T12:00")


def test_manager_calls_off_a_date_after_everybodys(manager: Reader, planner: Reader, planned: World) -> None:
    # Everybody got it a week ago.
    release = planned_release(planned.product, acceptance="2026-10-26T06:00", production="2026-11-16T06:00", now=EARLY)
    give_own_date(release, planned.brug, Change.PRODUCTION, local("2027-03-01T06:00"), "Jaarwisseling", MANAGER, EARLY)
    path = f"/planner/releases/{release.id}/tenants/zorggroep-de-brug/production"
    assert "Call it off for this tenant" not in planner.get(path).main
    page = manager.get(path).main
    assert "Call it off for this tenant" in page
    assert "Go along with everybody again" not in page
    assert planner.post(f"{path}/call-off").status == 403
    manager.post(f"/planner/releases/{release.id}/announce/production")
    seen = manager.follow(manager.post(f"{path}/call-off")).seen
    assert "It is off for this tenant." in seen
    assert "The notice of production that was about to leave is taken back: nobody is mailed that date." in seen
    assert "Called off by manager@vendor.example" in planner.get(f"/planner/releases/{release.id}").main
    assert "This was called off before." in manager.follow(manager.post(f"{path}/call-off")).seen


def test_date_too_soon_comes_back_with_the_first_that_would_do(planner: Reader, missed: Release) -> None:
    path = f"/planner/releases/{missed.id}/tenants/zorggroep-de-brug/acceptance"
    page = planner.post(path, {"planned_at": "2026-12-01T06:00", "reason": "Proef"})
    assert page.status == 422
    (alert,) = page.alerts
    assert alert == (
        "This breaks what was promised. The nearest good date at this hour: Tue 8 December 2026, 06:00. Use this date"
    )
    offered = page.value("lay")
    laid = planner.post(path, {"lay": offered, "planned_at": "2026-12-01T06:00", "reason": "Proef"})
    assert (laid.status, laid.value("planned_at"), laid.alerts) == (200, offered, [])
    assert planner.post(path, {"planned_at": offered, "reason": "Proef"}).status == 302


def test_impossible_date_is_counted_with_a_reason_that_is_missing(planner: Reader, missed: Release) -> None:
    path = f"/planner/releases/{missed.id}/tenants/zorggroep-de-brug/acceptance"
    page = planner.post(path, {"planned_at": "2026-12-01T06:00", "reason": ""})
    assert (page.status, sorted(page.wrong)) == (422, ["planned_at", "reason"])
    assert "2 things are not right yet." in page.main


NONSENSE = [
    {"planned_at": "", "reason": "Proef"},
    {"planned_at": "2027-13-45T99:99", "reason": "Proef"},
    {"planned_at": "2020-01-01T06:00", "reason": "Proef"},
    {"planned_at": "2027-06-01T06:00", "reason": ""},
    {"planned_at": "2027-06-01T06:00", "reason": "x" * 301},
    {"planned_at": "2027-02-30T06:00\0", "reason": "Proef"},
    # The hour that the clocks skip.
    {"planned_at": "2027-03-28T02:30", "reason": "Proef"},
]


@pytest.mark.parametrize("form", NONSENSE)
def test_nonsense_as_a_date_is_refused(planner: Reader, missed: Release, form: dict[str, str]) -> None:
    before = everything()
    page = planner.post(f"/planner/releases/{missed.id}/tenants/zorggroep-de-brug/production", form)
    assert page.status == 422
    assert everything() == before


@pytest.mark.parametrize("slug", ["nobody", "ziekenhuis-peelrand%00"])
def test_date_for_nobody_is_not_found(planner: Reader, missed: Release, slug: str) -> None:
    assert planner.get(f"/planner/releases/{missed.id}/tenants/{slug}/production").status == 404


def test_call_is_recorded_from_the_tenants_page(operator: Reader, planned: World) -> None:
    release = planned_release(planned.product)
    notice = the_notice(release, Change.ACCEPTANCE, planned.brug)
    assert f"/planner/notices/{notice.id}/told" in operator.get("/planner/tenants/zorggroep-de-brug").html
    path = f"/planner/notices/{notice.id}/told"
    assert operator.get(path).value("told_at") == "2026-11-23T10:00"
    page = operator.post(path, {"channel": "telephone", "person": "mevrouw De Wit", "told_at": "2026-11-23T10:00"})
    assert page.location == "/planner/tenants/zorggroep-de-brug/evidence?year=2027"
    assert "Called mevrouw De Wit on Mon 23 November 2026, 10:00" in operator.follow(page).main
    assert the_notice(release, Change.ACCEPTANCE, planned.brug).given_at == NOW


@pytest.mark.parametrize(
    "form",
    [
        {"channel": "pigeon", "person": "De Wit", "told_at": "2026-11-23T10:00"},
        {"channel": "letter", "person": "", "told_at": "2026-11-23T10:00"},
        {"channel": "letter", "person": "De Wit", "told_at": "2026-11-24T10:00"},
        {"channel": "letter", "person": "De Wit", "told_at": "yesterday"},
    ],
)
def test_nonsense_as_a_call_is_refused_beside_its_field(operator: Reader, planned: World, form: dict[str, str]) -> None:
    notice = the_notice(planned_release(planned.product), Change.ACCEPTANCE, planned.brug)
    page = operator.post(f"/planner/notices/{notice.id}/told", form)
    assert page.status == 422
    assert 'aria-invalid="true"' in page.html
    assert db.session.scalars(select(Told)).all() == []
