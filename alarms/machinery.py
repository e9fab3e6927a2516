"""What keeps mails from leaving at all: the mail server, a worker that is silent, mails that workers are lost over."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from alarms.causes import Cause
from alarms.models import AlarmKind
from outbox.heartbeats import is_worker
from outbox.holds import present_hold
from outbox.queries import heartbeats, is_alive
from outbox.refusals import Standing, put_aside, stuck_mails, waiting_since
from webhooks.queries import failing_since

# A mail server may be away for so long without anybody being woken.
AWAY_FOR = timedelta(minutes=10)
FORGOTTEN_AFTER = timedelta(days=1)
FAILED_FOR = timedelta(days=1)
WAITED_FOR = timedelta(minutes=5)
PUT_ASIDE_FOR = timedelta(days=7)
EVERY_WORKER = "worker:all"


def mail_refused(_now: datetime) -> Iterator[Cause]:
    """Yield that the mail server will not have us, at once; or that it is away, after ten minutes."""
    stuck = stuck_mails()
    if stuck is not None:
        patience = AWAY_FOR if stuck.standing is Standing.AWAY else timedelta(0)
        facts = {"standing": stuck.standing.value, "reply": stuck.reply[:500]}
        yield Cause(
            AlarmKind.MAIL_REFUSED, f"mail:{stuck.standing.value}", number=stuck.mails, facts=facts, patience=patience
        )


def mails_put_aside(now: datetime) -> Iterator[Cause]:
    """Yield the mails of the last week that workers were lost over, a cause for each day."""
    by_day: dict[str, int] = {}
    for message in put_aside(now, PUT_ASIDE_FOR):
        day = message.created_at.date().isoformat()
        by_day[day] = by_day.get(day, 0) + 1
    for day, number in by_day.items():
        yield Cause(AlarmKind.PUT_ASIDE, f"mail:{day}", number=number)


def outbox_held(_now: datetime) -> Iterator[Cause]:
    """Yield that nothing is mailed until a person releases the outbox."""
    hold = present_hold()
    if hold is not None:
        yield Cause(AlarmKind.OUTBOX_HELD, "mail:held", facts={"since": hold.since.isoformat(), "why": hold.why[:500]})


def silent_workers(now: datetime, me: str | None = None) -> Iterator[Cause]:
    """Yield each worker that was not seen for a minute, as its fellow ``me`` sees it; or that there is none at all.

    Who leaves in order takes its heartbeat along, and who was restarted has somebody in its place. One in whose place
    nobody came is forgotten after a day.
    """
    seen = {worker: at for worker, at in heartbeats().items() if worker != me and at > now - FORGOTTEN_AFTER}
    if me is None and not any(is_alive(at, now) for at in seen.values()):
        last = max(seen.values(), default=None)
        yield Cause(AlarmKind.WORKER_SILENT, EVERY_WORKER, facts={"seen": last.isoformat() if last else ""})
    for worker, at in seen.items():
        if is_worker(worker) and not is_alive(at, now):
            facts = {"worker": worker, "seen": at.isoformat()}
            yield Cause(AlarmKind.WORKER_SILENT, f"worker:{worker}", facts=facts)


def webhooks_fail(now: datetime) -> Iterator[Cause]:
    """Yield each webhook that has failed for a day, until it answers or a person switches it off.

    Of its address only the host: the rest may be a secret.
    """
    for endpoint in failing_since(now - FAILED_FOR):
        facts = {"host": urlsplit(endpoint.url).hostname, "page": f"/planner/webhooks/{endpoint.id}"}
        if endpoint.failing_since is not None:
            facts["since"] = endpoint.failing_since.isoformat()
        yield Cause(AlarmKind.WEBHOOK_FAILS, f"webhook:{endpoint.id}", facts=facts)


def mail_waits(now: datetime) -> Iterator[Cause]:
    """Yield that mail has waited for over five minutes."""
    number = waiting_since(now - WAITED_FOR)
    if number:
        yield Cause(AlarmKind.MAIL_WAITS, "mail:waits", number=number)
