"""The page that proposes the releases of a year, and the buttons that take back what nobody was told of."""

import re

import time_machine
from flask import Flask
from sqlalchemy import select, update

from announcements.services import announce_due
from schedules.models import MaintenanceWindow, Release
from schedules.notices import Notice
from sla.terms import Change
from storage import db
from tests.faces.pages import Form, Page, Reader, everything, words
from tests.faces.planning_forms import MOMENTS, VERSIONS, announced, count, path_of, the_release
from tests.planning import ACCEPTANCE, PRODUCTION, moved, planned_release, the_notice
from tests.world import NOW, World, local

YEAR = "/planner/releases/year"


def fields(page: Page) -> Form:
    """What stands in the fields of the page, as a browser would send it."""
    found: Form = {}
    for field in re.findall(r'<input[^>]*\bname="releases-[^>]*>', page.html):
        name, value = (re.search(rf'\b{one}="([^"]*)"', field) for one in ("name", "value"))
        assert name is not None
        assert value is not None
        if 'type="checkbox"' not in field or " checked" in field:
            found[name.group(1)] = value.group(1)
    return found


def test_year_is_proposed_and_planned_as_it_is(planner: Reader) -> None:
    page = planner.get(f"{YEAR}?year=2027")
    form = fields(page)
    assert [form[f"releases-{place}-version"] for place in range(4)] == ["2027.1", "2027.2", "2027.3", "2027.4"]
    assert form["releases-0-production_at"] == "2027-02-15T06:00"
    # What stands in its fields, in words.
    assert "Mon 15 February 2027, 06:00" in page.main
    # By when the first is announced, and how long it is tested.
    assert "Production Fri 15 January 2027, 06:00" in page.main
    assert "14 days to test between the two." in page.main
    assert "Plan all of these: mails 3 contacts of 2 tenants in time" in page.main
    checked = planner.post(YEAR, form | {"year": "2027", "step": "check"})
    assert (checked.status, checked.wrong, count(Release)) == (200, {}, 0)
    assert "These dates keep every promise." in checked.main
    done = planner.post(YEAR, form | {"year": "2027", "step": "plan"})
    assert (done.status, done.location) == (302, "/planner/releases?product=inconto")
    assert "4 releases are planned." in planner.follow(done).main
    assert (count(Release), count(Notice)) == (4, 16)
    assert "There is no room for another release." in planner.get(f"{YEAR}?year=2027").main


def test_what_is_left_of_a_year_is_proposed_after_what_stands(planner: Reader, planned: World) -> None:
    planned_release(planned.product)
    form = fields(planner.get(f"{YEAR}?year=2027"))
    assert [form[f"releases-{place}-version"] for place in range(3)] == ["2027.2", "2027.3", "2027.4"]
    # At the usual weekday, hour and time to test of the last release, as far from it as from each other.
    assert [form[f"releases-{place}-production_at"] for place in range(3)] == [
        "2027-05-10T06:00",
        "2027-08-16T06:00",
        "2027-11-15T06:00",
    ]
    assert form["releases-0-acceptance_at"] == "2027-04-19T06:00"


def test_year_that_is_asked_for_is_the_next_one_with_room(planner: Reader, planned: World) -> None:
    assert "Propose the year 2027" in planner.get(YEAR).main
    with time_machine.travel(local("2027-05-03T10:00"), tick=False):
        assert "Propose the year 2027" in Reader(planner.client.application, "planner@vendor.example").get(YEAR).main
    # Of a year that is nearly over only its last days can be announced in time, and of one that is over none.
    late = planner.get(f"{YEAR}?year=2026")
    assert fields(late)["releases-0-production_at"] == "2026-12-24T06:00"
    assert "There are good days for 1 release only." in late.main
    assert "There are not enough good days left." in planner.get(f"{YEAR}?year=2025").main
    assert len(fields(planner.get(f"{YEAR}?year=2028&number=2"))) == 2 * 6


def test_refusals_stand_beside_their_release_and_nothing_is_planned(planner: Reader) -> None:
    form = fields(planner.get(f"{YEAR}?year=2027")) | {"year": "2027", "step": "plan"}
    form |= {
        "releases-1-acceptance_at": "2026-12-01T06:00",
        "releases-2-version": "2027.1",
        "releases-3-production_at": "nonsense",
    }
    before = everything()
    unread = planner.post(YEAR, form)
    assert (unread.status, set(unread.wrong)) == (422, {"releases-3-production_at"})
    page = planner.post(YEAR, form | {"releases-3-production_at": "2027-11-16T06:00"})
    assert page.status == 422
    assert set(page.wrong) == {"releases-1-acceptance_at", "releases-2-version"}
    assert "2 weeks ahead (SLA 3.3)" in page.wrong["releases-1-acceptance_at"]
    assert "nothing is planned" in page.alerts[0]
    assert everything() == before
    # The dates that would do are laid in by a button.
    offered = page.value("use")
    assert offered == "1|2027-02-16T06:00|2027-05-18T06:00"
    form |= {"releases-2-version": "2027.3", "releases-3-production_at": "2027-11-16T06:00", "step": "check"}
    laid_in = planner.post(YEAR, form | {"use": offered})
    assert (laid_in.status, laid_in.value("releases-1-acceptance_at")) == (200, "2027-02-16T06:00")
    assert everything() == before


def test_those_that_are_not_wanted_stay_out(planner: Reader) -> None:
    form = fields(planner.get(f"{YEAR}?year=2027")) | {"year": "2027", "step": "plan"}
    del form["releases-1-wanted"], form["releases-3-wanted"]
    form["releases-3-acceptance_at"] = "nonsense"
    assert planner.post(YEAR, form).status == 302
    assert [one.version for one in db.session.scalars(select(Release).order_by(Release.id))] == ["2027.1", "2027.3"]
    none = {name: value for name, value in form.items() if not name.endswith("wanted")}
    page = planner.post(YEAR, none)
    assert (page.status, page.alerts[0]) == (422, "Choose at least one release.")


NONSENSE: list[Form] = [
    {},
    {"step": "plan"},
    {"year": "nonsense", "step": "plan"},
    {"year": "99999999999999999999"},
    {"releases-0-wanted": "y", "step": "plan"},
    {"releases-99999999999-wanted": "y", "releases-99999999999-version": "2027.1", "step": "plan"},
    {"releases-x-version": "2027.1"},
    {f"releases-{place}-wanted": "y" for place in range(50)},
    {"use": "9|a|b"},
    {"use": "0|a|b", "releases-0-wanted": "y"},
    {"use": "²|a|b", "releases-0-wanted": "y"},
    {"use": f"{'9' * 5000}|a|b", "releases-0-wanted": "y"},
]


def test_nonsense_is_refused_and_writes_nothing(planner: Reader) -> None:
    right = fields(planner.get(f"{YEAR}?year=2027")) | {"year": "2027", "step": "plan"}
    before = everything()
    for form in NONSENSE:
        assert planner.post(YEAR, form).status == 422, form
    for value in MOMENTS:
        assert planner.post(YEAR, right | {"releases-0-acceptance_at": value}).status == 422, value
    for value in VERSIONS:
        if value != "2027.1\u202e":
            assert planner.post(YEAR, right | {"releases-0-version": value}).status == 422, value
    assert planner.post(YEAR, right | {"releases-0-title_nl": "x" * 201}).status == 422
    for address in ("year=x", "year=-1", "year=99999999999999999", "number=x", "number=-5", "number=99", "year=2199"):
        assert planner.get(f"{YEAR}?{address}").status == 200, address
    assert planner.get(f"{YEAR}?product=nonsense").status == 404
    assert everything() == before


def test_planner_takes_back_what_nobody_was_told_of(
    planner: Reader, release: Release, window: MaintenanceWindow
) -> None:
    for path, row in ((path_of(release), release), (f"/planner/maintenance/{window.id}", window)):
        page = planner.get(path)
        assert f'action="{path}/withdraw"' in page.html
        assert "taken back" in planner.follow(planner.post(f"{path}/withdraw")).main
        assert row.cancelled_by == "planner@vendor.example"
        assert f'action="{path}/withdraw"' not in planner.get(path).html
        assert "cannot be taken back" in planner.follow(planner.post(f"{path}/withdraw")).alerts[0]
        assert planner.post(f"{path[:-1]}999/withdraw").status == 404


def test_what_somebody_was_told_of_is_cancelled_instead(planner: Reader, viewer: Reader, release: Release) -> None:
    assert "/withdraw" not in viewer.get(path_of(release)).html
    announced(release)
    assert "/withdraw" not in planner.get(path_of(release)).html
    page = planner.follow(planner.post(path_of(release, "/withdraw")))
    assert "somebody knows of it" in page.alerts[0]
    assert the_release().cancelled_at is None


def test_move_that_nobody_heard_of_is_put_back(planner: Reader, planned: World, release: Release) -> None:
    announced(release)
    moved(release, production="2027-02-15T06:00")
    page = planner.get(path_of(release))
    assert (
        "Customers know acceptance on Mon 18 January 2027, 06:00 and production on Mon 8 February 2027, 06:00."
        in page.main
    )
    form = {name: page.value(name) for name in ("revision", "step", "acceptance_at", "production_at")}
    assert form == {"revision": "2", "step": "plan", "acceptance_at": ACCEPTANCE, "production_at": PRODUCTION}
    assert planner.post(path_of(release, "/move"), form).status == 302
    assert the_release().production_at == local(PRODUCTION)
    assert the_notice(release, Change.PRODUCTION, planned.brug).revision == 1
    assert "Put it back" not in planner.get(path_of(release)).main


def test_maintenance_that_moved_is_put_back(planner: Reader, window: MaintenanceWindow) -> None:
    path = f"/planner/maintenance/{window.id}"
    db.session.execute(update(Notice).values(announce_at=NOW))
    db.session.commit()
    assert announce_due(NOW) == 3
    form = {"revision": "1", "starts_at": "2026-12-16T22:00", "ends_at": "2026-12-17T02:00", "step": "plan"}
    assert planner.post(f"{path}/move", form).status == 302
    page = planner.get(path)
    assert "Customers know Tue 15 December 2026, 22:00 until Wed 16 December 2026, 02:00." in page.main
    back = {name: page.value(name) for name in ("revision", "step", "starts_at", "ends_at")}
    assert planner.post(f"{path}/move", back).status == 302
    db.session.refresh(window)
    assert (window.starts_at, window.ends_at) == (local("2026-12-15T22:00"), local("2026-12-16T02:00"))


def test_year_answers_while_somebody_types(planner: Reader, planned: World) -> None:
    page = planner.get(f"{YEAR}?year=2027")
    assert 'data-answers="/planner/releases/year/answer"' in page.html
    form, before = fields(page) | {"year": "2027", "product": "inconto"}, everything()
    good = planner.post(f"{YEAR}/answer", form)
    assert (good.status, "These dates keep every promise." in words(good.html)) == (200, True)
    assert "14 days to test between the two." in words(good.html)
    assert "data-field" not in good.html
    form |= {"releases-1-acceptance_at": "2026-12-01T06:00", "releases-2-version": "2027.1"}
    bad = planner.post(f"{YEAR}/answer", form)
    assert "2 releases cannot be planned so." in words(bad.html)
    assert set(re.findall(r'data-field="([^"]+)"', bad.html)) == {"releases-1-acceptance_at", "releases-2-version"}
    # Not the first that keeps the promise: the release before it is tested until then.
    assert bad.value("use") == "1|2027-02-16T06:00|2027-05-18T06:00"
    # Of what is not filled in yet nothing is said, and what cannot be read is told where it stands.
    form |= {"releases-1-acceptance_at": "", "releases-2-version": "2027.3", "releases-3-production_at": "nonsense"}
    half = planner.post(f"{YEAR}/answer", form)
    assert set(re.findall(r'data-field="([^"]+)"', half.html)) == {"releases-3-production_at"}
    form["releases-0-production_at"] = "2027-03-28T12:00"
    assert "Production falls in a weekend: Sun 28 March 2027." in words(planner.post(f"{YEAR}/answer", form).html)
    assert planner.post(f"{YEAR}/answer", {}).status == 200
    assert everything() == before


def test_only_who_plans_is_told_what_a_year_means(app: Flask, planned: World) -> None:
    assert Reader(app, "viewer@vendor.example").post(f"{YEAR}/answer", {}).status == 403
