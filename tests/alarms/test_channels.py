"""Each channel is told once; one that is down is tried again for an hour, and no other is told again for it."""

import os
import signal
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Select, select, update
from structlog.testing import capture_logs

from alarms import channels
from alarms.channels import parse
from alarms.models import AlarmTelling
from alarms.telling import tell_channels
from entrypoints.settings import Settings, WrongSetting, read_settings
from evidence.actors import Role
from outbox.models import OutboxMessage
from schedules.notices import Notice, NoticeState
from storage import db
from tests.alarms.listener import Listener
from tests.alarms.watching import mailed, watched
from tests.at_once import at_once
from tests.outbox.rows import queue
from tests.planning import PRODUCTION_DEADLINE, planned_release, read
from tests.world import NOW, World, both_databases, make_user

MINUTE = timedelta(minutes=1)
REFUSED = "The mail server refuses us"


def refuse() -> list[int]:
    """A mail that the server refused for what we are."""
    return queue(reply="550 5.7.1 Relaying denied", attempts=1, next_attempt_at=NOW + MINUTE)


def mend() -> None:
    db.session.execute(update(OutboxMessage).where(OutboxMessage.announcement_id == 1).values(reply="250 Ok"))
    db.session.commit()


def tellings() -> list[tuple[bool, int, bool]]:
    """Of each channel beside mail: whether it was told, after how many attempts, and whether that is all."""
    found = db.session.scalars(
        select(AlarmTelling)
        .where(AlarmTelling.channel.startswith("address:"))
        .order_by(AlarmTelling.id)
        .execution_options(populate_existing=True)
    )
    return [(one.told_at is not None, one.attempts, one.next_attempt_at is None) for one in found]


@both_databases
def test_channel_is_told_once_and_told_when_it_is_over(planned: World, app: Flask, listener: Listener) -> None:
    app.config["ALARM_LANGUAGE"] = "en"
    refuse()
    for _pass in range(3):
        watched(NOW)
    mend()
    for _pass in range(3):
        watched(NOW + MINUTE)

    assert listener.told == [REFUSED, f"Over: {REFUSED}"]
    assert listener.texts[0] == (
        "It refuses us, not a reader. It said: 550 5.7.1 Relaying denied 1 mail waits.\n\n"
        "Look at the mail server and at the settings that begin with MAIL_; “flask doctor” says what is wrong. What "
        "waits leaves by itself when the server takes it, as long as its deadline has not passed.\n\n"
        "http://localhost/planner/alarms"
    )


@both_databases
def test_eight_workers_tell_a_channel_once(planned: World, app: Flask, listener: Listener) -> None:
    listener.status = 500
    refuse()
    watched(NOW)
    listener.status = 200
    later = NOW + 2 * MINUTE
    told = at_once(app, [lambda: lambda: tell_channels(later)] * 8)

    assert sorted(told, key=str) == [0] * 7 + [1]
    assert len(listener.told) == 1


def test_channel_that_refuses_is_tried_again_and_no_other_is_told_twice(
    planned: World, app: Flask, listener: Listener
) -> None:
    with Listener() as other:
        app.config["ALARM_URLS"] = f"{listener.url} {other.url}"
        listener.status = 503
        refuse()
        watched(NOW)
        assert tellings() == [(False, 1, False), (True, 1, True)]
        watched(NOW + MINUTE / 2)
        assert listener.asked == 1
        listener.status = 200
        watched(NOW + MINUTE)

        assert tellings() == [(True, 2, True), (True, 1, True)]
        assert (len(listener.told), len(other.told)) == (1, 1)


def test_channel_that_stays_away_is_given_up_after_an_hour(planned: World, listener: Listener) -> None:
    listener.status = 500
    refuse()
    asked = []
    for minute in range(181):
        before = listener.asked
        watched(NOW + minute * MINUTE)
        asked += [minute] * (listener.asked - before)

    assert asked == [0, 1, 3, 8, 18, 38, 58]
    assert tellings() == [(False, 7, True)]


def test_channel_that_hangs_does_not_hold_the_worker(
    planned: World, listener: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channels, "TIME_OUT", 0.5)
    listener.hangs = True
    refuse()
    watched(NOW)

    assert tellings() == [(False, 1, False)]
    assert db.session.scalars(select(AlarmTelling.error).where(AlarmTelling.error != "")).all() == [
        "it did not answer in time"
    ]


def test_nobody_hears_that_it_is_over_who_did_not_hear_of_it(planned: World, listener: Listener) -> None:
    listener.status = 500
    refuse()
    watched(NOW)
    mend()
    watched(NOW + MINUTE / 2)
    listener.status = 200
    for minutes in range(1, 10):
        watched(NOW + minutes * MINUTE)

    assert listener.told == []
    assert [done for _told, _attempts, done in tellings()] == [True, True]


def test_channel_taken_from_the_settings_is_not_told_any_more(planned: World, app: Flask, listener: Listener) -> None:
    listener.status = 500
    refuse()
    watched(NOW)
    app.config["ALARM_URLS"] = ""
    watched(NOW + 5 * MINUTE)

    assert tellings() == [(False, 1, True)]


def test_channels_get_the_language_of_the_setting(planned: World, app: Flask, listener: Listener) -> None:
    planned_release(planned.product)
    db.session.execute(update(Notice).where(Notice.kind == "acceptance").values(state=NoticeState.COMPLETE))
    db.session.commit()
    for language, hours in (("nl", 72), ("en", 24)):
        app.config["ALARM_LANGUAGE"] = language
        watched(PRODUCTION_DEADLINE - timedelta(hours=hours))

    assert [title.split()[-1] for title in listener.told if "2027.1" in title] == ["productie", "production"]


def test_people_are_mailed_by_their_role_and_their_own_wish(planned: World) -> None:
    for email, values in (
        ("gone@vendor.example", {"active": False}),
        ("quiet@vendor.example", {"alarms_by_mail": False}),
    ):
        user = make_user(email, Role.MANAGER)
        for name, value in values.items():
            setattr(user, name, value)
    db.session.commit()
    refuse()
    watched(NOW)
    readers = [one.address for one in db.session.scalars(_mails())]
    assert readers == [f"{role}@vendor.example" for role in ("admin", "manager", "operator", "planner")]

    planned_release(planned.product)
    db.session.execute(update(Notice).values(state=NoticeState.PLANNED))
    db.session.commit()
    watched(PRODUCTION_DEADLINE - 2 * MINUTE)
    assert "operator@vendor.example" in readers
    assert [subject for subject in mailed("operator@vendor.example") if "production" in subject] == []
    assert len([subject for subject in mailed("manager@vendor.example") if "production" in subject]) == 1


def test_mail_says_what_happened_and_where_to_act(planned: World, app: Flask) -> None:
    release = planned_release(planned.product)
    db.session.execute(update(Notice).where(Notice.tenant_id != planned.brug.id).values(state=NoticeState.COMPLETE))
    db.session.execute(update(Notice).where(Notice.kind == "acceptance").values(state=NoticeState.COMPLETE))
    db.session.commit()
    app.config["MAIL_SERVER"] = "127.0.0.1"
    watched(PRODUCTION_DEADLINE - timedelta(hours=30))

    mail = read(next(one for one in db.session.scalars(_mails()) if one.address == "planner@vendor.example"))
    assert mail.subject == "72 hours left: no proof that 1 tenant heard of release 2027.1 in production"
    happened = (
        "Inconto: there is no proof yet that Zorggroep De Brug heard of release 2027.1 in production, planned for "
        "Mon 8 February 2027, 06:00, Amsterdam time (UTC+1). It must be given by Fri 8 January 2027, 06:00, Amsterdam "
        "time (UTC+1) (SLA 3.3). After that it is missed for good."
    )
    assert mail.text.strip().split("\n\n")[1:4] == [
        happened,
        "See on its page what holds it up. Where a mail does not arrive, telephone the tenant and record the call.",
        f"http://localhost/planner/releases/{release.id}",
    ]
    assert f'href="http://localhost/planner/releases/{release.id}"' in mail.html


SECRET = "T1JJ3T3L2"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"nosuch://{SECRET}/x", "address 1 (nosuch://...)"),
        (f"json://127.0.0.1\nnosuch://{SECRET}", "address 2 (nosuch://...)"),
        (SECRET, "address 1 (without a scheme)"),
        (f"slack://{SECRET}", "address 1 (slack://...)"),
        (f"://{SECRET}", "address 1 (without a scheme)"),
    ],
)
def test_address_that_cannot_be_used_stops_the_start(
    text: str, shown: str, capfd: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    with pytest.raises(WrongSetting) as stopped:
        read_settings(ALARM_URLS=text, DATA_DIR=tmp_path, _env_file=None)

    words = str(stopped.value)
    assert words.splitlines()[1].startswith(f"  ALARM_URLS: {shown} is none that can be used; expected addresses")
    assert SECRET not in words + "".join(capfd.readouterr())


def test_addresses_are_read_once_each_and_named_without_their_secrets() -> None:
    found = parse(
        "json://127.0.0.1/secret\n  slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ json://127.0.0.1/secret"
    )

    assert [address.name for address in found] == ["JSON (1)", "Slack (2)"]
    assert [len(address.channel) for address in found] == [24, 24]
    assert Settings(_env_file=None).ALARM_URLS == ""  # type: ignore[call-arg]


def test_failing_channel_is_logged_without_its_secret(
    planned: World, listener: Listener, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    listener.status = 500
    refuse()
    with capture_logs() as logged:
        watched(NOW)

    assert [(one["event"], one["channel"]) for one in logged] == [("a channel was not told of an alarm", "JSON (1)")]
    assert "a-secret-of-ours" not in str(logged) + caplog.text + "".join(capfd.readouterr())


def _mails() -> Select[OutboxMessage]:
    return select(OutboxMessage).where(OutboxMessage.announcement_id.is_(None)).order_by(OutboxMessage.id)


def test_channel_follows_a_worker_that_was_lost(planned: World, app: Flask, listener: Listener) -> None:
    """A worker is killed while a channel hangs: another tells it, once the first one's time is over."""
    listener.hangs = True
    refuse()
    app.config["ALARM_URLS"] = ""
    watched(NOW)
    app.config["ALARM_URLS"] = listener.url
    address = parse(listener.url)[0]
    telling = AlarmTelling(
        alarm_id=1, step=0, channel=address.channel, name=address.name, created_at=NOW, next_attempt_at=NOW
    )
    db.session.add(telling)
    db.session.commit()
    db.session.remove()
    db.engine.dispose()
    child = os.fork()
    if not child:
        tell_channels(NOW)
        os._exit(0)
    while not listener.asked:
        pass
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    listener.hangs = False
    assert [tell_channels(NOW + MINUTE), tell_channels(NOW + 2 * MINUTE), tell_channels(NOW + 3 * MINUTE)] == [0, 1, 0]
    assert len(listener.told) == 1
