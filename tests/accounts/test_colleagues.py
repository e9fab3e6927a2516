"""The vendor's own people: let in, given a role, let in no more; an administrator always stays."""

import json
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy import select

from accounts.colleagues import (
    add_colleague,
    close_account,
    colleague,
    colleagues,
    give_role,
    mail_link_again,
    open_account,
)
from accounts.models import User
from accounts.people import create_user
from evidence.actors import COMMAND_LINE, Actor, NotAllowed, Role
from evidence.chain import verify
from evidence.models import Entry
from outbox.models import OutboxMessage
from storage import Conflict, Refused, db
from tests.at_once import at_once
from tests.faces.conftest import CONTACT
from tests.world import ADMIN, MANAGER, NOW, World, both_databases, make_user


@pytest.fixture(autouse=True)
def english(app: Flask) -> Iterator[None]:
    with force_locale("en"):
        yield


def user(email: str) -> User:
    return db.session.scalars(select(User).where(User.email == email)).one()


def recorded() -> list[tuple[str, str, dict[str, object]]]:
    rows = db.session.scalars(select(Entry).where(Entry.kind.like("colleague_%")).order_by(Entry.id))
    return [(row.actor, row.kind, json.loads(row.facts)) for row in rows]


def test_colleague_is_let_in_by_a_mail_in_its_language(planned: World) -> None:
    anna = add_colleague("Anna@Vendor.example", Role.PLANNER, "nl", ADMIN, NOW)

    assert (anna.email, anna.role, anna.locale, anna.password, anna.invited_at) == (
        *("anna@vendor.example", Role.PLANNER, "nl", None, NOW),
    )
    (mail,) = db.session.scalars(select(OutboxMessage))
    assert (mail.address, mail.letter.subject) == (
        "anna@vendor.example",
        "Je account voor de aankondigingen van Inconto",
    )
    assert "/welcome/" in mail.letter.plain
    assert recorded() == [(ADMIN.name, "colleague_added", {"person": anna.id, "role": "planner"})]


REFUSED: list[tuple[str, Role, str, type[Refused], str]] = [
    ("nonsense", Role.PLANNER, "nl", Refused, "email"),
    ("", Role.PLANNER, "nl", Refused, "email"),
    ("anna@vendor.example", Role.CONTACT, "nl", Refused, "role"),
    ("anna@vendor.example", Role.PLANNER, "de", Refused, "locale"),
    ("Viewer@vendor.example", Role.PLANNER, "nl", Conflict, "email"),
    (CONTACT, Role.PLANNER, "nl", Conflict, "email"),
]


@pytest.mark.parametrize(("email", "role", "locale", "error", "field"), REFUSED)
def test_who_cannot_be_let_in_gets_no_mail(
    planned: World, email: str, role: Role, locale: str, error: type[Refused], field: str
) -> None:
    with pytest.raises(error) as refused:
        add_colleague(email, role, locale, ADMIN, NOW)
    assert (type(refused.value), refused.value.field) == (error, field)
    db.session.rollback()
    assert db.session.scalars(select(OutboxMessage)).all() == []
    assert recorded() == []


def test_closed_account_lets_in_no_more_until_it_is_opened(planned: World) -> None:
    viewer = user("viewer@vendor.example")
    before = viewer.fs_uniquifier
    close_account(viewer, ADMIN, NOW)
    assert (viewer.active, viewer.fs_uniquifier == before) == (False, False)
    assert colleagues()[-1] is viewer
    with pytest.raises(Conflict, match="was closed: open it again"):
        add_colleague("viewer@vendor.example", Role.VIEWER, "en", ADMIN, NOW)

    open_account(viewer, ADMIN, NOW)
    assert (viewer.active, viewer.password, viewer.role) == (True, None, Role.VIEWER)
    assert [mail.address for mail in db.session.scalars(select(OutboxMessage))] == ["viewer@vendor.example"]
    facts = {"person": viewer.id, "role": "viewer"}
    assert recorded() == [(ADMIN.name, "colleague_closed", facts), (ADMIN.name, "colleague_opened", facts)]
    # Done twice it is done once.
    open_account(viewer, ADMIN, NOW)
    assert len(recorded()) == 2
    assert verify() == []


def test_role_is_given_once(planned: World) -> None:
    viewer = user("viewer@vendor.example")
    give_role(viewer, Role.OPERATOR, ADMIN, NOW)
    give_role(viewer, Role.OPERATOR, ADMIN, NOW)
    assert viewer.role is Role.OPERATOR
    assert recorded() == [(ADMIN.name, "colleague_role", {"person": viewer.id, "role": "operator"})]


VERBS: list[Callable[[User, Actor], object]] = [
    lambda one, by: close_account(one, by, NOW),
    lambda one, by: open_account(one, by, NOW),
    lambda one, by: give_role(one, Role.VIEWER, by, NOW),
]


@pytest.mark.parametrize("verb", VERBS)
def test_own_account_is_somebody_elses_to_change(planned: World, verb: Callable[[User, Actor], object]) -> None:
    own = user(ADMIN.name)
    with pytest.raises(Refused, match="your own account"):
        verb(own, ADMIN)
    for by in (MANAGER, Actor("planner@vendor.example", Role.PLANNER)):
        with pytest.raises(NotAllowed):
            verb(own, by)
    assert (own.active, own.role, recorded()) == (True, Role.ADMIN, [])


def test_link_is_mailed_again_to_who_has_not_come_in(planned: World) -> None:
    anna = add_colleague("anna@vendor.example", Role.PLANNER, "nl", ADMIN, NOW)
    mail_link_again(anna, ADMIN, NOW)
    assert len(db.session.scalars(select(OutboxMessage)).all()) == 2
    with pytest.raises(Refused, match="asks for a new one"):
        mail_link_again(user("viewer@vendor.example"), ADMIN, NOW)


def test_person_of_a_tenant_is_no_colleague(planned: World) -> None:
    assert colleague(user(CONTACT).id) is None
    assert CONTACT not in [one.email for one in colleagues()]


def test_last_administrator_stays_for_the_command_line_too(planned: World) -> None:
    with pytest.raises(Conflict, match="Nobody else administers"):
        create_user(ADMIN.name, Role.VIEWER, COMMAND_LINE, NOW)
    db.session.rollback()
    # Who never came in is nobody to rest on.
    add_colleague("never@vendor.example", Role.ADMIN, "nl", ADMIN, NOW)
    with pytest.raises(Conflict, match="Nobody else administers"):
        close_account(user(ADMIN.name), COMMAND_LINE, NOW)
    db.session.rollback()
    make_user("second@vendor.example", Role.ADMIN)
    assert create_user(ADMIN.name, Role.VIEWER, COMMAND_LINE, NOW).role is Role.VIEWER
    assert recorded()[-1][:2] == (COMMAND_LINE.name, "colleague_role")


@both_databases
@pytest.mark.parametrize("way", ["close", "role"])
def test_two_administrators_who_take_it_from_each_other(app: Flask, planned: World, way: str) -> None:
    make_user("second@vendor.example", Role.ADMIN)
    names = (ADMIN.name, "second@vendor.example")

    def takes(by: str, whom: str) -> Callable[[], Callable[[], object]]:
        def prepare() -> Callable[[], object]:
            # As a request does, which has read both before it is let in.
            other, actor = user(whom), user(by).actor
            if way == "close":
                return lambda: close_account(other, actor, NOW)
            return lambda: give_role(other, Role.VIEWER, actor, NOW)

        return prepare

    outcomes = at_once(app, [takes(names[0], names[1]), takes(names[1], names[0])])

    assert [type(one) for one in outcomes if one is not None] == [Conflict]
    left = [one.email for one in colleagues() if one.active and one.role is Role.ADMIN]
    assert len(left) == 1
    assert len(recorded()) == 1


@both_databases
def test_same_address_twice_at_once_is_let_in_once(app: Flask, planned: World) -> None:
    def add() -> Callable[[], object]:
        return lambda: add_colleague("anna@vendor.example", Role.PLANNER, "nl", ADMIN, NOW) and None

    outcomes = at_once(app, [add, add])

    assert [type(one) for one in outcomes if one is not None] == [Conflict]
    assert len(db.session.scalars(select(OutboxMessage)).all()) == 1


def test_command_line_lets_a_closed_account_in_again(planned: World) -> None:
    viewer = user("viewer@vendor.example")
    close_account(viewer, ADMIN, NOW)
    assert create_user(viewer.email, Role.PLANNER, COMMAND_LINE, NOW).active is True
    facts = {"person": viewer.id, "role": "planner"}
    assert recorded()[-1] == (COMMAND_LINE.name, "colleague_opened", facts)
