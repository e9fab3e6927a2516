"""A trial goes to oneself, so often, and proves nothing."""

from datetime import timedelta

import time_machine
from flask import Flask

from announcements.settling import settle
from announcements.trial import send_trial
from schedules.models import Release
from schedules.notices import Says
from sla.terms import Change
from storage import db
from tests.at_once import Act, at_once
from tests.faces.approvals.conftest import of
from tests.faces.pages import Reader, everything, words
from tests.planning import messages, queued_mails, read, send
from tests.world import NOW, PLANNER, World, both_databases


def test_trial_goes_to_oneself_in_both_languages_and_proves_nothing(release: Release, planner: Reader) -> None:
    before = everything()
    page = planner.follow(planner.post(f"{of(release)}/trial"))

    assert "The trial mails to planner@vendor.example leave within a minute." in page.main
    dutch, english = queued_mails()
    assert {dutch.address, english.address} == {"planner@vendor.example"}
    assert english.subject == "[Trial] [Inconto] Production to 2027.1 on Mon 8 February 2027, 06:00"
    on_top = (
        "This is a trial, to you alone. The real mail would go to 3 contacts of 2 tenants. "
        "Below it is as Contact 2 of Zorggroep De Brug would get it."
    )
    assert english.text.split("\n\n")[:2] == [on_top, "Hello Contact 2,"]
    assert words(english.html.partition("<body")[2].partition(">")[2]).startswith(
        f"{on_top} ◆ Inconto Hello Contact 2,"
    )
    assert {message.announcement_id for message in messages()} == {None}
    send(None, NOW)
    assert settle(NOW) == 0
    after = everything()
    assert {name for name in after if after[name] != before[name]} == {"letter", "outbox_message", "trial_mail"}


def test_trial_of_a_certain_reader(planned: World, release: Release, planner: Reader) -> None:
    reader = planned.peelrand.contacts[0]
    page = planner.get(f"{of(release)}?reader={reader.id}")
    answer = planner.post(f"{of(release)}/trial", {"reader": page.value("reader")})
    assert answer.location == f"{of(release)}?reader={reader.id}"
    assert {read(message).text.count("Ziekenhuis Peelrand") > 1 for message in messages()} == {True}


def test_trials_are_ten_an_hour_at_most(app: Flask, release: Release, planner: Reader, manager: Reader) -> None:
    path = f"{of(release)}/trial"
    pages = [planner.follow(planner.post(path)) for _press in range(6)]
    assert [page.alerts for page in pages] == [[]] * 5 + [
        ["You get 10 trial mails an hour at most. Wait a while before you ask for more."]
    ]
    assert len(messages()) == 10
    # Another person's are another matter, and an hour later they are forgotten.
    assert manager.follow(manager.post(path)).alerts == []
    with time_machine.travel(NOW + timedelta(hours=1, seconds=1), tick=False):
        assert planner.follow(planner.post(path)).alerts == []
    assert len(messages()) == 14


@both_databases
def test_trials_asked_for_at_the_same_moment_are_counted_together(app: Flask, release: Release) -> None:
    number = release.id

    def person() -> Act:
        own = db.session.get_one(Release, number)
        return lambda: send_trial(own, Change.PRODUCTION, Says.PLANNED, PLANNER.name, PLANNER, NOW)

    outcomes = at_once(app, [person] * 8)
    assert sorted(type(one).__name__ for one in outcomes) == ["Refused"] * 3 + ["int"] * 5
    assert len(messages()) == 10


def test_trial_of_nothing_is_refused(planned: World, release: Release, planner: Reader) -> None:
    page = planner.follow(planner.post(f"{of(release, says='moved')}/trial"))
    assert page.alerts == ["Nobody would get this mail now, so there is nothing to try."]
    assert messages() == []


def test_markup_in_a_name_is_text_in_a_trial(planned: World, release: Release, planner: Reader) -> None:
    for contact in planned.brug.contacts:
        contact.name = "<b>Bo</b>"
    db.session.commit()
    planner.post(f"{of(release)}/trial")
    assert ["<b>Bo" in mail.html for mail in queued_mails()] == [False, False]
    assert "<b>Bo" not in planner.get(of(release)).html
