"""One pass of all timed work. The rows are the schedule: any number of processes may do this at any time."""

from collections.abc import Callable
from datetime import UTC, datetime
from threading import Event

import structlog

from accounts.kept_answers import forget_old
from accounts.requests import expire_requests
from alarms.services import watch as raise_alarms
from alarms.telling import tell_channels
from announcements.bulletin_mailing import put_out
from announcements.catching_up import catch_up
from announcements.joining_late import tell_joined
from announcements.progress import tell_progress
from announcements.reach import close_reached, miss_terms
from announcements.reminding import remind
from announcements.services import announce_due, wait_for_contacts
from announcements.settling import settle, watch_deadlines
from announcements.updates import mail_notes, tell_updates
from outbox.comparing import compare_while_held
from outbox.delivery import beat, deliver_due
from outbox.holds import held
from outbox.incoming import read_reports
from outbox.journal import read_journal
from outbox.journal_head import keep_head
from outbox.marks import keep_mark, mark_before_sending
from release_notes.images import drop_unused
from schedules.progress import start_due
from schedules.recording import record_acceptance
from schedules.upkeep import keep_up_all
from storage import db
from webhooks.delivery import deliver_due as deliver_webhooks

log = structlog.get_logger()

STEPS: dict[str, Callable[[datetime], int]] = {
    # First: an incident does not wait for anything else.
    "bulletins_mailed": put_out,
    "duties": keep_up_all,
    "acceptance_updated": record_acceptance,
    "notices_mailed": announce_due,
    "notes_mailed": mail_notes,
    "updates_mailed": tell_updates,
    "joined_late": tell_joined,
    "caught_up": catch_up,
    "maintenance_started": start_due,
    "progress_mailed": tell_progress,
    "reminders_mailed": remind,
    "without_contact": wait_for_contacts,
    "answers_forgotten": forget_old,
    "pictures_dropped": drop_unused,
    "requests_expired": expire_requests,
    "head_kept": keep_head,
    "reports_read": read_reports,
    # Right before sending: what is proved is not sent again.
    "journal_read": read_journal,
}


def tick(owner: str, stop: Event | None = None, since: datetime | None = None) -> dict[str, int]:
    """Do what is due, step by step, each in transactions of its own, and return what was done.

    A step that fails is logged and tried again at the next pass; the others go on. ``since`` is when a worker began;
    who ticks only once has none.
    """
    # First: a database that was restored looks younger once this pass has written to it.
    counts = {"held": _guarded("held", held, otherwise=1)}
    for name, step in STEPS.items():
        counts[name] = _guarded(name, step)
    counts["proved"] = _guarded("proved", compare_while_held)
    if not counts["held"]:
        counts |= _delivered(owner, stop)
    # Before the watch: who came in a lost worker's place must be seen, or that one is missed once more.
    _beat(owner, since)
    counts |= watch(owner)
    if not counts["held"]:
        _marked()
    return counts


def watch(owner: str) -> dict[str, int]:
    """Take note of what was sent, of what was missed, and of what somebody must be told.

    A sweep of its own: a deadline does not wait until thousands of mails have been sent.
    """
    return {
        "settled": _guarded("settled", settle),
        "missed": _guarded("missed", watch_deadlines),
        "bulletins_closed": _guarded("bulletins_closed", close_reached),
        "terms_missed": _guarded("terms_missed", miss_terms),
        "alarms": _guarded("alarms", lambda now: raise_alarms(now, owner)),
        "alarms_told": _guarded("alarms_told", tell_channels),
    }


def send_webhooks(owner: str, stop: Event | None = None) -> dict[str, int]:
    """Tell other systems what happened.

    A sweep of its own, in a thread of its own: a system that is slow to answer keeps no mail waiting.
    """
    if _guarded("held", held, otherwise=1):
        return {}
    try:
        counts = deliver_webhooks(datetime.now(UTC), owner, stop)
    except Exception:
        log.exception("a step of the tick failed", step="webhooks")
        return {}
    finally:
        db.session.remove()
    return {f"webhooks_{name}": number for name, number in counts.items()}


def put_out_at_once() -> int:
    """Put into the outbox what a person let leave, so that a pass that is sending takes the urgent first.

    A sweep of its own, for the same reason.
    """
    return _guarded("bulletins_mailed", put_out)


def _guarded(name: str, step: Callable[[datetime], int], *, otherwise: int = 0) -> int:
    try:
        return step(datetime.now(UTC))
    except Exception:
        log.exception("a step of the tick failed", step=name)
        return otherwise
    finally:
        db.session.remove()


def _beat(owner: str, since: datetime | None) -> None:
    """Say that this worker is alive, and has come through a pass."""
    try:
        beat(owner, datetime.now(UTC), since)
    except Exception:
        log.exception("the heartbeat could not be written")
    finally:
        db.session.remove()


def _marked() -> None:
    """Keep beside the database how far it has come."""
    try:
        keep_mark(datetime.now(UTC))
    except Exception:
        log.exception("how far the outbox has come could not be kept")
    finally:
        db.session.remove()


def _delivered(owner: str, stop: Event | None) -> dict[str, int]:
    try:
        mark_before_sending(datetime.now(UTC))
        return dict(deliver_due(datetime.now(UTC), owner, stop))
    except Exception:
        log.exception("a step of the tick failed", step="delivery")
        return {}
    finally:
        db.session.remove()
