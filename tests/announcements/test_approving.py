"""What is announced waits for a second person, where the product asks for one; what was seen is what is sent."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from accounts.tokens import issue_token
from announcements.approvals import approval_of, approvals_of, waiting, why_not
from announcements.approving import approve
from announcements.catching_up import catch_up
from announcements.models import Announcement, Approval
from announcements.on_record import letter_hash
from announcements.services import announce_by_hand, announce_due
from evidence.actors import COMMAND_LINE, THE_CLOCK, Actor, NotAllowed, Role
from evidence.chain import verify
from evidence.models import Entry
from outbox.models import Letter, MessageState
from schedules.errors import ChangedMeanwhile
from schedules.maintenance import cancel_maintenance, move_maintenance
from schedules.models import MaintenanceWindow, Release
from schedules.notices import NoticeState, Says
from schedules.queries import duties_ahead
from schedules.releases import cancel_release, retitle_release
from sla.terms import Change
from storage import Conflict, Refused, db
from tenants.contacts import ContactFacts, add_contact, change_contact, remove_contact
from tenants.models import Tenant
from tests.approving import OTHER, approved, asks_for_approval, print_of
from tests.at_once import Act, Prepared, at_once
from tests.planning import (
    ACCEPTANCE_DEADLINE,
    counted_queries,
    messages,
    moved,
    notices,
    pass_of_the_clock,
    planned_release,
    planned_window,
    queued_mails,
    read,
    send,
    the_notice,
)
from tests.world import ADMIN, MANAGER, NOW, OPERATOR, PLANNER, World, both_databases, local, make_tenant

ROUNDS = 6
TOLD = local("2027-01-02T09:00")
ADDRESSES = [
    "contact1@zorggroep-de-brug.example",
    "contact2@zorggroep-de-brug.example",
    "contact1@ziekenhuis-peelrand.example",
]


@pytest.fixture(autouse=True)
def in_english(app: Flask) -> Iterator[None]:
    """What is refused is read here in the words of the code."""
    with force_locale("en"):
        yield


@pytest.fixture
def asking(planned: World) -> World:
    """A product that asks for a second person."""
    asks_for_approval(planned.product)
    return planned


def subjects() -> list[str]:
    return [mail.subject for mail in queued_mails()]


def entries(kind: str) -> list[Entry]:
    return list(db.session.scalars(select(Entry).where(Entry.kind == kind).order_by(Entry.id)))


# Nothing leaves by itself


@both_databases
def test_notices_wait_for_a_second_person_and_leave_at_the_approval(asking: World) -> None:
    release = planned_release(asking.product)
    pass_of_the_clock(TOLD)
    assert messages() == []
    assert {one.state for one in notices(release)} == {NoticeState.PLANNED}

    approval = approved(release, Change.ACCEPTANCE, TOLD)

    assert [message.address for message in messages()] == ADDRESSES
    assert {message.not_after for message in messages()} == {ACCEPTANCE_DEADLINE}
    assert {(one.state, one.announced_at, one.told_plan) for one in notices(release, Change.ACCEPTANCE)} == {
        (NoticeState.ANNOUNCED, TOLD, 1)
    }
    assert {one.state for one in notices(release, Change.PRODUCTION)} == {NoticeState.PLANNED}
    assert (approval.approved_by, approval.approved_at) == (MANAGER.name, TOLD)
    assert (approval.changed_by, approval.tenants, approval.recipients) == (PLANNER.name, 2, 3)
    pass_of_the_clock(TOLD)
    assert len(messages()) == 3


def test_approval_ahead_of_its_time_lets_notices_leave_at_once(asking: World) -> None:
    release = planned_release(asking.product)

    approved(release, Change.PRODUCTION, NOW)

    assert [message.next_attempt_at for message in messages()] == [NOW] * 3
    assert {one.announce_at for one in notices(release, Change.PRODUCTION)} == {NOW}


def test_notices_leave_by_themselves_again_once_nobody_is_asked_for(asking: World) -> None:
    planned_release(asking.product)
    asks_for_approval(asking.product, asks=False)

    pass_of_the_clock(TOLD)

    assert len(messages()) == 6


def test_announcing_by_hand_is_refused_where_approval_is_asked_for(asking: World) -> None:
    release = planned_release(asking.product)

    with pytest.raises(Refused, match="second person"):
        announce_by_hand(release, Change.ACCEPTANCE, MANAGER, NOW)

    assert announce_due(NOW) == 0
    assert {one.announce_at > NOW for one in notices(release)} == {True}


@both_databases
def test_moved_waits_again_and_the_old_date_stands_until_then(asking: World) -> None:
    release = planned_release(asking.product)
    approved(release, Change.PRODUCTION, TOLD)
    send(None, TOLD)
    moved(release, production="2027-02-15T06:00", now=TOLD)

    pass_of_the_clock(TOLD)
    assert queued_mails() == []
    assert the_notice(release, Change.PRODUCTION, asking.brug).state is NoticeState.PLANNED

    approved(release, Change.PRODUCTION, TOLD, Says.MOVED)
    assert subjects()[1] == "[Inconto] Moved: production to 2027.1, now on Mon 15 February 2027, 06:00"
    assert [row.plan_revision for row in db.session.scalars(select(Approval).order_by(Approval.id))] == [1, 2]


def test_cancelled_waits_for_a_second_person(asking: World) -> None:
    release = planned_release(asking.product)
    approved(release, Change.PRODUCTION, TOLD, by=OTHER)
    send(None, TOLD)
    cancel_release(release, MANAGER, TOLD)
    pass_of_the_clock(TOLD)
    assert queued_mails() == []

    approved(release, Change.PRODUCTION, TOLD, Says.CANCELLED, by=OTHER)

    assert subjects()[1] == "[Inconto] Off: production to 2027.1 on Mon 8 February 2027, 06:00"


def test_maintenance_planned_moved_and_cancelled_waits_each_time(asking: World) -> None:
    window = planned_window(asking.product)
    pass_of_the_clock(local("2026-12-02T09:00"))
    approved(window, Change.MAINTENANCE, local("2026-12-02T09:00"))
    send(None, NOW)
    later = local("2026-12-16T22:00"), local("2026-12-17T02:00")
    move_maintenance(window, *later, PLANNER, local("2026-12-03T09:00"), revision=1)
    pass_of_the_clock(local("2026-12-03T09:00"))
    assert queued_mails() == []
    approved(window, Change.MAINTENANCE, local("2026-12-03T09:00"), Says.MOVED)
    assert len(queued_mails()) == 3
    send(None, NOW)
    cancel_maintenance(window, MANAGER, local("2026-12-04T09:00"))
    pass_of_the_clock(local("2026-12-04T09:00"))
    assert queued_mails() == []
    approved(window, Change.MAINTENANCE, local("2026-12-04T09:00"), Says.CANCELLED, by=OTHER)
    assert len(queued_mails()) == 3


# Who may be the second


def by_planning(release: Release) -> None:
    """Nothing more."""


def by_moving(release: Release) -> None:
    moved(release, production="2027-02-15T06:00", by=OTHER)


def by_rewording(release: Release) -> None:
    retitle_release(release, "Anders", "Different", OTHER, NOW)


@pytest.mark.parametrize(
    ("change", "who"),
    [(by_planning, MANAGER), (by_moving, OTHER), (by_rewording, OTHER)],
    ids=["planned", "moved", "reworded"],
)
def test_whoever_changed_it_last_may_not_approve_it(
    asking: World, change: Callable[[Release], None], who: Actor
) -> None:
    release = planned_release(asking.product, by=MANAGER)
    change(release)
    seen = print_of(release, Change.PRODUCTION, NOW)

    with pytest.raises(Refused, match="You made the last change"):
        approve(release, Change.PRODUCTION, Says.PLANNED, who, NOW, seen=seen)
    assert messages() == []

    second = MANAGER if who is OTHER else OTHER
    approve(release, Change.PRODUCTION, Says.PLANNED, second, NOW, seen=seen)
    assert announce_due(NOW) == 3


def test_whoever_cancelled_may_not_approve_it(asking: World) -> None:
    window = planned_window(asking.product)
    approved(window, Change.MAINTENANCE, NOW)
    cancel_maintenance(window, MANAGER, NOW)

    with pytest.raises(Refused, match="You made the last change"):
        approved(window, Change.MAINTENANCE, NOW, Says.CANCELLED)


@pytest.mark.parametrize("who", [PLANNER, OPERATOR, Actor("viewer@vendor.example", Role.VIEWER), THE_CLOCK])
def test_whoever_is_no_manager_may_not_approve(asking: World, who: Actor) -> None:
    release = planned_release(asking.product, by=MANAGER)
    with pytest.raises(NotAllowed):
        approved(release, Change.PRODUCTION, NOW, by=who)
    assert why_not(release, who) == "A manager approves it."


def test_command_line_never_approves(asking: World) -> None:
    release = planned_release(asking.product, by=MANAGER)
    with pytest.raises(Refused, match="A manager approves it"):
        approved(release, Change.PRODUCTION, NOW, by=COMMAND_LINE)
    assert messages() == []


def test_nothing_is_approved_where_nobody_asks(planned: World) -> None:
    release = planned_release(planned.product)
    with pytest.raises(Refused, match="asks for nobody"):
        approved(release, Change.PRODUCTION, NOW)


# What was seen is what is sent


def new_contact(world: World, release: Release) -> None:
    add_contact(world.peelrand, ContactFacts("Noor", "noor@peelrand.example"), MANAGER)


def fewer_contacts(world: World, release: Release) -> None:
    remove_contact(world.brug.contacts[1], MANAGER)


def other_address(world: World, release: Release) -> None:
    change_contact(world.brug.contacts[0], ContactFacts("Contact 1", "else@brug.example"), MANAGER)


def other_language(world: World, release: Release) -> None:
    facts = ContactFacts("Contact 1", world.brug.contacts[0].email, locale="en")
    change_contact(world.brug.contacts[0], facts, MANAGER)


def other_words(world: World, release: Release) -> None:
    retitle_release(release, "Anders", "Different", PLANNER, NOW)


def other_date(world: World, release: Release) -> None:
    moved(release, production="2027-02-15T06:00")


def other_help_desk(world: World, release: Release) -> None:
    world.product.help_desk_phone = "+31 20 000 0000"
    db.session.commit()


@both_databases
@pytest.mark.parametrize(
    "change",
    [new_contact, fewer_contacts, other_address, other_language, other_words, other_date, other_help_desk],
    ids=["new", "fewer", "address", "language", "words", "date", "desk"],
)
def test_whatever_changed_since_it_was_seen_refuses_the_approval(
    asking: World, change: Callable[[World, Release], None]
) -> None:
    release = planned_release(asking.product)
    seen = print_of(release, Change.PRODUCTION, NOW)
    change(asking, release)

    with pytest.raises(ChangedMeanwhile, match="changed since you looked"):
        approve(release, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW, seen=seen)

    assert (messages(), entries("approved"), db.session.scalars(select(Announcement)).all()) == ([], [], [])
    assert print_of(release, Change.PRODUCTION, NOW) != seen
    approved(release, Change.PRODUCTION, NOW)
    assert len(entries("approved")) == 1


def test_what_does_not_show_in_a_mail_refuses_nothing(asking: World) -> None:
    release = planned_release(asking.product)
    seen = print_of(release, Change.PRODUCTION, NOW)
    contact = asking.brug.contacts[0]
    change_contact(contact, ContactFacts(contact.name, contact.email, "+31 20 123 4567"), MANAGER)

    approve(release, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW + timedelta(hours=1), seen=seen)

    assert announce_due(NOW + timedelta(hours=1)) == 3


@both_databases
def test_approved_words_stay_when_the_title_changes(asking: World) -> None:
    release = planned_release(asking.product)
    approved(release, Change.PRODUCTION, NOW)
    retitle_release(release, "Anders", "Different", PLANNER, NOW)
    # Who comes later reads the same words, and needs no second approval.
    make_tenant(asking.product, "newcomer", contacts=2, now=NOW)
    pass_of_the_clock(TOLD)

    told = queued_mails()
    assert [mail.facts[0] for mail in told] == [
        "2027.1: Sneller zoeken",
        "2027.1: Faster search",
        "2027.1: Sneller zoeken",
        "2027.1: Sneller zoeken",
        "2027.1: Faster search",
    ]
    assert len(db.session.scalars(select(Announcement)).all()) == 1


def test_new_contact_is_caught_up_with_what_was_approved_only(asking: World) -> None:
    release = planned_release(asking.product)
    approved(release, Change.ACCEPTANCE, TOLD)
    send(None, TOLD)
    add_contact(asking.peelrand, ContactFacts("Noor", "noor@peelrand.example", locale="en"), MANAGER)

    pass_of_the_clock(TOLD)

    assert [(mail.address, mail.subject.split(" to ")[0]) for mail in queued_mails()] == [
        ("noor@peelrand.example", "[Inconto] Acceptance")
    ]
    moved(release, acceptance="2027-01-25T06:00", production="2027-02-22T06:00", now=TOLD)
    add_contact(asking.peelrand, ContactFacts("Bas", "bas@peelrand.example"), MANAGER)
    pass_of_the_clock(TOLD)
    # The old date leaves no more, and nobody has approved the new one.
    assert queued_mails() == []


def test_tenant_without_contact_is_told_once_it_has_one(asking: World) -> None:
    empty = make_tenant(asking.product, "empty", contacts=0)
    release = planned_release(asking.product)
    approval = approved(release, Change.ACCEPTANCE, TOLD)
    assert (approval.tenants, approval.recipients) == (2, 3)

    add_contact(empty, ContactFacts("Noor", "noor@empty.example"), MANAGER)
    pass_of_the_clock(TOLD)

    assert [message.address for message in messages(empty)] == ["noor@empty.example"]
    assert len({message.announcement_id for message in messages()}) == 1


def test_whoever_joins_after_a_move_waits_for_its_approval(asking: World) -> None:
    release = planned_release(asking.product)
    approved(release, Change.PRODUCTION, TOLD)
    moved(release, production="2027-02-15T06:00", now=TOLD)
    joined = make_tenant(asking.product, "newcomer", now=TOLD)

    pass_of_the_clock(TOLD)
    assert messages(joined) == []

    # To them it is no move: they never knew another date.
    assert [(one.kind, one.says) for one in notices(release, Change.PRODUCTION, joined)] == [
        (Change.PRODUCTION, Says.PLANNED)
    ]
    approved(release, Change.PRODUCTION, TOLD)
    assert [message.address for message in messages(joined)] == ["contact1@newcomer.example"]


# Too late


def test_what_lapsed_is_missed_and_cannot_be_approved(asking: World) -> None:
    release = planned_release(asking.product)
    late = ACCEPTANCE_DEADLINE + timedelta(minutes=1)
    with pytest.raises(Refused, match="missed stays missed"):
        approved(release, Change.ACCEPTANCE, late)

    pass_of_the_clock(late)

    assert {one.state for one in notices(release, Change.ACCEPTANCE)} == {NoticeState.MISSED}
    with pytest.raises(Refused, match="missed stays missed"):
        approved(release, Change.ACCEPTANCE, late)
    assert messages() == []


def test_only_tenants_still_in_time_are_told(asking: World) -> None:
    strict = make_tenant(asking.product, "strict", acceptance_notice="P3W")
    release = planned_release(asking.product)

    approval = approved(release, Change.ACCEPTANCE, TOLD)

    assert approval.tenants == 2
    assert messages(strict) == []


# On record


@both_databases
def test_approval_is_on_record_with_the_letters_it_saw(asking: World) -> None:
    release = planned_release(asking.product)
    approval = approved(release, Change.PRODUCTION, NOW)

    (entry,) = entries("approved")
    letters = db.session.scalars(select(Letter).where(Letter.announcement_id == approval.announcement_id)).all()
    assert (entry.actor, entry.tenant_id) == (MANAGER.name, None)
    assert json.loads(entry.facts) == {
        "approval": approval.id,
        "release": release.id,
        "maintenance": None,
        "kind": "production",
        "says": "planned",
        "plan_revision": 1,
        "announcement": approval.announcement_id,
        "changed_by": PLANNER.name,
        "letters": {letter.language: letter_hash(letter) for letter in letters},
        "seen": approval.fingerprint,
        "tenants": 2,
        "recipients": 3,
    }
    assert sorted(letter.language for letter in letters) == ["en", "nl"]
    assert [(one.actor, one.tenant_id) for one in entries("announced")] == [
        (MANAGER.name, asking.brug.id),
        (MANAGER.name, asking.peelrand.id),
    ]
    assert [one.id for one in entries("announced")] == [entry.id + 1, entry.id + 2]
    assert verify() == []


# At the same moment


def approver(release_id: int, by: Actor, seen: str) -> Prepared:
    def prepare() -> Act:
        own = db.session.get_one(Release, release_id)
        return lambda: approve(own, Change.PRODUCTION, Says.PLANNED, by, NOW, seen=seen)

    return prepare


@both_databases
def test_two_managers_at_once_are_one_approval(app: Flask, asking: World) -> None:
    for number in range(5):
        make_tenant(asking.product, f"tenant-{number}", contacts=3)
    for year in range(2027, 2027 + ROUNDS):
        release = planned_release(asking.product, f"{year}.1", f"{year}-01-18T06:00", f"{year}-02-08T06:00")
        seen = print_of(release, Change.PRODUCTION, NOW)
        before = len(messages())

        outcomes = at_once(app, [approver(release.id, by, seen) for by in (MANAGER, OTHER, ADMIN)])

        assert sorted(type(one).__name__ for one in outcomes) == ["Approval", "Conflict", "Conflict"]
        assert announce_due(NOW) == len(messages()) - before == 18
    assert verify() == []


@both_databases
def test_approval_answers_before_its_mails_are_written_and_the_clock_writes_them(asking: World) -> None:
    release = planned_release(asking.product)
    seen = print_of(release, Change.PRODUCTION, NOW)
    with counted_queries() as few:
        approval = approve(release, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW, seen=seen)

    assert (messages(), approval.written_at, approval.recipients) == ([], None, 3)
    assert [one.state for one in notices(release, Change.PRODUCTION)] == [NoticeState.PLANNED] * 2
    for number in range(5):
        make_tenant(asking.product, f"tenant-{number}", contacts=3)
    other = planned_release(asking.product, "2027.2", "2027-04-19T06:00", "2027-05-10T06:00")
    seen = print_of(other, Change.PRODUCTION, NOW)
    with counted_queries() as many:
        approve(other, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW, seen=seen)
    assert len(many) == len(few)

    assert announce_due(NOW) == 3 + 3 + 15
    assert announce_due(NOW) == 0
    assert {one.written_at for one in approvals_of(release)} == {NOW}
    assert verify() == []


@both_databases
def test_words_are_frozen_at_the_approval(asking: World) -> None:
    release = planned_release(asking.product)
    approve(release, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW, seen=print_of(release, Change.PRODUCTION, NOW))
    retitle_release(release, "Anders", "Different", PLANNER, NOW)
    announce_due(NOW)

    assert [mail.facts[0] for mail in queued_mails(asking.brug)] == ["2027.1: Sneller zoeken", "2027.1: Faster search"]


@both_databases
def test_contacts_who_come_and_go_until_the_mails_are_written_are_treated_as_ever(asking: World) -> None:
    release = planned_release(asking.product)
    approve(release, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW, seen=print_of(release, Change.PRODUCTION, NOW))
    new_contact(asking, release)
    fewer_contacts(asking, release)
    pass_of_the_clock(NOW)

    assert sorted(mail.address for mail in queued_mails()) == [
        "contact1@ziekenhuis-peelrand.example",
        "contact1@zorggroep-de-brug.example",
        "noor@peelrand.example",
    ]


@both_databases
def test_plan_that_moves_before_the_mails_are_written_tells_nothing_and_asks_again(asking: World) -> None:
    release = planned_release(asking.product)
    approve(release, Change.PRODUCTION, Says.PLANNED, MANAGER, NOW, seen=print_of(release, Change.PRODUCTION, NOW))
    other_date(asking, release)
    assert announce_due(NOW) == 0

    assert [one.written_at for one in approvals_of(release)] == [NOW]
    assert the_notice(release, Change.PRODUCTION, asking.brug).says is Says.PLANNED
    approved(release, Change.PRODUCTION, NOW)
    assert [mail.facts[2].split(",")[0] for mail in queued_mails(asking.brug)] == [
        "ma 15 februari 2027",
        "Mon 15 February 2027",
    ]


@both_databases
def test_two_workers_write_an_approval_once(app: Flask, asking: World) -> None:
    for number in range(ROUNDS):
        window = planned_window(asking.product, "2027-01-06T22:00", "2027-01-07T02:00", reference=f"M-{number}")
        seen = print_of(window, Change.MAINTENANCE, NOW)
        approve(window, Change.MAINTENANCE, Says.PLANNED, MANAGER, NOW, seen=seen)

        def worker() -> Act:
            return lambda: announce_due(NOW)

        outcomes = at_once(app, [worker, worker, worker])

        assert sorted(str(one) for one in outcomes) == ["0", "0", "3"]


@both_databases
def test_approval_while_contacts_come_and_go_tells_each_once(app: Flask, asking: World) -> None:
    for number in range(ROUNDS):
        window = planned_window(asking.product, "2027-01-06T22:00", "2027-01-07T02:00", reference=f"M-{number}")
        tenant = make_tenant(asking.product, f"tenant-{number}", contacts=2)
        pass_of_the_clock(NOW)
        seen = print_of(window, Change.MAINTENANCE, NOW)

        def manager(window_id: int = window.id, seen: str = seen) -> Act:
            own = db.session.get_one(MaintenanceWindow, window_id)
            return lambda: approve(own, Change.MAINTENANCE, Says.PLANNED, MANAGER, NOW, seen=seen)

        def appointing(tenant_id: int = tenant.id) -> Act:
            own = db.session.get_one(Tenant, tenant_id)
            return lambda: add_contact(own, ContactFacts("Noor", "noor@tenant.example"), MANAGER)

        def worker() -> Act:
            return lambda: catch_up(NOW)

        outcomes = at_once(app, [manager, appointing, worker])
        if isinstance(outcomes[0], ChangedMeanwhile):
            approved(window, Change.MAINTENANCE, NOW)
        pass_of_the_clock(NOW)

        assert [type(one).__name__ for one in outcomes[1:]] == ["Contact", "int"]
        assert isinstance(outcomes[0], Approval | ChangedMeanwhile)
        of_window = [message.address for message in messages(tenant) if f"M-{number}" in message.letter.plain]
        assert sorted(of_window) == sorted(
            [f"contact{one}@tenant-{number}.example" for one in (1, 2)] + ["noor@tenant.example"]
        )


@both_databases
def test_approval_and_move_at_once_never_tell_the_date_that_was_not_seen(app: Flask, asking: World) -> None:
    for number in range(ROUNDS):
        window = planned_window(asking.product, "2027-01-06T22:00", "2027-01-07T02:00", reference=f"M-{number}")
        seen = print_of(window, Change.MAINTENANCE, NOW)
        later = local("2027-01-16T22:00"), local("2027-01-17T02:00")
        before = len(messages())

        def manager(window_id: int = window.id, seen: str = seen) -> Act:
            own = db.session.get_one(MaintenanceWindow, window_id)
            return lambda: approve(own, Change.MAINTENANCE, Says.PLANNED, MANAGER, NOW, seen=seen)

        def planner(window_id: int = window.id, later: tuple[datetime, datetime] = later) -> Act:
            own = db.session.get_one(MaintenanceWindow, window_id)
            return lambda: move_maintenance(own, *later, PLANNER, NOW, revision=1)

        def worker() -> Act:
            return lambda: announce_due(TOLD)

        outcomes = at_once(app, [manager, planner, worker])

        db.session.expire_all()
        assert isinstance(outcomes[1], MaintenanceWindow)
        mails = [read(message) for message in messages()[before:]]
        assert isinstance(outcomes[0], Approval | ChangedMeanwhile | Conflict)
        # Written between the two, it was told the date that was seen; else nothing was, and nothing is without a word.
        written = [mail.facts[2].split(",")[0] for mail in mails][1:2]
        says = the_notice(window, Change.MAINTENANCE, asking.brug).says
        assert (written, says) in [(["Wed 6 January 2027"], Says.MOVED), ([], Says.PLANNED)]
        assert {one.state for one in messages()[before:]} <= {MessageState.CANCELLED}
        assert announce_due(TOLD) == 0


# What waits


def test_waiting_lists_what_is_open_and_why_it_is_not_for_me(asking: World) -> None:
    release = planned_release(asking.product, by=MANAGER)
    window = planned_window(asking.product)

    def listed(by: Actor) -> list[tuple[int, str, str]]:
        return [
            (one.duty.change.id, one.duty.kind.value, one.why_not) for one in waiting(duties_ahead(asking.product), by)
        ]

    mine = "You made the last change to it, so somebody else has to approve it."
    assert listed(MANAGER) == [
        (window.id, "maintenance", ""),
        (release.id, "acceptance", mine),
        (release.id, "production", mine),
    ]
    assert {why for _change, _kind, why in listed(PLANNER)} == {"A manager approves it."}
    approved(release, Change.PRODUCTION, NOW, by=OTHER)
    assert [kind for _change, kind, _why in listed(MANAGER)] == ["maintenance", "acceptance"]
    assert approval_of(release, Change.ACCEPTANCE, Says.PLANNED) is None
    asks_for_approval(asking.product, asks=False)
    assert listed(MANAGER) == []


@both_databases
def test_notice_that_came_back_holds_up_no_approval(planned: World) -> None:
    late = make_tenant(planned.product, "laatkomer", contacts=0)
    release = planned_release(planned.product)
    pass_of_the_clock(TOLD)
    before = len(messages())
    # All of its mails came back: a person calls, and nothing goes to the same addresses by itself.
    the_notice(release, Change.ACCEPTANCE, planned.brug).state = NoticeState.DUE
    db.session.commit()
    asks_for_approval(planned.product)
    add_contact(late, ContactFacts("L", "l@late.example"), MANAGER)
    approval = approved(release, Change.ACCEPTANCE, TOLD, by=OTHER)

    db.session.refresh(approval)
    assert approval.written_at == TOLD
    assert [message.address for message in messages()[before:]] == ["l@late.example"]


def test_who_made_a_token_is_no_second_person_to_what_it_planned(planned: World) -> None:
    issue_token("pipeline", Role.MANAGER, ADMIN, NOW)
    release = planned_release(planned.product, by=Actor("token pipeline", Role.MANAGER))
    asks_for_approval(planned.product)

    assert why_not(release, ADMIN) == "You made the last change to it, so somebody else has to approve it."
    assert why_not(release, OTHER) == ""
