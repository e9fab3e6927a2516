"""The year on one page: drawn for wide screens and paper, as a list for narrow ones."""

import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import update

from schedules.freezes import FreezeFacts, add_freeze
from schedules.models import Release
from schedules.notices import Notice, NoticeState
from schedules.release_cancelling import cancel_release
from schedules.rollouts import give_own_date
from sla.terms import Change
from storage import db
from tests.faces.pages import Page, Reader, words
from tests.planning import ACCEPTANCE_DEADLINE, planned_release, planned_window, told_and_given
from tests.world import MANAGER, NOW, PLANNER, World, local, make_product

PAGE = "/planner/year?year=2027"
CLOCK = "Amsterdam time (UTC+1)"


@dataclass(frozen=True)
class Drawn:
    """A mark of the drawing: what it says, where it leads, and which sign it is."""

    name: str
    href: str
    sign: str
    x: float


def drawn(page: Page) -> list[Drawn]:
    svg = page.html.partition('<svg viewBox="0 0 1128')[2].partition("</svg>")[0]
    found = []
    for href, inner in re.findall(r'<a href="([^"]+)">(.*?)</a>', svg, re.DOTALL):
        name = re.search(r"<title>(.*?)</title>", inner, re.DOTALL)
        shape = re.search(r'<use href="#([^"]+)"\s+x="([^"]+)"', inner)
        bar = re.search(r'<rect class="bar (\w+)"\s+x="([^"]+)"', inner) or re.search(
            r'<line class="(testing)-line"\s+x1="([^"]+)"', inner
        )
        sign, x = (shape or bar).groups() if shape or bar else ("", "0")  # type: ignore[union-attr]
        assert name is not None
        found.append(Drawn(unescape(words(name.group(1))), href, sign, float(x)))
    return found


def listed(page: Page) -> list[str]:
    """The rows of the list, months and all."""
    table = page.html.partition('<table class="board cards">')[2].partition("</table>")[0]
    return [words(row) for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL)][1:]


@pytest.fixture
def release(planned: World) -> Release:
    return planned_release(planned.product, "2027.1", "2027-02-08T07:00", "2027-03-15T06:00")


def test_every_mark_is_a_link_that_says_what_its_shape_shows(planner: Reader, release: Release) -> None:
    page = planner.get(PAGE)
    marks = [one for one in drawn(page) if one.sign != "holiday"]
    path = f"/planner/releases/{release.id}"
    notice = "Notice: 0 of 2 tenants told"
    assert [(one.sign, one.href, one.name) for one in marks] == [
        (
            "told-planned",
            f"{path}#notices",
            f"Mon 25 January 2027, 07:00, {CLOCK}: announce 2027.1 in acceptance by then. 0 of 2 tenants told",
        ),
        (
            "acceptance",
            path,
            f"Mon 8 February 2027, 07:00, {CLOCK}: 2027.1 in acceptance: Faster search. {notice}",
        ),
        ("testing", path, "Mon 8 February 2027 to Mon 15 March 2027: customers test 2027.1"),
        (
            "told-planned",
            f"{path}#notices",
            f"Mon 15 February 2027, 06:00, {CLOCK}: announce 2027.1 in production by then. 0 of 2 tenants told",
        ),
        (
            "production",
            path,
            f"Mon 15 March 2027, 06:00, {CLOCK}: 2027.1 in production: Faster search. {notice}",
        ),
        *[
            ("", "/planner/releases/new?product=inconto", f"Slot {slot} of 2027 is free: plan a release")
            for slot in (2, 3, 4)
        ],
    ]


def test_marks_stand_where_their_day_is(planner: Reader, release: Release) -> None:
    marks = drawn(planner.get(PAGE))
    x = {one.name.split(",")[0].split(":")[0]: one.x for one in marks}
    # 988 of the drawing's 1128 are the year's; 8 February is its 39th day.
    assert x["Fri 1 January 2027"] == 132
    assert x["Mon 8 February 2027"] == round(132 + 988 * (38 + 7 / 24) / 365, 1)
    assert x["Mon 15 March 2027"] == round(132 + 988 * (73 + 6 / 24) / 365, 1)
    places = [one.x for one in marks if one.sign and one.sign != "testing"]
    assert places == sorted(places)


def test_list_says_the_same_by_month(planner: Reader, release: Release) -> None:
    rows = listed(planner.get(PAGE))
    assert rows[:6] == [
        "January",
        "Fri 1 January 2027 public holiday: New Year's Day",
        "Mon 25 January 2027, 07:00 announce 2027.1 in acceptance by then 0 of 2 tenants told",
        "February",
        "Mon 8 February 2027, 07:00 2027.1 in acceptance: Faster search Notice: 0 of 2 tenants told",
        "Mon 8 February 2027 to Mon 15 March 2027 customers test 2027.1",
    ]
    assert len([row for row in rows if " " in row]) == len([one for one in drawn(planner.get(PAGE)) if one.sign])


def test_reader_may_have_the_list_alone(planner: Reader, release: Release) -> None:
    page = planner.get(f"{PAGE}&view=list")
    assert (drawn(page), "<figure" in page.html) == ([], False)
    assert "customers test 2027.1" in page.main
    assert "As a drawing" in page.main
    # And keeps it from year to year.
    assert 'href="/planner/year?product=inconto&amp;year=2028&amp;view=list"' in page.html


@pytest.mark.parametrize(
    ("missed", "sign", "said", "where"),
    [
        (False, "told-partly", "1 of 2 tenants told", "#notices"),
        (True, "told-missed", "1 of 2 tenants told, 1 missed", "/missed"),
    ],
)
def test_notices_show_how_far_they_are(
    planner: Reader, release: Release, planned: World, missed: bool, sign: str, said: str, where: str
) -> None:
    for tenant, state in (
        (planned.brug, NoticeState.COMPLETE),
        (planned.peelrand, NoticeState.MISSED if missed else NoticeState.PLANNED),
    ):
        db.session.execute(update(Notice).where(Notice.tenant_id == tenant.id).values(state=state))
    db.session.commit()
    notices = [one for one in drawn(planner.get(PAGE)) if one.sign.startswith("told-")]
    assert [(one.sign, one.href) for one in notices] == [(sign, f"/planner/releases/{release.id}{where}")] * 2
    assert [one.name.rpartition(". ")[2] for one in notices] == [said] * 2


def test_what_was_given_is_filled(planner: Reader, planned: World) -> None:
    planned_release(planned.product)
    told_and_given(ACCEPTANCE_DEADLINE - timedelta(days=1))
    signs = [one.sign for one in drawn(planner.get(PAGE)) if one.sign.startswith("told-")]
    assert signs == ["told-given", "told-given"]
    assert "2 of 2 tenants told" in planner.get(PAGE).main


def test_maintenance_freezes_and_own_dates_lead_to_where_more_is_said(
    planner: Reader, release: Release, planned: World
) -> None:
    window = planned_window(planned.product, "2027-01-12T22:00", "2027-01-13T02:00")
    days = local("2027-06-01T00:00").date(), local("2027-06-05T00:00").date()
    freeze = add_freeze(planned.product, FreezeFacts(str(days[0]), str(days[1]), "Druk", "Busy <b>"), PLANNER, NOW)
    give_own_date(release, planned.brug, Change.PRODUCTION, local("2027-04-05T06:00"), "Test", PLANNER, NOW)
    marks = {one.sign: one for one in drawn(planner.get(PAGE))}
    assert (marks["maintenance"].href, marks["maintenance"].name) == (
        f"/planner/maintenance/{window.id}",
        (
            f"Tue 12 January 2027, 22:00 to Wed 13 January 2027, 02:00, {CLOCK}: maintenance M-1: New database server "
            "(production, not available). Notice: 0 of 2 tenants told"
        ),
    )
    assert (marks["freeze"].href, marks["freeze"].name) == (
        f"/planner/freezes#freeze-{freeze.id}",
        "Tue 1 June 2027 to Sat 5 June 2027: freeze: Busy <b>",
    )
    assert (marks["own-production"].href, marks["own-production"].name) == (
        f"/planner/releases/{release.id}#own-dates",
        "Mon 5 April 2027, 06:00, Amsterdam time (UTC+2): 2027.1 in production of 1 tenant with a date of its own",
    )
    assert marks["holiday"].href == "/planner/freezes#holidays-2027"
    pages = [planner.get("/planner/freezes").html, planner.get(f"/planner/releases/{release.id}").html]
    assert f'id="freeze-{freeze.id}"' in pages[0]
    assert 'id="holidays-2027"' in pages[0]
    assert all(f'id="{anchor}"' in pages[1] for anchor in ("notices", "own-dates"))


def test_release_over_new_year_points_to_the_other_one(planner: Reader, planned: World) -> None:
    planned_release(planned.product, "2028.1", "2027-12-13T07:00", "2028-01-24T06:00")
    before, after = planner.get(PAGE), planner.get("/planner/year?year=2028")
    assert "24 Jan 2028 ›" in before.main
    assert "counts in 2028" in before.main
    assert "0 of 4 releases used" in before.main
    assert "‹ 13 Dec 2027" in after.main
    assert "1 of 4 releases used" in after.main


def test_slot_keeps_its_number_when_another_becomes_free(planner: Reader, planned: World, release: Release) -> None:
    second = planned_release(planned.product, "2027.2", "2027-05-03T07:00", "2027-06-07T06:00")
    cancel_release(release, MANAGER, NOW)
    page = planner.get(PAGE)
    assert "2 of 4 in 2027 (SLA 3.3)" in planner.get(f"/planner/releases/{second.id}").main
    assert re.findall(r"slot \d", page.main) == ["slot 2", "slot 1", "slot 3", "slot 4"]


def test_what_is_called_off_stands_below(planner: Reader, release: Release) -> None:
    cancel_release(release, MANAGER, NOW)
    page = planner.get(PAGE)
    assert "2027.1 in production, which was planned for Mon 15 March 2027, 06:00" in page.main
    assert [one.sign for one in drawn(page) if one.sign not in {"", "holiday"}] == []


def test_service_hours_and_the_zone_are_said(planner: Reader) -> None:
    page = planner.get(PAGE)
    assert "Service hours: 08:00 to 20:00, every day; maintenance is planned outside them (SLA 3.1)." in page.main
    assert "Times are those of Europe/Amsterdam." in page.main


def test_today_is_a_line_in_its_own_year(planner: Reader) -> None:
    assert "today, 23 Nov" in planner.get("/planner/year").main
    assert "today," not in planner.get(PAGE).main


@pytest.mark.parametrize(
    ("asked", "year"),
    [("", 2026), ("2031", 2031), ("1999", 2026), ("2200", 2026), ("nonsense", 2026), ("-1", 2026), ("9" * 30, 2026)],
)
def test_year_is_the_one_asked_for_or_this_one(planner: Reader, asked: str, year: int) -> None:
    page = planner.get(f"/planner/year?year={asked}&view=nonsense")
    assert (page.status, f"<h1>Inconto {year}</h1>" in page.html) == (200, True)


@pytest.mark.parametrize("year", [2000, 2199])
def test_first_and_last_year_lead_to_no_other(planner: Reader, year: int) -> None:
    page = planner.get(f"/planner/year?year={year}")
    assert page.status == 200
    years = set(re.findall(r"year=(\d+)", page.html))
    assert {str(one) for one in (year - 1, year + 1)} & years == {"2001" if year == 2000 else "2198"}


def test_products_have_a_year_each(app: Flask, planner: Reader, release: Release) -> None:
    other = make_product("other", "Other")
    planned_release(other, "9.9")
    page = planner.get(f"{PAGE}&product=other")
    assert "<h1>Other 2027</h1>" in page.html
    assert "9.9" in page.main
    assert "2027.1" not in page.main
    assert 'href="/planner/year?product=inconto&amp;year=2027"' in page.html
    # Whoever reads the list goes on reading it.
    of_list = planner.get(f"{PAGE}&product=other&view=list")
    assert 'href="/planner/year?product=inconto&amp;year=2027&amp;view=list"' in of_list.html
    assert planner.get(f"{PAGE}&product=nowhere").status == 404


def test_viewer_is_offered_no_slot_to_plan_in(app: Flask, planned: World) -> None:
    page = Reader(app, "viewer@vendor.example").get(PAGE)
    assert page.status == 200
    assert "/releases/new" not in page.html
    assert "/releases/year" not in page.html
    assert "free" in page.main


def test_year_with_room_leads_to_a_proposal_for_it(planner: Reader, planned: World) -> None:
    proposal = "/planner/releases/year?product=inconto&amp;year=2027&amp;number=4"
    assert proposal in planner.get(PAGE).html
    assert planner.get(unescape(proposal)).status == 200
    for number, month in enumerate((2, 5, 8, 11), 1):
        planned_release(planned.product, f"2027.{number}", f"2027-{month:02d}-01T07:00", f"2027-{month:02d}-28T06:00")
    assert "/planner/releases/year" not in planner.get(PAGE).html


def test_free_slots_of_the_past_were_not_used(planner: Reader) -> None:
    page = planner.get("/planner/year?year=2025")
    assert "/releases/new" not in page.html
    assert "not used" in page.main


def test_title_of_any_kind_is_shown_as_it_is(planner: Reader, planned: World, release: Release) -> None:
    release.title_en = "<b>Faster</b> & 'better' \"so\" " + "x" * 60
    db.session.commit()
    page = planner.get(PAGE)
    assert release.title_en in page.main
    assert "<b>Faster" not in page.html


def test_list_marks_today_in_its_place_and_leads_there(planner: Reader, planned: World) -> None:
    planned_window(
        planned.product, "2026-11-10T22:00", "2026-11-11T01:00", reference="M-1", now=local("2026-10-01T09:00")
    )
    planned_window(
        planned.product, "2026-11-24T22:00", "2026-11-25T01:00", reference="M-2", now=local("2026-10-01T09:00")
    )
    for view in ("", "&view=list"):
        page = planner.get(f"/planner/year?year=2026{view}")
        assert '<a class="to-today" href="#today">To today</a>' in page.html
        rows = page.html.partition('<table class="board cards">')[2]
        before, today, after = rows.partition('<tr class="today" id="today">')
        assert today
        assert ("maintenance M-1: " in before, "maintenance M-2: " in after) == (True, True)
        assert words(after).startswith("Today, Mon 23 November 2026")
        assert words(before).count("November") > 0
    assert "#today" not in planner.get(PAGE).html


def test_today_has_a_month_of_its_own_where_nothing_else_is(planner: Reader, planned: World) -> None:
    page = planner.get("/planner/year?year=2026")
    months = re.findall(r'id="month-(\d+)"', page.html)
    assert "11" in months
    assert months == sorted(months, key=int)
