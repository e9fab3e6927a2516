"""How maintenance goes: operators say so on its page, Today asks, and the portal shows it."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from announcements.services import announce_due
from schedules.models import Impact, MaintenanceProgress, MaintenanceWindow, Progress
from schedules.notices import Notice
from schedules.progress import start_due
from storage import db
from tenants.models import Product
from tests.faces.pages import Page, Reader
from tests.planning import planned_window
from tests.world import NOW, World, local

START, END = local("2026-12-15T22:00"), local("2026-12-16T02:00")
LONGER = "2026-12-16T04:00"
MINUTE = timedelta(minutes=1)
PORTAL = "/portal/zorggroep-de-brug"


@pytest.fixture
def window(planned: World) -> MaintenanceWindow:
    """Maintenance on 15 December that has been told."""
    window = planned_window(planned.product)
    db.session.execute(update(Notice).values(announce_at=NOW))
    db.session.commit()
    announce_due(NOW)
    return window


def page_of(window: MaintenanceWindow) -> str:
    return f"/planner/maintenance/{window.id}"


def at(moment: datetime, reader: Reader, path: str) -> Page:
    with time_machine.travel(moment, tick=False):
        return reader.get(path)


def press(moment: datetime, reader: Reader, path: str, **form: str) -> Page:
    with time_machine.travel(moment, tick=False):
        return reader.post(path, form)


def kinds() -> list[Progress]:
    db.session.rollback()
    return list(db.session.scalars(select(MaintenanceProgress.kind).order_by(MaintenanceProgress.id)))


def test_operator_says_how_it_goes(operator: Reader, window: MaintenanceWindow) -> None:
    page = page_of(window)
    assert "How it goes" not in at(START - 16 * MINUTE, operator, page).main
    assert "It is starting: mails up to 3 contacts" in at(START - 15 * MINUTE, operator, page).main

    assert press(START, operator, f"{page}/start").location == page
    longer = press(END, operator, f"{page}/longer", new_end=LONGER, reason_nl="De kopie", reason_en="The copy")
    seen = at(END, operator, page)
    done = press(END + 2 * MINUTE, operator, f"{page}/done")

    assert (longer.status, longer.location) == (302, page)
    assert "Takes longer, until Wed 16 December 2026, 04:00: The copy" in seen.main
    assert "operator@vendor.example" in seen.main
    assert "It is starting" not in seen.main
    assert (done.status, kinds()) == (302, [Progress.STARTED, Progress.LONGER, Progress.DONE])
    after = at(END + 3 * MINUTE, operator, page).main
    assert ("It is done" in after, "It takes longer" in after, "Done" in after) == (False, False, True)


def test_button_pressed_twice_says_so(operator: Reader, window: MaintenanceWindow) -> None:
    page = page_of(window)
    press(START, operator, f"{page}/done")
    press(START, operator, f"{page}/done")

    assert kinds() == [Progress.DONE]
    assert "It was said before that this maintenance is done." in at(START, operator, page).seen


def test_reason_that_it_takes_longer_is_in_both_languages(operator: Reader, window: MaintenanceWindow) -> None:
    path = f"{page_of(window)}/longer"
    half = press(START, operator, path, new_end=LONGER, reason_nl="De kopie")
    assert (half.status, half.wrong) == (
        422,
        {"reason_en": "Say it in English as well: customers read it in their own language."},
    )
    assert window.expected_until is None


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Fill in a date and a time."),
        ("2026-12-16T02:00", "This is not later than the end that is expected now. Choose a later moment."),
        ("2026-12-15T20:00", "This moment has passed. Choose a later one."),
        (
            "2027-03-28T02:30",
            "This time does not exist: the clock goes forward over it that night. Choose an hour later.",
        ),
    ],
)
def test_end_that_cannot_be_is_refused_beside_the_field(
    operator: Reader, window: MaintenanceWindow, typed: str, said: str
) -> None:
    answer = press(
        START, operator, f"{page_of(window)}/longer", new_end=typed, reason_nl="De kopie", reason_en="The <b>copy</b>"
    )

    assert (answer.status, answer.wrong) == (422, {"new_end": said})
    assert answer.value("reason_en") == "The <b>copy</b>"
    assert kinds() == []


def test_end_far_beyond_the_expected_one_is_asked_for_twice(operator: Reader, window: MaintenanceWindow) -> None:
    path, slip = f"{page_of(window)}/longer", "2027-12-16T04:00"
    answers = [
        press(START, operator, path, new_end=slip, reason_nl="De kopie", reason_en="The copy"),
        # Ticked beside another date.
        press(START, operator, path, new_end=slip, sure="2026-12-18T04:00"),
    ]
    said = "Thu 16 December 2027, 04:00 is 365 days and 2 hours after the end that is expected now."
    assert [(one.status, one.wrong["new_end"].startswith(said)) for one in answers] == [(422, True)] * 2
    assert (
        "It does take until Thu 16 December 2027, 04:00, 365 days and 2 hours longer than expected" in answers[0].main
    )
    assert f'name="sure" value="{slip}"' in re.sub(r"\s+", " ", answers[0].html)
    assert kinds() == []

    assert press(START, operator, path, new_end="2026-12-17T02:00").status == 302
    assert press(START, operator, path, new_end=slip, sure=slip).status == 302
    assert kinds() == [Progress.LONGER, Progress.LONGER]


def test_longer_starts_from_the_end_that_is_expected(operator: Reader, window: MaintenanceWindow) -> None:
    assert at(START, operator, f"{page_of(window)}/longer").value("new_end") == "2026-12-16T02:00"


def test_buttons_promise_no_mail_that_is_switched_off(operator: Reader, window: MaintenanceWindow) -> None:
    db.session.execute(update(Product).values(tells_start=False, tells_done=False, tells_longer=False))
    db.session.commit()
    seen = at(START, operator, page_of(window)).main

    assert ("It is starting" in seen, "It is done" in seen, "mails" in seen.partition("How it goes")[2][:60]) == (
        True,
        True,
        False,
    )


def test_today_asks_whether_maintenance_is_done(operator: Reader, window: MaintenanceWindow) -> None:
    start_due(START)
    question = "Is maintenance M-1 done, or does it take longer?"
    under_way = at(END - MINUTE, operator, "/planner/").main
    asked = at(END, operator, "/planner/")

    assert ("under way" in under_way, question in under_way) == (True, False)
    assert question in asked.main
    assert f'href="{page_of(window)}"' in asked.html
    assert "It should be done by now. Is it, or does it take longer?" in at(END, operator, page_of(window)).main
    press(END, operator, f"{page_of(window)}/longer", new_end=LONGER)
    later = at(END + MINUTE, operator, "/planner/").main
    assert (question in later, "takes longer than announced, until Wed 16 December 2026, 04:00" in later) == (
        False,
        True,
    )
    assert question in at(local(LONGER), operator, "/planner/").main


def test_portal_shows_how_it_goes(contact: Reader, operator: Reader, window: MaintenanceWindow) -> None:
    start_due(START)
    paths = (PORTAL, f"{PORTAL}/maintenance")
    started = [at(START, contact, path).main for path in paths]
    press(END - MINUTE, operator, f"{page_of(window)}/longer", new_end=LONGER)
    longer = [at(END + MINUTE, contact, path).main for path in paths]
    press(END + MINUTE, operator, f"{page_of(window)}/done")
    done = [at(END + MINUTE, contact, path).main for path in paths]

    words = "takes longer than announced, until Wed 16 December 2026, 04:00"
    assert [("under way" in one, words in one) for one in started] == [(True, False)] * 2
    assert [("under way" in one, words in one, "until Wed 16 December 2026, 04:00" in one) for one in longer] == [
        # The first page says on top what is on now.
        (True, True, True),
        (False, True, True),
    ]
    assert [(words in one, "done" in one.partition("Maintenance ahead")[2]) for one in done] == [(False, True)] * 2
    past = at(local("2026-12-17T09:00"), contact, f"{PORTAL}/maintenance").main
    assert "done" in past.partition("Past")[2]


@pytest.mark.parametrize("impact", [Impact.OUTAGE, Impact.NO_IMPACT])
def test_maintenance_that_is_done_is_past(contact: Reader, operator: Reader, planned: World, impact: Impact) -> None:
    window = planned_window(planned.product, impact=impact)
    db.session.execute(update(Notice).values(announce_at=NOW))
    db.session.commit()
    announce_due(NOW)
    # Begun early, and done before it was to start.
    press(START - 10 * MINUTE, operator, f"{page_of(window)}/start")
    before = at(START - 5 * MINUTE, contact, f"{PORTAL}/maintenance").main
    press(START - 5 * MINUTE, operator, f"{page_of(window)}/done")
    after = at(START + 2 * MINUTE, contact, f"{PORTAL}/maintenance").main

    ahead, past = (page.partition("Past")[::2] for page in (before, after))
    assert [["New database server" in part for part in parts] for parts in (ahead, past)] == [
        [True, False],
        [False, True],
    ]
    assert "until Tue 15 December 2026, 22:01" in past[1]


def test_maintenance_without_impact_mails_nobody_and_can_be_said(operator: Reader, planned: World) -> None:
    window = planned_window(planned.product, impact=Impact.NO_IMPACT)
    seen = at(START, operator, page_of(window)).main
    press(START, operator, f"{page_of(window)}/start")

    assert ("It is starting" in seen, "It is starting: mails" in seen) == (True, False)
    assert kinds() == [Progress.STARTED]


REMIND = "remind_before"
BOXES = ("tells_start", "tells_longer", "tells_done")


def ticked(page: Page) -> set[str]:
    """The boxes that are ticked, by name and value."""
    boxes = [
        dict(re.findall(r'(\w+)="([^"]*)"', tag)) | {"tag": tag} for tag in re.findall(r"<input\b[^>]*>", page.html)
    ]
    return {
        f"{box['name']}={box['value']}" for box in boxes if box.get("type") == "checkbox" and " checked" in box["tag"]
    }


def test_administrator_chooses_reminders_and_words_of_maintenance(admin: Reader, planned: World) -> None:
    path = "/planner/products/inconto"
    page = admin.get(path)
    assert ticked(page) == {"remind_before=P1W", "remind_before=P1D", "tells_start=y", "tells_longer=y", "tells_done=y"}
    names = ("name", "timezone", "help_desk_email", "test_period", "announce_ahead", "update_minutes")
    form = {name: page.value(name) for name in names}

    assert admin.post(path, {**form, REMIND: ["P1D", "P1M"], "tells_done": "y"}).status == 302
    product = db.session.get_one(Product, planned.product.id)
    db.session.refresh(product)
    assert (product.remind_before, product.tells_start, product.tells_longer, product.tells_done) == (
        "P1M P1D",
        False,
        False,
        True,
    )
    assert ticked(admin.get(path)) == {"remind_before=P1M", "remind_before=P1D", "tells_done=y"}
    assert admin.post(path, form).status == 302
    assert ticked(admin.get(path)) == set()
    refused = admin.post(path, {**form, REMIND: ["P1Y"]})
    assert (refused.status, refused.wrong) == (422, {REMIND: "Choose from the periods that are offered."})


def test_new_product_reminds_a_week_and_a_day_ahead(admin: Reader) -> None:
    assert ticked(admin.get("/planner/products/new")) == {
        "remind_before=P1W",
        "remind_before=P1D",
        *(f"{box}=y" for box in BOXES),
    }


def test_buttons_count_the_tenants_that_maintenance_is_for(operator: Reader, planned: World) -> None:
    alone = planned_window(planned.product, tenants=("ziekenhuis-peelrand",))
    assert "It is starting: mails up to 1 contact" in at(START, operator, page_of(alone)).main
    assert "It takes longer: mails up to 1 contact" in at(START, operator, f"{page_of(alone)}/longer").main
