"""Somebody leaves the demonstration while others write in it: all of it goes, or nothing does."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Timer

import pytest
from flask import Flask
from sqlalchemy import Connection, Insert, func, insert, select, update
from sqlalchemy.orm import Session

from accounts.models import User
from demo.leaving import leave
from demo.loading import loaded
from demo.removing import take_away
from evidence.actors import Role
from evidence.chain import verify
from evidence.models import Entry
from outbox.models import Letter, OutboxMessage
from schedules.models import Patch, Release
from schedules.notices import Notice
from schedules.upkeep import keep_up_all
from storage import Refused, db
from tenants.models import Product, ServiceLevelAgreement, Tenant
from tests.at_once import at_once, once_waited_for
from tests.faces.leaving import INVENTED, LEAVE, its_admin, the_demonstration
from tests.faces.pages import everything
from tests.planning import messages
from tests.world import ADMIN, NOW, both_databases, make_product

OWN = "ik@vendor.example"
TAKEN = "This address has an account already: sign in with it, and leave from there."
MEANWHILE = "Something was written in the demonstration at the same moment. Nothing is removed; try it again."
postgresql = pytest.mark.parametrize("engine", ["postgresql"])


@pytest.fixture
def demonstration(app: Flask) -> Product:
    return the_demonstration()


@pytest.fixture
def other(demonstration: Product) -> Iterator[Connection]:
    """Somebody else's transaction: seen by nobody until it is committed."""
    with db.engine.connect() as connection:
        yield connection


def first(kind: type[Release | Tenant]) -> int:
    return db.session.scalars(select(kind.id).order_by(kind.id)).first() or 0


def patch(release_id: int) -> Insert:
    values = {"release_id": release_id, "version": "2026.4.99", "deployed_at": NOW, "recorded_by": "pipeline"}
    return insert(Patch).values(**values)


@postgresql
def test_what_comes_to_a_release_meanwhile_goes_along(app: Flask, other: Connection) -> None:
    other.execute(patch(first(Release)))
    with once_waited_for(other.commit):
        leave(ADMIN, NOW)
    assert (loaded(), db.session.scalars(select(Patch)).all()) == (None, [])


@postgresql
def test_mails_of_a_notice_that_is_announced_meanwhile_go_along(app: Flask, demonstration: Product) -> None:
    make_product("echt", "Echt")
    release, tenant = first(Release), first(Tenant)
    with Session(db.engine) as announcer:
        announcer.get(Release, release, with_for_update={"read": True, "key_share": True})
        letter = Letter(language="nl", subject="", plain="", html="", created_at=NOW)
        mail = {"address": "contact@tenant.example", "message_id": "1@test", "created_at": NOW, "next_attempt_at": NOW}
        announcer.add(OutboxMessage(letter=letter, tenant_id=tenant, **mail))
        announcer.flush()
        with once_waited_for(announcer.commit):
            leave(ADMIN, NOW)
    assert (loaded(), messages(), db.session.scalars(select(Letter)).all()) == (None, [], [])


@postgresql
def test_planner_who_is_at_work_goes_first(app: Flask, demonstration: Product, other: Connection) -> None:
    keep_up_all(NOW)
    planning = select(Product.id).where(Product.id == demonstration.id).with_for_update(key_share=True)
    other.execute(planning)

    notices = list(db.session.scalars(select(Notice.id).where(Notice.release_id.is_not(None))))
    db.session.rollback()
    assert len(notices) > 0

    def go_on() -> None:
        other.execute(update(Notice).where(Notice.id.in_(notices)).values(announce_at=NOW))
        other.commit()

    with once_waited_for(go_on):
        leave(ADMIN, NOW)
    assert loaded() is None


@postgresql
def test_what_is_written_of_the_product_alone_leaves_all_of_it_there(
    app: Flask, demonstration: Product, other: Connection
) -> None:
    before = everything()
    values = {"product_id": demonstration.id, "effective_on": date(2027, 7, 1)}
    other.execute(insert(ServiceLevelAgreement).values(**values))
    # Nobody is waited for who may come to wait for us; where it is, the test ends all the same.
    until = Timer(60, other.commit)
    until.start()
    with pytest.raises(Refused, match="op hetzelfde moment"):
        leave(INVENTED, NOW, OWN)
    until.cancel()
    # No account either, to be in the way when it is tried again.
    assert everything() == before
    other.commit()
    stays = leave(INVENTED, NOW, OWN)
    assert (loaded(), stays and stays.email) == (None, OWN)
    assert [message.address for message in messages()] == [OWN]


@postgresql
def test_address_that_somebody_else_takes_meanwhile_leaves_all_of_it_there(app: Flask, other: Connection) -> None:
    reader, before = its_admin(app), everything()
    values = {"email": OWN, "fs_uniquifier": "somebody", "role": Role.VIEWER, "created_at": NOW}
    other.execute(insert(User).values(**values))
    with once_waited_for(other.commit):
        page = reader.post(LEAVE, {"sure": "y", "email": OWN})
    assert (page.status, MEANWHILE in page.main) == (422, True)
    assert everything() | {"user_account": []} == before | {"user_account": []}
    page = reader.post(LEAVE, {"sure": "y", "email": OWN})
    assert page.wrong == {"email": TAKEN}


@postgresql
def test_account_that_is_made_while_others_plan_becomes_nobody_elses(app: Flask, other: Connection) -> None:
    reader, before = its_admin(app), everything()
    other.execute(select(Product.id).with_for_update(key_share=True))
    values = {"email": OWN, "fs_uniquifier": "somebody", "role": Role.VIEWER, "created_at": NOW}
    other.execute(insert(User).values(**values))
    with once_waited_for(other.commit):
        page = reader.post(LEAVE, {"sure": "y", "email": OWN})
    assert (page.status, page.wrong) == (422, {"email": TAKEN})
    assert everything() | {"user_account": []} == before | {"user_account": []}
    assert db.session.scalars(select(User.role).where(User.email == OWN)).one() is Role.VIEWER


@both_databases
def test_two_who_leave_at_once_put_it_on_record_once(app: Flask, demonstration: Product) -> None:
    outcomes = at_once(app, [lambda: lambda: leave(ADMIN, NOW)] * 2)
    (refused,) = [one for one in outcomes if one is not None]
    assert isinstance(refused, Refused)
    assert refused.message == "Er is hier geen demonstratie meer."
    assert db.session.scalar(select(func.count()).where(Entry.kind == "demonstration_removed")) == 1
    assert (loaded(), verify()) == (None, [])


@postgresql
def test_who_goes_with_it_while_waiting_to_leave_is_signed_out(app: Flask, demonstration: Product) -> None:
    reader = its_admin(app)

    def left() -> str:
        with app.app_context():
            return reader.post(LEAVE, {"sure": "y", "email": OWN}).location

    take_away(ADMIN, NOW)
    session = db.session()

    def first_one_ends() -> None:
        with app.app_context():
            session.commit()

    with once_waited_for(first_one_ends), ThreadPoolExecutor(1) as thread:
        location = thread.submit(left).result()
    assert location == "/planner/first-steps"
    page = reader.get(location)
    assert (page.status, page.location.partition("?")[0]) == (302, "/login")
    assert "The demonstration is gone." in reader.follow(page).main
    assert db.session.scalars(select(User.email)).all() == []


@both_databases
def test_record_says_first_what_went_and_then_who_came(app: Flask, demonstration: Product) -> None:
    releases = list(db.session.scalars(select(Release.id).order_by(Release.id)))
    leave(INVENTED, NOW, OWN)
    went, came = db.session.scalars(select(Entry).order_by(Entry.id.desc()).limit(2)).all()[::-1]
    assert (went.kind, json.loads(went.facts)["releases"]) == ("demonstration_removed", releases)
    (person,) = db.session.scalars(select(User))
    assert (came.kind, json.loads(came.facts)["person"]) == ("colleague_added", person.id)
    assert verify() == []
    (mail,) = messages()
    assert (mail.address, person.locale, bool(re.search(r"/welcome/\S+", mail.letter.plain))) == (OWN, "nl", True)
