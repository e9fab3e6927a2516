"""What was planned and not announced yet shows nowhere to a customer: pages, refusals, feeds, files, programs."""

import json

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.tokens import issue_token
from entrypoints.feed_addresses import addresses_of
from evidence.actors import Role
from evidence.chain import head
from schedules.date_requests import ask_for_date
from schedules.models import Release
from schedules.release_cancelling import cancel_release
from schedules.rollouts import give_own_date
from schedules.wave_models import DateRequest, RequestState
from sla.terms import Change
from storage import db
from tenants.choosing import ChoiceFacts, set_choice
from tests.faces.pages import Reader
from tests.planning import moved, planned_release, told_and_given
from tests.world import ADMIN, MANAGER, NOW, World, local

TOKEN = "x" * 40
DATE = "/portal/zorggroep-de-brug/releases/2027.1/date"
PAGES = (
    "",
    "/releases",
    "/releases/2027.1",
    "/releases/2027.1/date",
    "/told",
    "/told.json",
    "/told.csv",
    "/versions",
    "/calendar",
)


@pytest.fixture
def told(planned: World) -> Release:
    """A release of which everybody was told both dates, and may choose another."""
    release = planned_release(
        planned.product, acceptance="2026-12-07T10:00", production="2027-02-08T06:00", now=local("2026-10-01T12:00")
    )
    release.product.announce_ahead = "P3M"
    release.product.plan_revision += 1
    db.session.commit()
    set_choice(planned.product, ChoiceFacts("P4W", ("1", "2"), ""), ADMIN)
    issue_token("brug", Role.CONTACT, ADMIN, NOW, tenant=planned.brug, token=TOKEN)
    told_and_given(NOW)
    return release


def seen(app: Flask, contact: Reader, planned: World) -> dict[str, str]:
    """All that a customer can read, by address."""
    # The end of the chain of evidence rises with whatever happens to anybody.
    end = str(head())
    found = {path: contact.get(f"/portal/zorggroep-de-brug{path}").html.replace(end, "") for path in PAGES}
    client = app.test_client()
    for path in (
        "/api/v1/notices",
        "/api/v1/notices?state=superseded",
        "/api/v1/notices?state=complete",
        "/api/v1/tenants/zorggroep-de-brug",
        "/api/v1/tenants/zorggroep-de-brug/evidence",
    ):
        answer = client.get(path, headers={"Authorization": f"Bearer {TOKEN}"})
        found[path] = json.dumps({name: part for name, part in answer.get_json().items() if name != "head"})
    for name in ("people", "maintnote", "news"):
        feed = (addresses_of(planned.brug) or {})[name].removeprefix(app.config["BASE_URL"])
        calendar = contact.get(feed)
        assert calendar.status == 200
        found[name] = calendar.html
    return found


def without_the_choice(found: dict[str, str]) -> dict[str, str]:
    """What may be chosen, which is nothing while a move was not announced, stands on these alone."""
    return {path: html for path, html in found.items() if path not in PAGES[:4]}


@pytest.mark.parametrize("own", [True, False], ids=["its own date", "everybody's"])
def test_move_that_was_not_announced_shows_nowhere(
    app: Flask, contact: Reader, planned: World, told: Release, own: bool
) -> None:
    before = seen(app, contact, planned)
    if own:
        give_own_date(told, planned.brug, Change.PRODUCTION, local("2027-02-23T07:13"), "Vloer", MANAGER, NOW)
    else:
        moved(told, acceptance="2026-12-07T10:00", production="2027-02-23T07:13")
    after = seen(app, contact, planned)
    assert without_the_choice(after) == without_the_choice(before)
    for path, html in after.items():
        assert [one for one in ("23 February", "23 februari", "02-23", "07:13", "06:13") if one in html] == [], path
    page = contact.get(DATE).main
    assert "Mon 8 February 2027, 06:00" in page
    assert "You cannot choose a date yourself now. You can still ask us for one." in page
    # Nor can it be felt for.
    asked = contact.post(DATE, {"asked_for": "2027-02-23T07:13", "reason": "Vloer"})
    assert asked.location == DATE
    assert "cannot be chosen any more" in contact.follow(contact.get(f"{DATE}/choose?at=2027-02-23T07:13")).seen
    told_and_given(NOW)
    assert "Tue 23 February 2027, 07:13" in contact.get(DATE).main


def test_cancellation_that_was_not_announced_shows_nowhere(
    app: Flask, contact: Reader, planned: World, told: Release
) -> None:
    row = ask_for_date(told, planned.brug.contacts[0], Change.PRODUCTION, local("2027-03-01T06:00"), "Vloer", NOW)
    before = seen(app, contact, planned)
    cancel_release(told, MANAGER, NOW)
    after = seen(app, contact, planned)
    assert without_the_choice(after) == without_the_choice(before)
    page = contact.get(DATE).main
    assert "You asked for Mon 1 March 2027, 06:00" in page
    assert "is waiting for our answer" in page
    again = {"asked_for": "2027-03-08T06:00", "reason": "x"}
    assert "You have asked for a date already." in contact.post(DATE, again).main
    assert "Your question is taken back" in contact.follow(contact.post(f"{DATE}/{row.id}/leave")).seen
    assert contact.post(DATE, again).location == DATE
    told_and_given(NOW)
    # What was asked is still found where the mails lead to.
    looked_back = contact.get(DATE)
    assert (looked_back.status, "its date can no longer be changed" in looked_back.main) == (200, True)
    assert "the update is off" in looked_back.main
    assert contact.post(DATE, again).status == 404
    states = db.session.scalars(select(DateRequest.state).order_by(DateRequest.id)).all()
    assert states == [RequestState.WITHDRAWN, RequestState.CLOSED]


def test_what_stands_in_the_way_of_a_proposal_is_not_named(contact: Reader, planned: World, told: Release) -> None:
    """It may be another version, of which no customer has been told."""
    row = ask_for_date(told, planned.brug.contacts[0], Change.PRODUCTION, local("2027-03-01T06:00"), "Vloer", NOW)
    row.state, row.offered_at, row.answered_at = RequestState.PROPOSED, local("2027-03-09T06:00"), NOW
    db.session.commit()
    planned_release(planned.product, "2027.2", "2027-02-12T06:00", "2027-03-01T07:13")
    page = contact.follow(contact.post(f"{DATE}/{row.id}/take"))
    assert "This date cannot be given any more. Ask us for another." in page.seen
    assert ("2027.2" in page.seen, "07:13" in page.seen) == (False, False)
