"""A customer asks for another date, or chooses one; a planner answers. From the pages."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from schedules.choosing import choose_date
from schedules.models import Release, Rollout
from schedules.rollouts import give_own_date
from schedules.running import report_version
from schedules.wave_models import DateRequest, RequestState
from sla.terms import Change
from storage import db
from tenants.choosing import ChoiceFacts, set_choice
from tenants.models import EnvironmentKind
from tests.faces.pages import Reader, everything, words
from tests.planning import planned_release, queued_mails, told_and_given
from tests.world import ADMIN, MANAGER, NOW, OPERATOR, PLANNER, World, local, make_tenant

ASK = {"asked_for": "2027-03-01T06:00", "reason": "jaarafsluiting"}


@pytest.fixture
def told(planned: World) -> Release:
    """A release of which everybody was told both dates."""
    release = planned_release(
        planned.product, acceptance="2026-12-07T10:00", production="2027-02-08T06:00", now=local("2026-10-01T12:00")
    )
    release.product.announce_ahead = "P3M"
    release.product.plan_revision += 1
    db.session.commit()
    told_and_given(NOW)
    return release


def of_brug(version: str = "2027.1") -> str:
    return f"/portal/zorggroep-de-brug/releases/{version}/date"


def the_request() -> DateRequest:
    return db.session.scalars(
        select(DateRequest).order_by(DateRequest.id.desc()).limit(1).execution_options(populate_existing=True)
    ).one()


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
    page = contact.post(f"{of_brug()}/{the_request().id}/leave")
    assert "Your question is taken back" in contact.follow(page).seen
    page = planner.post(f"/planner/date-requests/{the_request().id}/answer", {"answer": "no", "words": "nee"})
    assert (page.status, the_request().state) == (422, RequestState.WITHDRAWN)


def test_yes_that_breaks_a_promise_shows_the_first_date_that_would_do(
    contact: Reader, planner: Reader, told: Release
) -> None:
    contact.post(of_brug(), ASK | {"asked_for": "2026-12-14T06:00"})
    path = f"/planner/date-requests/{the_request().id}"
    page = planner.get(path)
    assert "This date breaks what was promised. The first possible moment is" in page.main
    assert "(SLA 3.3)" in page.wrong["offered_at"]
    page = planner.post(f"{path}/answer", {"answer": "yes", "offered_at": "2026-12-14T06:00"})
    assert page.status == 422
    offered = page.value("lay")
    page = planner.post(f"{path}/answer", {"lay": offered, "offered_at": "2026-12-14T06:00"})
    assert (page.status, page.value("offered_at")) == (200, offered)
    other = {"answer": "other", "offered_at": offered, "words": "Eerder kan niet.", "seen": page.value("seen")}
    page = planner.post(f"{path}/answer", other)
    assert page.location == path


def test_page_of_a_question_answers_while_somebody_types(contact: Reader, planner: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    path = f"/planner/date-requests/{the_request().id}"
    assert f'data-answers="{path}/means"' in planner.get(path).html
    before = everything()
    page = planner.post(f"{path}/means", {"answer": "yes", "offered_at": "2027-03-28T12:00"})
    said = words(page.html)
    assert "This date keeps every promise. 3 things stand in the way." in said
    assert "Production falls on a public holiday" in said
    assert "Production Sun 28 February 2027, 12:00" in said
    assert "2 contacts of 1 tenant were told the old time, and hear of the new one at once." in said
    assert 'data-chosen="offered_at" data-words="Sun 28 March 2027, 12:00"' in page.html
    assert "Who reads your answer Contact 1" in said
    early = {"offered_at": "2026-12-14T06:00"}
    page = planner.post(f"{path}/means", early | {"answer": "yes"})
    assert "The first possible moment is Wed 23 December 2026, 10:15" in words(page.html)
    assert re.search(r'data-field="offered_at">[^<]*\(SLA 3.3\)', page.html)
    # Nobody is mailed of what is only proposed, and a no asks for no date.
    page = planner.post(f"{path}/means", {"answer": "other", "offered_at": ASK["asked_for"]})
    assert "Who is mailed" not in page.html
    assert re.search(r'data-field="offered_at">This is the date that was asked for', page.html)
    page = planner.post(f"{path}/means", early | {"answer": "no"})
    assert "Its date stays: Mon 8 February 2027, 06:00." in words(page.html)
    assert "data-field" not in page.html
    assert everything() == before


def test_what_stands_in_the_way_of_an_answer_is_read_first(contact: Reader, planner: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    path = f"/planner/date-requests/{the_request().id}"
    form = {"answer": "yes", "offered_at": "2027-03-28T12:00", "words": ""}
    page = planner.post(f"{path}/answer", form)
    assert (page.status, the_request().state) == (200, RequestState.OPEN)
    assert "Something stands in the way of this date." in page.main
    assert "Production falls on a public holiday" in page.main
    assert planner.post(f"{path}/answer", form | {"seen": page.value("seen")}).location == path


def test_contact_chooses_a_date_after_seeing_what_it_means(contact: Reader, planner: Reader, told: Release) -> None:
    assert "Choose a date yourself" not in contact.get(of_brug()).main
    set_choice(told.product, ChoiceFacts("P2W", ("1",), ""), ADMIN)
    page = contact.get(of_brug())
    assert 'value="2027-02-15T06:00"' in page.html
    page = contact.get(f"{of_brug()}/choose?at=2027-02-15T06:00")
    assert "gets 2027.1 then, instead of on Mon 8 February 2027, 06:00" in page.main
    assert "2 contacts" in page.main
    assert db.session.scalars(select(Rollout)).all() == []
    page = contact.post(f"{of_brug()}/choose", {"at": "2027-02-15T06:00"})
    seen = contact.follow(page).main
    assert "This is your date now." in seen
    assert "Chosen by contact1@zorggroep-de-brug.example" in seen
    assert "Chosen by the customer." in planner.get(f"/planner/releases/{told.id}").main
    # Pressed twice: it is the present date already.
    assert (
        "cannot be chosen any more"
        in contact.follow(contact.post(f"{of_brug()}/choose", {"at": "2027-02-15T06:00"})).seen
    )
    assert len(db.session.scalars(select(Rollout)).all()) == 1


def test_choice_of_a_colleague_is_not_overwritten_unseen(contact: Reader, told: Release, planned: World) -> None:
    set_choice(told.product, ChoiceFacts("P2W", ("1",), ""), ADMIN)
    page = contact.get(f"{of_brug()}/choose?at=2027-02-22T06:00")
    choose_date(told, planned.brug.contacts[1], local("2027-02-15T06:00"), NOW)
    form = {"at": "2027-02-22T06:00", "instead_of": page.value("instead_of")}
    seen = contact.follow(contact.post(f"{of_brug()}/choose", form)).seen
    assert "Your date has changed since you opened the page: it is Mon 15 February 2027, 06:00 now." in seen
    assert db.session.scalars(select(Rollout.planned_at)).all() == [local("2027-02-15T06:00")]
    form["instead_of"] = contact.get(f"{of_brug()}/choose?at=2027-02-22T06:00").value("instead_of")
    contact.post(f"{of_brug()}/choose", form)
    assert db.session.scalars(select(Rollout.planned_at)).all() == [local("2027-02-22T06:00")]


def test_full_day_is_shown_as_full(contact: Reader, admin: Reader, told: Release, planned: World) -> None:
    page = {"choice_window": "P2W", "choice_days": ["1"], "choice_times": "", "choice_most": "1"}
    admin.post("/planner/products/inconto/dates", page)
    assert admin.get("/planner/products/inconto/dates").value("choice_most") == "1"
    choose_date(told, planned.peelrand.contacts[0], local("2027-02-15T06:00"), NOW)
    seen = contact.get(of_brug())
    assert "Mon 15 February 2027, 06:00 full" in seen.main
    assert len(re.findall(r"<input[^>]*\bdisabled", seen.html)) == 1
    full = contact.follow(contact.get(f"{of_brug()}/choose?at=2027-02-15T06:00")).seen
    assert "This day is full by now. Choose another one." in full
    form = {"at": "2027-02-15T06:00", "instead_of": ""}
    late = contact.follow(contact.post(f"{of_brug()}/choose", form)).seen
    assert "This day is full by now. The next free moments are Mon 22 February 2027, 06:00." in late
    wrong = admin.post("/planner/products/inconto/dates", page | {"choice_most": "0"})
    assert (wrong.status, list(wrong.wrong)) == (422, ["choice_most"])


def test_choice_names_its_price_where_full_support_ends_before_it(
    contact: Reader, planned: World, told: Release
) -> None:
    """SLA 4.2: with 2027.1 full support of 2026.3 ends, and this tenant would go on running it."""
    for version, acceptance, production in (
        ("2026.3", "2026-04-06T06:00", "2026-05-11T06:00"),
        ("2026.4", "2026-10-05T06:00", "2026-11-09T06:00"),
    ):
        planned_release(planned.product, version, acceptance, production, now=local("2026-02-01T06:00"))
    set_choice(told.product, ChoiceFacts("P2W", ("1",), ""), ADMIN)
    price = (
        "From 8 February 2027 until 15 February 2027 you do not have full support for 2026.3, which your production "
        "environment runs (SLA 4.2)."
    )
    choose = f"{of_brug()}/choose?at=2027-02-15T06:00"
    assert "full support" not in contact.get(choose).main
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.3", NOW, OPERATOR, NOW)
    assert price in contact.get(choose).main
    contact.post(f"{of_brug()}/choose", {"at": "2027-02-15T06:00"})
    told_and_given(NOW)
    # It is not forgotten once another date was chosen, and another choice has its price again.
    assert "until 8 February 2027, when 2027.1 comes" in contact.get("/portal/zorggroep-de-brug").main
    later = contact.get(f"{of_brug()}/choose?at=2027-02-22T06:00").main
    assert price.replace("15 February", "22 February") in later
    assert "full support for" not in contact.get(f"{of_brug()}/choose?at=2027-02-08T06:00").main
    report_version(planned.brug, EnvironmentKind.PRODUCTION, "2026.4", NOW, OPERATOR, NOW)
    assert "full support" not in contact.get(f"{of_brug()}/choose?at=2027-02-22T06:00").main


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


def test_link_says_choose_only_where_a_date_can_be_chosen(contact: Reader, told: Release) -> None:
    pages = ("/portal/zorggroep-de-brug", "/portal/zorggroep-de-brug/releases/2027.1")
    for path in pages:
        assert "Choose or ask for another date" not in contact.get(path).main
    set_choice(told.product, ChoiceFacts("P2W", ("1",), ""), ADMIN)
    for path in pages:
        assert "Choose or ask for another date" in contact.get(path).main
    # A day on which no moment of the window is left.
    set_choice(told.product, ChoiceFacts("P1D", ("1",), ""), ADMIN)
    for path in pages:
        page = contact.get(path).main
        assert "Ask for another date" in page
        assert "Choose or" not in page


def test_where_a_second_person_approves_nobody_is_promised_a_mail_at_once(contact: Reader, told: Release) -> None:
    set_choice(told.product, ChoiceFacts("P2W", ("1",), ""), ADMIN)
    told.product.needs_approval = True
    db.session.commit()
    assert "mailed once we have confirmed it: 2 contacts" in contact.get(f"{of_brug()}/choose?at=2027-02-15T06:00").main
    seen = contact.follow(contact.post(f"{of_brug()}/choose", {"at": "2027-02-15T06:00"})).main
    assert "mailed once we have confirmed it." in seen
    assert "within a minute" not in seen


@pytest.mark.parametrize("at", ["", "nonsense", "2027-02-16T06:00", "2027-13-45T99:99", "2027-02-15T06:00\0"])
def test_moments_that_are_not_on_offer_lead_back(contact: Reader, told: Release, at: str) -> None:
    set_choice(told.product, ChoiceFacts("P2W", ("1",), ""), ADMIN)
    before = everything()
    assert contact.get(f"{of_brug()}/choose?at={at.replace(chr(0), '%00')}").status in {302, 404}
    assert contact.post(f"{of_brug()}/choose", {"at": at}).status in {302, 404}
    assert everything() == before


def test_another_tenant_finds_nothing(contact: Reader, stranger: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    number = the_request().id
    assert stranger.get(of_brug()).status == 404
    before = everything()
    assert stranger.post(of_brug(), ASK).status == 404
    own = "/portal/ziekenhuis-peelrand/releases/2027.1/date"
    assert {stranger.post(f"{own}/{number}/{what}").status for what in ("take", "leave")} == {404}
    assert stranger.post(f"{of_brug()}/{number}/leave").status == 404
    assert everything() == before
    assert "jaarafsluiting" not in stranger.get(own).main


def test_date_that_was_not_told_is_not_found(contact: Reader, planned: World) -> None:
    planned_release(planned.product)
    assert contact.get(of_brug()).status == 404
    assert contact.get(of_brug("9999.9")).status == 404
    assert contact.post(of_brug(), ASK).status == 404


NONSENSE = [
    {"asked_for": ""},
    {"asked_for": "2027-13-45T99:99"},
    {"asked_for": "2020-01-01T06:00"},
    {"asked_for": "2027-02-08T06:00"},
    {"asked_for": "2027-03-28T02:30"},
    {"reason": ""},
    {"reason": "x" * 301},
    {"reason": "\0\u2028"},
]


@pytest.mark.parametrize("wrong", NONSENSE)
def test_nonsense_is_told_at_its_field_and_writes_nothing(
    contact: Reader, told: Release, wrong: dict[str, str]
) -> None:
    before = everything()
    page = contact.post(of_brug(), ASK | wrong)
    assert (page.status, list(page.wrong)) == (422, list(wrong))
    assert everything() == before


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"answer": "maybe", "offered_at": "2027-03-01T06:00"},
        {"answer": "yes", "offered_at": "nonsense"},
        {"answer": "other", "offered_at": "", "words": "x"},
        {"answer": "no", "words": ""},
        {"answer": "no", "words": "x" * 1001},
    ],
)
def test_nonsense_as_an_answer_writes_nothing(
    contact: Reader, planner: Reader, told: Release, form: dict[str, str]
) -> None:
    contact.post(of_brug(), ASK)
    before = everything()
    assert planner.post(f"/planner/date-requests/{the_request().id}/answer", form).status == 422
    assert everything() == before


def test_viewer_reads_but_does_not_answer(app: Flask, contact: Reader, told: Release) -> None:
    contact.post(of_brug(), ASK)
    viewer = Reader(app, "viewer@vendor.example")
    path = f"/planner/date-requests/{the_request().id}"
    page = viewer.get(path)
    assert (page.status, 'name="answer"' in page.html) == (200, False)
    assert viewer.post(f"{path}/answer", {"answer": "no", "words": "nee"}).status == 403
    for odd in ("?page=99999999999999999999", "?page=-1", "?page=x"):
        assert viewer.get(f"/planner/date-requests{odd}").status == 200
    assert viewer.get("/planner/date-requests/99999").status == 404


def test_admin_lets_customers_choose(admin: Reader, manager: Reader, planned: World) -> None:
    path = "/planner/products/inconto/dates"
    assert path in admin.get("/planner/products/inconto").html
    assert admin.get(path).value("choice_window") == ""
    page = admin.post(path, {"choice_window": "p21d", "choice_days": ["1", "6"], "choice_times": "6:30, 20:00"})
    assert page.location == "/planner/products/inconto"
    page = admin.get(path)
    assert (page.value("choice_window"), page.value("choice_times")) == ("3 weeks", "06:30 20:00")
    page = admin.post(path, {"choice_window": "P9Y", "choice_days": ["1"], "choice_times": ""})
    assert (page.status, list(page.wrong)) == (422, ["choice_window"])
    assert manager.get(path).status == 403
    assert admin.get("/planner/products/nobody/dates").status == 404


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


def test_link_of_an_old_mail_leads_to_the_release(app: Flask, contact: Reader, told: Release) -> None:
    """It named the page of another date, which is none any more once production has come."""
    assert contact.get(of_brug()).status == 200
    assert contact.get(of_brug("2027.9")).status == 404
    with time_machine.travel(told.production_at + timedelta(days=1), tick=False):
        late = Reader(app, "contact1@zorggroep-de-brug.example")
        page = late.get(of_brug())
        assert page.location == "/portal/zorggroep-de-brug/releases/2027.1"
        assert late.follow(page).status == 200
