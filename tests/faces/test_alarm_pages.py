"""What is wrong stands at the top of Today, and all alarms on a page of their own."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, select, update

from accounts.models import User
from alarms.models import Alarm, AlarmKind
from alarms.queries import PER_PAGE
from outbox.delivery import beat
from outbox.models import MessageState, OutboxMessage
from storage import db
from tests.alarms.listener import Listener
from tests.alarms.watching import watched
from tests.faces.pages import Reader
from tests.outbox.rows import queue
from tests.planning import counted_queries
from tests.world import NOW, World

REFUSED = "The mail server refuses us"


def refuse() -> None:
    beat("here/1", NOW)
    queue(reply="550 5.7.1 Relaying denied", next_attempt_at=NOW + timedelta(hours=1))
    watched(NOW)


def test_open_alarm_stands_at_the_top_of_today(planner: Reader) -> None:
    assert REFUSED not in planner.get("/planner/").main
    refuse()
    page = planner.get("/planner/")

    assert page.main.index(REFUSED) < page.main.index("What comes")
    assert "It refuses us, not a reader. It said: 550 5.7.1 Relaying denied 1 mail waits." in page.main
    assert "Look at the mail server and at the settings that begin with MAIL_" in page.main


def test_list_tells_who_was_told_and_since_when_it_is_over(planner: Reader, app: Flask) -> None:
    with Listener() as well, Listener() as broken:
        broken.status = 500
        app.config["ALARM_URLS"] = f"{well.url} {broken.url}"
        refuse()
    opened = planner.get("/planner/alarms").main
    db.session.execute(update(OutboxMessage).values(state=MessageState.SENT))
    db.session.commit()
    watched(NOW + timedelta(minutes=30))
    over = planner.get("/planner/alarms").main

    for words in (
        REFUSED,
        "planner@vendor.example: Mon 23 November 2026, 10:00",
        "JSON (1): Mon 23 November 2026, 10:00",
    ):
        assert words in opened
    assert "JSON (2): not yet (it cannot be reached, or refuses)" in opened
    assert opened.split("Times are those of")[0].endswith(" open ")
    assert "Mon 23 November 2026, 10:30" in over
    assert "JSON (2): not told (it was over, or worse, before it could be told)" in over


def test_list_is_paged(planner: Reader, app: Flask) -> None:
    many = [
        {
            "kind": AlarmKind.PUT_ASIDE,
            "subject": f"mail:{number}",
            "facts": {"number": number, "zone": "UTC"},
            "seen_at": NOW,
            "raised_at": NOW + timedelta(minutes=number),
        }
        for number in range(2, PER_PAGE + 3)
    ]
    db.session.execute(insert(Alarm), many)
    db.session.commit()
    first, second = planner.get("/planner/alarms"), planner.get("/planner/alarms?page=2")

    assert first.main.count("mails were put aside") == PER_PAGE
    assert "Page 1 of 2" in first.main
    assert second.main.count("mails were put aside") == 1
    assert [planner.get(f"/planner/alarms?page={page}").status for page in (0, 3)] == [404, 404]


def test_list_asks_no_more_where_there_are_more(planner: Reader, planned: World) -> None:
    def queries() -> int:
        with counted_queries() as statements:
            planner.get("/planner/alarms")
        return len(statements)

    refuse()
    few = queries()
    for number in range(3):
        beat(f"there/{number}", NOW - timedelta(minutes=5))
    watched(NOW)

    assert queries() == few


def test_empty_list_says_so(planner: Reader) -> None:
    assert "There has been no alarm." in planner.get("/planner/alarms").main


@pytest.mark.parametrize(("form", "wanted"), [({}, False), ({"wanted": "y"}, True)])
def test_reader_turns_the_mails_on_and_off(planner: Reader, form: dict[str, str], wanted: bool) -> None:
    page = planner.post("/planner/alarms/mail", form)

    assert (page.status, page.location) == (302, "/planner/alarms")
    chosen = {user.email: user.alarms_by_mail for user in db.session.scalars(select(User))}
    assert chosen.pop("planner@vendor.example") is wanted
    assert set(chosen.values()) == {True}
    assert ("checked" in planner.get("/planner/alarms").html) is wanted


def test_contact_sees_no_alarm(contact: Reader) -> None:
    refuse()
    assert contact.get("/planner/alarms").status == 404
    assert contact.post("/planner/alarms/mail").status == 404
