"""A customer asks for another date, and a planner answers. From the pages."""

import re

from sqlalchemy import select

from schedules.models import Release, Rollout
from schedules.rollouts import give_own_date
from schedules.wave_models import DateRequest, RequestState
from sla.terms import Change
from storage import db
from tenants.choosing import ChoiceFacts, set_choice
from tests.faces.dates.asked import ASK, of_brug, the_request
from tests.faces.pages import Reader
from tests.planning import queued_mails, told_and_given
from tests.world import ADMIN, MANAGER, NOW, PLANNER, World, local, make_tenant


def test_contact_asks_and_planner_gives_the_date(contact: Reader, planner: Reader, told: Release) -> None:
    assert of_brug() in contact.get("/portal/zorggroep-de-brug").html
    assert of_brug() in contact.get("/portal/zorggroep-de-brug/releases/2027.1").html
    page = contact.get(of_brug())
    # The present date is the one that does not suit.
    assert page.value("asked_for") == ""
    page = contact.post(of_brug(), ASK)
    assert page.location == of_brug()
    seen = contact.follow(page).main
    assert "Your question is with our planners." in seen
    assert "You asked for Mon 1 March 2027, 06:00, Amsterdam time (UTC+1)." in seen
    assert "You asked for Mon 1 March 2027, 06:00; we answer soon." in contact.get("/portal/zorggroep-de-brug").main

    listed = planner.get("/planner/date-requests")
    path = f"/planner/date-requests/{the_request().id}"
    assert path in listed.html
    assert "jaarafsluiting" in listed.main
    today = planner.get("/planner/")
    assert "Zorggroep De Brug asks for another date for 2027.1" in today.main
    assert f'href="{path}"' in today.html
    page = planner.get(path)
    assert page.value("offered_at") == "2027-03-01T06:00"
    assert "This date keeps every promise." in page.main
    page = planner.post(f"{path}/answer", {"answer": "yes", "offered_at": "2027-03-01T06:00", "words": ""})
    assert page.location == path
    assert "yes, on Mon 1 March 2027, 06:00" in planner.follow(page).main
    assert [mail.address for mail in queued_mails()] == ["contact1@zorggroep-de-brug.example"]
    assert db.session.scalars(select(Rollout.planned_at)).all() == [local("2027-03-01T06:00")]
    assert "asks for another date" not in planner.get("/planner/").main
    seen = contact.get(of_brug()).main
    assert "yes, on Mon 1 March 2027, 06:00" in seen
    # The move is not announced yet: until then both dates are shown, and there is nothing to ask.
    assert "Agreed: Mon 1 March 2027, 06:00, Amsterdam time (UTC+1)" in seen
    assert "was Mon 8 February 2027, 06:00" in seen
    assert "Ask for a date" not in seen


def test_proposal_is_taken_on_the_portal(contact: Reader, planner: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    path = f"/planner/date-requests/{the_request().id}/answer"
    page = planner.post(path, {"answer": "other", "offered_at": "2027-02-22T06:00", "words": ""})
    assert (page.status, list(page.wrong)) == (422, ["words"])
    planner.post(path, {"answer": "other", "offered_at": "2027-02-22T06:00", "words": "Dan kan het wel."})
    seen = contact.get(of_brug())
    assert "We propose Mon 22 February 2027, 06:00" in seen.main
    assert "Dan kan het wel." in seen.main
    page = contact.post(f"{of_brug()}/{the_request().id}/take")
    seen = contact.follow(page)
    assert "This is your date now." in seen.seen
    assert "Agreed: Mon 22 February 2027, 06:00" in seen.main
    assert "Ask for a date" not in seen.main
    assert the_request().state is RequestState.GRANTED
    confirmed = "Agreed: Mon 22 February 2027, 06:00; you get a confirmation. What was agreed"
    for path in ("/portal/zorggroep-de-brug", "/portal/zorggroep-de-brug/releases/2027.1"):
        assert confirmed in contact.get(path).main
    page = contact.post(f"{of_brug()}/{the_request().id}/take")
    assert "answered or taken back meanwhile" in contact.follow(page).seen


def test_planner_reads_in_which_language_the_answer_is_read(contact: Reader, planner: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    row = the_request()
    path = f"/planner/date-requests/{row.id}"
    # Who asked reads Dutch.
    assert "Write it in Dutch, the language of who reads it." in planner.get(path).main
    row.tenant.locale, row.contact_id = "en", None
    db.session.commit()
    assert "Write it in English, the language of who reads it." in planner.get(path).main


def test_question_is_taken_back(contact: Reader, planner: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    page = contact.post(of_brug(), ASK | {"asked_for": "2027-03-08T06:00"})
    assert page.status == 422
    assert "You have asked for a date already." in page.main
    assert "What you typed jaarafsluiting" in page.main
    page = contact.post(f"{of_brug()}/{the_request().id}/leave")
    assert "Your question is taken back" in contact.follow(page).seen
    page = planner.post(f"/planner/date-requests/{the_request().id}/answer", {"answer": "no", "words": "nee"})
    assert (page.status, the_request().state) == (422, RequestState.WITHDRAWN)


def test_yes_that_breaks_a_promise_shows_the_nearest_date_that_would_do(
    contact: Reader, planner: Reader, told: Release
) -> None:
    contact.post(of_brug(), ASK | {"asked_for": "2026-12-14T06:00"})
    path = f"/planner/date-requests/{the_request().id}"
    page = planner.get(path)
    assert (
        "This date breaks what was promised. The nearest good date at this hour: Thu 24 December 2026, 06:00."
        in page.main
    )
    assert "(SLA 3.3)" in page.wrong["offered_at"]
    page = planner.post(f"{path}/answer", {"answer": "yes", "offered_at": "2026-12-14T06:00"})
    assert page.status == 422
    offered = page.value("lay")
    # It is not the date that was asked for: a yes becomes a proposal.
    page = planner.post(f"{path}/answer", {"answer": "yes", "lay": offered, "offered_at": "2026-12-14T06:00"})
    assert (page.status, page.value("offered_at")) == (200, offered)
    assert [one for one in re.findall(r"<input[^>]*>", page.html) if "checked" in one and 'value="other"' in one]
    other = {"answer": "other", "offered_at": offered, "words": "Eerder kan niet."}
    page = planner.post(f"{path}/answer", other)
    assert page.location == path


def test_agreed_date_gives_way_to_what_is_told(contact: Reader, planner: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    answer = {"answer": "yes", "offered_at": "2027-03-01T06:00", "words": ""}
    planner.post(f"/planner/date-requests/{the_request().id}/answer", answer)
    told_and_given(NOW)
    for path in ("/portal/zorggroep-de-brug", of_brug()):
        page = contact.get(path).main
        assert "Mon 1 March 2027, 06:00, Amsterdam time (UTC+1)" in page
        assert "Agreed" not in page
    # Another date that a planner gives without being asked is not known before it is told.
    give_own_date(told, the_request().tenant, Change.PRODUCTION, local("2027-03-08T06:00"), "Vloer", MANAGER, NOW)
    for path in ("/portal/zorggroep-de-brug", of_brug()):
        page = contact.get(path).main
        assert "8 March" not in page
        assert "Agreed" not in page


def test_where_a_second_person_approves_nobody_is_promised_a_mail_at_once(contact: Reader, told: Release) -> None:
    set_choice(told.product, ChoiceFacts("P2W", ("1",), ""), ADMIN)
    told.product.needs_approval = True
    db.session.commit()
    assert "mailed once we have confirmed it: 2 contacts" in contact.get(f"{of_brug()}/choose?at=2027-02-15T06:00").main
    seen = contact.follow(contact.post(f"{of_brug()}/choose", {"at": "2027-02-15T06:00"})).main
    assert "mailed once we have confirmed it." in seen
    assert "within a minute" not in seen


def test_everybodys_list_shows_waiting_first(contact: Reader, stranger: Reader, planner: Reader, told: Release) -> None:
    assert "No customer waits for an answer." in planner.get("/planner/date-requests").main
    contact.post(of_brug(), ASK)
    stranger.post("/portal/ziekenhuis-peelrand/releases/2027.1/date", ASK)
    planner.post(f"/planner/date-requests/{the_request().id}/answer", {"answer": "no", "words": "nee"})
    listed = planner.get("/planner/date-requests").main
    waiting, _sep, rest = listed.partition("Asked before")
    assert ("Zorggroep De Brug" in waiting, "Ziekenhuis Peelrand" in waiting) == (True, False)
    assert ("Ziekenhuis Peelrand" in rest, "Zorggroep De Brug" in rest) == (True, False)
    assert "Answer : Zorggroep De Brug" in waiting
    assert the_request().kind is Change.PRODUCTION


def test_question_keeps_the_date_that_the_customer_had_been_told(
    contact: Reader, planner: Reader, told: Release, planned: World
) -> None:
    # Moved a moment ago; the customer has not heard of it.
    give_own_date(told, planned.brug, Change.PRODUCTION, local("2027-02-22T06:00"), "Uitgesteld", PLANNER, NOW)
    contact.post(of_brug(), ASK)
    row = the_request()

    assert (row.instead_of, row.told_date) == (local("2027-02-22T06:00"), local("2027-02-08T06:00"))
    listed = planner.get("/planner/date-requests").main
    assert ("instead of Mon 8 February 2027, 06:00" in listed, "22 February" in listed) == (True, False)
    page = planner.get(f"/planner/date-requests/{row.id}").main
    assert "Had been told when it asked: Mon 8 February 2027, 06:00" in page


def test_answer_page_shows_what_stands_in_the_way(contact: Reader, planner: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK | {"asked_for": "2027-03-28T06:00"})
    page = planner.get(f"/planner/date-requests/{the_request().id}").main
    assert ("2 things stand in the way." in page, "Production falls in a weekend" in page) == (True, True)


def test_many_questions_are_one_need_and_come_by_the_page(planner: Reader, planned: World, told: Release) -> None:
    moments = {"asked_for": local("2027-03-01T06:00"), "instead_of": told.production_at, "asked_at": NOW}
    for number in range(60):
        tenant = make_tenant(planned.product, f"tenant-{number:02d}", contacts=0)
        facts = {"release_id": told.id, "tenant_id": tenant.id, "kind": Change.PRODUCTION, **moments}
        for state, why in ((RequestState.WITHDRAWN, "before"), (RequestState.OPEN, "now")):
            by = "contact@tenant.example"
            db.session.add(DateRequest(**facts, state=state, asked_by=by, reason=f"{why} {number:02d}"))
    db.session.commit()

    needed = planner.get("/planner/needs")
    assert "60 tenants ask for another date of 2027.1" in needed.main
    assert "Tenant 00, Tenant 01, Tenant 02 and 57 more" in needed.main
    assert "Tenant 03" not in needed.main
    assert 'href="/planner/date-requests?product=inconto"' in needed.html
    page = planner.get("/planner/date-requests")
    now, before = page.main.split("Asked before", 1)
    assert ("1–50 of 60" in now, "now 49" in now, "now 50" in now) == (True, True, False)
    assert ("1–50 of 60" in before, "before 59" in before, "before 09" in before) == (True, True, False)
    assert 'href="/planner/date-requests?open=2&amp;product=inconto&amp;page=1"' in page.html
    assert 'href="/planner/date-requests?page=2&amp;product=inconto&amp;open=1"' in page.html
    now, before = planner.get("/planner/date-requests?open=2").main.split("Asked before", 1)
    assert ("51–60 of 60" in now, "now 49" in now, "now 50" in now) == (True, False, True)
    assert ("before 59" in before, "before 09" in before) == (True, False)
    for nonsense in ("open=x", "open=-1&page=-1", "open=99999999999999999999&page=99999999999999999999"):
        assert planner.get(f"/planner/date-requests?{nonsense}").status == 200
