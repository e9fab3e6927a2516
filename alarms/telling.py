"""Every channel is told of an alarm, and then of its end: mail by way of the outbox, the others from here."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog
from flask import current_app
from flask_babel import force_locale
from sqlalchemy import ColumnElement, select, update

from accounts.models import User
from alarms.channels import Address, Problem, addresses, send
from alarms.letters import post, text_of, words
from alarms.models import Alarm, AlarmTelling
from alarms.receivers import receivers
from storage import db

# After the first attempt, the second and so on; no more than an hour in all.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 20))
# A worker that is lost while it tells is followed by another after this.
LEASE = timedelta(minutes=2)
BY_MAIL = "mail:"

log = structlog.get_logger()


def tell(alarm: Alarm, now: datetime) -> None:
    """Write, in the running transaction, that every channel is to be told of an alarm as it is; mails are queued."""
    for channel, name, language in receivers(alarm.kind):
        if language is not None:
            post(alarm, name, language, now)
        _write(alarm, channel, name, now, by_mail=language is not None)


def take_back(alarm: Alarm, now: datetime) -> None:
    """Write, in the running transaction, that the channels told of an alarm are to hear that it is over."""
    told = {telling.channel: telling.name for telling in alarm.tellings if not telling.over}
    languages = _languages(channel for channel in told if channel.startswith(BY_MAIL))
    for channel, name in told.items():
        by_mail = channel.startswith(BY_MAIL)
        if by_mail and channel not in languages:
            # Somebody who has left since.
            continue
        if by_mail:
            post(alarm, name, languages[channel], now, is_over=True)
        _write(alarm, channel, name, now, by_mail=by_mail, over=True)


def tell_channels(now: datetime) -> int:
    """Tell the channels of the settings what they are still to be told. Returns how many took it.

    A transaction is open at no time while a channel is spoken to. One that is down is tried again for an hour, after
    growing pauses; no other channel is told again for it. A channel that breaks off in the middle may be told twice.
    """
    due = db.session.scalars(
        select(AlarmTelling.id)
        .where(AlarmTelling.next_attempt_at <= now)
        .order_by(AlarmTelling.next_attempt_at, AlarmTelling.id)
    ).all()
    db.session.rollback()
    if not due:
        return 0
    known = {address.channel: address for address in addresses()}
    return sum(_tell_one(telling_id, known, now) for telling_id in due)


def _tell_one(telling_id: int, known: dict[str, Address], now: datetime) -> int:
    telling = db.session.get_one(AlarmTelling, telling_id, populate_existing=True)
    alarm = db.session.get_one(Alarm, telling.alarm_id, populate_existing=True)
    address, attempts = known.get(telling.channel), telling.attempts
    if telling.over and (waits_for := _not_told_yet(telling)):
        # Told that it is over before what it was about: the earlier goes first, or is given up.
        again_at = now + PAUSES[0] if waits_for == "pending" else None
        _change(telling_id, AlarmTelling.attempts == attempts, {"next_attempt_at": again_at})
        return 0
    if address is None or (alarm.over_at is not None and not telling.over) or telling.step != alarm.step:
        why = Problem.UNKNOWN if address is None else Problem.PAST
        _change(telling_id, AlarmTelling.attempts == attempts, {"next_attempt_at": None, "error": why})
        return 0
    with force_locale(current_app.config.get("ALARM_LANGUAGE") or "nl"):
        said = words(alarm, is_over=telling.over)
        text = text_of(said)
    created_at, name = telling.created_at, telling.name
    # Of two who come here at once, one gets it.
    mine = (AlarmTelling.attempts == attempts) & (AlarmTelling.next_attempt_at <= now)
    if not _change(telling_id, mine, {"next_attempt_at": now + LEASE, "attempts": attempts + 1}):
        return 0
    problem = send(address, said.subject, text)
    if not problem:
        _change(telling_id, None, {"told_at": now, "next_attempt_at": None, "error": ""})
        return 1
    log.warning("a channel was not told of an alarm", channel=name, reason=problem, attempts=attempts + 1)
    again_at = now + PAUSES[min(attempts, len(PAUSES) - 1)]
    in_time = again_at <= created_at + timedelta(hours=1)
    _change(telling_id, None, {"next_attempt_at": again_at if in_time else None, "error": problem})
    return 0


def _not_told_yet(over: AlarmTelling) -> str:
    """What keeps a channel from hearing that an alarm is over: "pending" or "never" told of it; empty: nothing."""
    earlier = db.session.scalars(
        select(AlarmTelling).where(
            AlarmTelling.alarm_id == over.alarm_id, AlarmTelling.channel == over.channel, AlarmTelling.over.is_(False)
        )
    ).all()
    if any(telling.next_attempt_at is not None for telling in earlier):
        return "pending"
    return "" if any(telling.told_at is not None for telling in earlier) else "never"


def _change(telling_id: int, as_it_was: ColumnElement[bool] | None, values: dict[str, object]) -> bool:
    statement = update(AlarmTelling).where(AlarmTelling.id == telling_id)
    if as_it_was is not None:
        statement = statement.where(as_it_was)
    # Of what was read before nothing is kept: it was the transaction's.
    db.session.rollback()
    found = db.session.execute(statement.values(**values).execution_options(synchronize_session=False))
    db.session.commit()
    return bool(found.rowcount)  # type: ignore[attr-defined]


def _write(alarm: Alarm, channel: str, name: str, now: datetime, *, by_mail: bool, over: bool = False) -> None:
    db.session.add(
        AlarmTelling(
            alarm_id=alarm.id,
            step=alarm.step,
            over=over,
            channel=channel,
            name=name,
            created_at=now,
            told_at=now if by_mail else None,
            next_attempt_at=None if by_mail else now,
        )
    )


def _languages(channels: Iterable[str]) -> dict[str, str]:
    """The languages of those people among the channels who are still here."""
    ids = [int(channel.removeprefix(BY_MAIL)) for channel in channels]
    found = db.session.execute(select(User.id, User.locale).where(User.id.in_(ids), User.active.is_(True)))
    return {f"{BY_MAIL}{user_id}": locale for user_id, locale in found}
