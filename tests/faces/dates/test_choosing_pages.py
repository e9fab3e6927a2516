"""A customer chooses its date itself, within what the product allows."""

import re

import pytest
from sqlalchemy import select

from schedules.choosing import choose_date
from schedules.models import Release, Rollout
from schedules.running import report_version
from storage import db
from tenants.choosing import ChoiceFacts, set_choice
from tenants.models import EnvironmentKind
from tests.faces.dates.asked import of_brug
from tests.faces.pages import Reader, everything
from tests.planning import planned_release, told_and_given
from tests.world import ADMIN, NOW, OPERATOR, World, local


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


@pytest.mark.parametrize("at", ["", "nonsense", "2027-02-16T06:00", "2027-13-45T99:99", "2027-02-15T06:00\0"])
def test_moments_that_are_not_on_offer_lead_back(contact: Reader, told: Release, at: str) -> None:
    set_choice(told.product, ChoiceFacts("P2W", ("1",), ""), ADMIN)
    before = everything()
    assert contact.get(f"{of_brug()}/choose?at={at.replace(chr(0), '%00')}").status in {302, 404}
    assert contact.post(f"{of_brug()}/choose", {"at": at}).status in {302, 404}
    assert everything() == before


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
