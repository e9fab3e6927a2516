"""What moved or is off is told at once, to whoever knew of it."""

from datetime import timedelta

from outbox.models import MessageState
from schedules.maintenance import cancel_maintenance, move_maintenance
from schedules.release_cancelling import cancel_release
from tests.planning import (
    LATE,
    PRODUCTION,
    TOLD,
    messages,
    moved,
    pass_of_the_clock,
    planned_release,
    planned_window,
    queued_mails,
    told_and_given,
)
from tests.world import ADDRESSES, MANAGER, NOW, PLANNER, World, both_databases, local


@both_databases
def test_moved_is_told_at_once_with_the_date_before(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    moved(release, production="2027-02-15T06:00", now=LATE)
    pass_of_the_clock(LATE)

    english = queued_mails(planned.brug)[1]
    assert english.subject == "[Inconto] Moved: production to 2027.1, now on Mon 15 February 2027, 06:00"
    assert english.facts[2:4] == [
        "Mon 8 February 2027, 06:00, Amsterdam time (UTC+1)",
        "Mon 15 February 2027, 06:00, Amsterdam time (UTC+1)",
    ]
    assert {message.not_after for message in messages(planned.brug, MessageState.QUEUED)} == {local(PRODUCTION)}
    pass_of_the_clock(LATE)
    assert [mail.address for mail in queued_mails()] == ADDRESSES


@both_databases
def test_moved_withdraws_what_still_waits_of_the_old_date(planned: World) -> None:
    release = planned_release(planned.product, production="2027-04-12T06:00")
    pass_of_the_clock(local("2027-03-08T06:00"))
    waiting = [message.id for message in messages(None, MessageState.QUEUED)]
    moved(release, production="2027-04-19T06:00", now=local("2027-03-08T07:00"))
    pass_of_the_clock(local("2027-03-08T07:00"))

    cancelled = [message for message in messages() if message.id in waiting]
    assert {(message.state, message.reply) for message in cancelled} == {(MessageState.CANCELLED, "it was moved since")}
    assert [mail.subject for mail in queued_mails(planned.brug)[1:]] == [
        "[Inconto] Moved: production to 2027.1, now on Mon 19 April 2027, 06:00"
    ]


def test_moved_leaves_the_mails_of_the_other_environment(planned: World) -> None:
    release = planned_release(planned.product)
    pass_of_the_clock(TOLD)

    moved(release, production="2027-03-15T06:00", now=TOLD)
    pass_of_the_clock(TOLD)

    kinds = [mail.subject.split()[1] for mail in queued_mails(planned.brug)[1::2]]
    assert kinds == ["Acceptance", "Moved:"]


@both_databases
def test_cancelled_after_it_was_told_is_mailed_once(planned: World) -> None:
    release = planned_release(planned.product)
    told_and_given(TOLD)
    cancel_release(release, MANAGER, TOLD)
    pass_of_the_clock(TOLD)
    pass_of_the_clock(TOLD + timedelta(days=1))

    assert [mail.subject for mail in queued_mails(planned.brug)[1::2]] == [
        "[Inconto] Off: acceptance to 2027.1 on Mon 18 January 2027, 06:00",
        "[Inconto] Off: production to 2027.1 on Mon 8 February 2027, 06:00",
    ]
    assert sorted(mail.address for mail in queued_mails()) == sorted(ADDRESSES * 2)
    off = queued_mails(planned.brug)[1].text.split("\n\n")[2].splitlines()
    assert [line.partition(": ")[0] for line in off] == ["Version", "Environment", "Was planned for"]


def test_cancelled_before_it_was_told_mails_nobody(planned: World) -> None:
    release = planned_release(planned.product)
    window = planned_window(planned.product)
    cancel_release(release, MANAGER, NOW)
    cancel_maintenance(window, MANAGER, NOW)

    pass_of_the_clock(local("2026-12-02T09:00"))
    pass_of_the_clock(TOLD)

    assert messages() == []


def test_cancelled_withdraws_what_still_waits(planned: World) -> None:
    release = planned_release(planned.product)
    pass_of_the_clock(TOLD)
    cancel_release(release, MANAGER, TOLD)
    pass_of_the_clock(TOLD)

    assert {message.state for message in messages()[:6]} == {MessageState.CANCELLED}
    assert [mail.subject.split(",")[0] for mail in queued_mails(planned.brug)[1::2]] == [
        "[Inconto] Off: acceptance to 2027.1 on Mon 18 January 2027",
        "[Inconto] Off: production to 2027.1 on Mon 8 February 2027",
    ]


def test_maintenance_moved_and_cancelled_says_both_ends(planned: World) -> None:
    window = planned_window(planned.product)
    told_and_given(local("2026-12-02T09:00"))
    later = local("2026-12-16T22:00"), local("2026-12-17T02:00")
    move_maintenance(window, *later, PLANNER, local("2026-12-14T09:00"), revision=1)
    told_and_given(local("2026-12-14T09:00"))
    cancel_maintenance(window, MANAGER, local("2026-12-14T10:00"))
    pass_of_the_clock(local("2026-12-14T10:00"))

    move = next(message for message in messages(planned.brug) if "Moved" in message.letter.subject)
    assert move.fields["previous"] == (
        "Tue 15 December 2026, 22:00, Amsterdam time (UTC+1) until Wed 16 December 2026, 02:00, Amsterdam time (UTC+1)"
    )
    off = queued_mails(planned.brug)[1]
    assert off.subject == "[Inconto] Off: maintenance on Wed 16 December 2026, 22:00"
    assert off.facts == [
        "New database server",
        "production of Zorggroep De Brug",
        "Wed 16 December 2026, 22:00, Amsterdam time (UTC+1)",
        "M-1",
    ]
