"""Who hears late reads why."""

import re
from dataclasses import replace

import pytest

from announcements.services import announce_due
from schedules.maintenance import move_maintenance, schedule_maintenance
from schedules.reasons import Reason
from tenants.contacts import ContactFacts, add_contact
from tests.planning import (
    LATE,
    TOLD,
    pass_of_the_clock,
    planned_release,
    planned_window,
    queued_mails,
    told_and_given,
    window_plan,
)
from tests.world import MANAGER, NOW, PLANNER, World, local, make_tenant


def test_waivers_reason_shows_to_the_tenants_concerned_only(planned: World) -> None:
    strict = make_tenant(planned.product, "strict", contacts=2, production_notice="P10W")
    now = local("2026-12-07T09:00")
    planned_release(planned.product, by=MANAGER, now=now, reason="The law <changes> sooner")

    announce_due(now)
    announce_due(TOLD)

    concerned = [mail for mail in queued_mails() if "sooner" in mail.text + mail.html]
    assert [mail.address for mail in concerned] == ["contact1@strict.example", "contact2@strict.example"]
    assert len(queued_mails(strict)) == 4
    english = concerned[1]
    headline = english.headline
    assert headline.startswith("Your production environment gets version 2027.1 on Mon 8 February 2027, 06:00. ")
    assert re.findall(r"10 weeks|SLA 3.3|The reason: .*", headline) == [
        "10 weeks",
        "SLA 3.3",
        "The reason: The law <changes> sooner",
    ]
    assert english.html.count("The law &lt;changes&gt; sooner") == 1


def test_joined_late_says_why_it_comes_now(planned: World) -> None:
    planned_release(planned.product)
    make_tenant(planned.product, "newcomer", contacts=2, now=LATE)
    pass_of_the_clock(LATE)

    english = queued_mails()[-1]
    assert english.headline == (
        "Your production environment gets version 2027.1 on Mon 8 February 2027, 06:00. It was planned before our "
        "present agreement with you, so you hear of it now."
    )


def test_maintenance_later_than_aimed_says_why(planned: World) -> None:
    planned_window(planned.product, "2026-11-25T22:00", "2026-11-26T02:00", reason="The disk is full")
    announce_due(NOW)

    headline = queued_mails(planned.brug)[1].headline
    assert headline.startswith("We carry out maintenance on Wed 25 November 2026, 22:00. ")
    assert re.findall(r"1 week|SLA|The reason: .*", headline) == ["1 week", "The reason: The disk is full"]


@pytest.mark.parametrize("moved_there", [False, True], ids=["planned", "moved"])
def test_why_it_comes_late_is_read_in_the_readers_language(planned: World, moved_there: bool) -> None:
    reason = Reason("De schijf is vol", "The disk is full")
    if moved_there:
        window = planned_window(planned.product)
        told_and_given(local("2026-12-08T09:00"))
        now, sooner = local("2026-12-09T09:00"), (local("2026-12-12T22:00"), local("2026-12-13T02:00"))
        move_maintenance(window, *sooner, PLANNER, now, revision=1, exception_reason=reason)
    else:
        now, late = NOW, window_plan("2026-11-25T22:00", "2026-11-26T02:00")
        schedule_maintenance(planned.product, replace(late, exception_reason=reason), PLANNER, now)
    announce_due(now)

    dutch, english = queued_mails(planned.brug)[-2:]
    assert dutch.headline.endswith("De reden: De schijf is vol")
    assert english.headline.endswith("The reason: The disk is full")
    assert (english.text + english.html).count("schijf") + (dutch.text + dutch.html).count("disk") == 0


def test_maintenance_told_late_for_want_of_a_worker_says_sorry(planned: World) -> None:
    """Nobody decided that it comes later, so there is no reason to give: the breach shows all the same."""
    planned_window(planned.product)
    in_time, late = local("2026-12-08T22:00"), local("2026-12-10T09:00")
    announce_due(late)
    assert queued_mails(planned.brug)[1].headline == (
        "We carry out maintenance on Tue 15 December 2026, 22:00. "
        "We aim to tell you by Tue 8 December 2026, 22:00, and did not manage. We are sorry."
    )
    planned_window(planned.product, reference="M-2")
    announce_due(in_time)
    assert queued_mails(planned.brug)[3].headline == "We carry out maintenance on Tue 15 December 2026, 22:00."


def test_contact_appointed_after_the_deadline_hears_no_excuse(planned: World) -> None:
    """The tenant was told in time."""
    planned_window(planned.product)
    told_and_given(local("2026-12-08T09:00"))
    add_contact(planned.brug, ContactFacts("Noor", "noor@brug.example", locale="en"), MANAGER)
    pass_of_the_clock(local("2026-12-10T09:00"))
    assert [mail.headline for mail in queued_mails(planned.brug)] == [
        "We carry out maintenance on Tue 15 December 2026, 22:00."
    ]
