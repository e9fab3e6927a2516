"""A pass of the worker with nothing to do, over ten years of history: what it costs every five seconds, for ever."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert, text

from benchmarks.results import say, seconds
from benchmarks.vendor import vendor
from entrypoints.tick import tick
from outbox.models import Letter
from schedules.models import Release
from storage import db

TENANTS = 10_000
RELEASES = 40
MAILS_A_TENANT = 20
PASSES = 41
GOAL = 0.020
NOTICE = (
    "INSERT INTO notice (tenant_id, release_id, kind, says, revision, planned_at, period, clause, deadline_at,"
    " lapses_at, announce_at, state, joined_late, later_than_aimed, announced_at, told_plan, given_at, completed_at,"
    " created_at)"
    " VALUES (?, ?, ?, 'planned', 1, ?, 'P1M', 'SLA 3.3', ?, ?, ?, ?, 0, 0, ?, 1, ?, ?, ?)"
)
MAIL = (
    "INSERT INTO outbox_message (letter_id, announcement_id, tenant_id, contact_id, address, name, channel, fields,"
    " message_id, state, created_at, next_attempt_at, not_after, attempts, lost, sent_at, reply, trial, settled_at)"
    " VALUES (1, ?, ?, ?, ?, '', 'mail', '{}', ?, ?, ?, ?, ?, 1, 0, ?, ?, 0, ?)"
)


def main() -> None:
    with vendor(TENANTS):
        fill(datetime.now(UTC))
        # What the first pass finds to do is done before anything is measured.
        for _pass in range(2):
            tick("bench")
        taken, reference = fastest(one_pass), fastest(reads)
    name = f"tick with nothing due, {TENANTS} tenants and {TENANTS * RELEASES * 2} notices"
    say(name, taken, "s", f"budget of {GOAL * 1000:.0f} ms", GOAL, 1)
    say("the same tick", taken, "s", "100 times SELECT 1", reference, 20)


def fill(now: datetime) -> None:
    """Ten years of releases that were told and given, four a year; straight into the rows."""
    dates = {number: now - timedelta(days=91 * (RELEASES + 1 - number)) for number in range(1, RELEASES + 1)}
    db.session.execute(insert(Release), [_release(number, at) for number, at in dates.items()])
    db.session.add(Letter(id=1, language="nl", subject="Oud", plain="Oud", html="", created_at=now))
    db.session.flush()
    connection = db.session.connection()
    for number, production in dates.items():
        connection.exec_driver_sql(NOTICE, list(_notices(number, production)))
    connection.exec_driver_sql(MAIL, list(_mails(dates)))
    db.session.commit()


def _release(number: int, production: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "product_id": 1,
        "version": f"{2000 + number // 4}.{number % 4 + 1}",
        "title_nl": "Oud",
        "title_en": "Old",
        "acceptance_at": production - timedelta(days=21),
        "production_at": production,
        "year": 1000 + number,
        "slot": 1,
        "planned_by": "bench",
        "created_at": production - timedelta(days=100),
        "acceptance_recorded_at": production - timedelta(days=21),
    }


def _notices(number: int, production: datetime) -> Iterator[tuple[object, ...]]:
    for kind, planned in (("acceptance", production - timedelta(days=21)), ("production", production)):
        at, told = _stored(planned), _stored(planned - timedelta(days=37))
        deadline, made = _stored(planned - timedelta(days=30)), _stored(planned - timedelta(days=100))
        for tenant in range(1, TENANTS + 1):
            # One in a hundred was missed.
            state, given = ("missed", None) if tenant % 100 == number % 100 else ("complete", told)
            yield tenant, number, kind, at, deadline, deadline, told, state, told, given, given, made


def _mails(dates: dict[int, datetime]) -> Iterator[tuple[object, ...]]:
    for number in range(TENANTS * MAILS_A_TENANT):
        tenant, turn = number % TENANTS + 1, number // TENANTS
        at = _stored(dates[turn % RELEASES + 1] - timedelta(days=37))
        address = f"contact1@tenant-{tenant}.example"
        # One in a hundred was refused.
        state, sent, reply = ("failed", None, "550 5.1.1 unknown") if number % 100 == 0 else ("sent", at, "250 Ok")
        yield turn + 1, tenant, tenant, address, f"<{number}@bench>", state, at, at, at, sent, reply, at


def _stored(moment: datetime) -> str:
    """A moment as SQLite keeps it."""
    return f"{moment:%Y-%m-%d %H:%M:%S.%f}"


def fastest(work: Callable[[], object]) -> float:
    """What a piece of work takes where the machine does nothing else: the shortest of many times."""
    return min(seconds(work, 1) for _time in range(PASSES))


def one_pass() -> None:
    done = tick("bench")
    if any(done.values()):
        raise RuntimeError(f"there was something to do: {json.dumps(done)}")


def reads() -> None:
    """A hundred of the smallest transactions there are: what any tick of some steps costs at least."""
    for _time in range(100):
        db.session.execute(text("SELECT 1"))
        db.session.remove()


if __name__ == "__main__":
    main()
