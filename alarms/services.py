"""The watch: what is wrong now, held against the alarms that are open. Each is raised, told and taken back once."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, select, true, update
from sqlalchemy.exc import IntegrityError

from alarms import deadlines, machinery, reach
from alarms.causes import Cause
from alarms.facts import facts_of
from alarms.models import Alarm, AlarmKind
from alarms.telling import take_back, tell
from outbox.heartbeats import close_ranks, forget
from storage import db

Look = Callable[[datetime], Iterable[Cause]]
LOOKS: tuple[Look, ...] = (
    deadlines.missed,
    deadlines.near,
    reach.out_of_reach,
    machinery.mail_refused,
    machinery.mails_put_aside,
    machinery.outbox_held,
    machinery.webhooks_fail,
)
# What a look from outside, beside the workers, can tell.
FROM_OUTSIDE = frozenset({AlarmKind.WORKER_SILENT, AlarmKind.MAIL_WAITS})


def watch(now: datetime, me: str) -> int:
    """Raise what is wrong now, and take back what is over, as the worker ``me`` sees it. Returns how many changed.

    One commit an alarm; any number of workers at once raise each once. Where nothing changed it only reads.
    """
    close_ranks(now, me)
    open_alarms = _open()
    causes = [cause for look in LOOKS for cause in look(now)]
    causes += machinery.silent_workers(now, me)
    # A worker that is sending to thousands makes others wait: only who sees no worker raises that, and we end it.
    if any(alarm.kind is AlarmKind.MAIL_WAITS for alarm in open_alarms):
        causes += machinery.mail_waits(now)
    changed = _settle(open_alarms, causes, now)
    forget(now - machinery.FORGOTTEN_AFTER)
    return changed


def watch_from_outside(now: datetime) -> list[Cause]:
    """Raise that no worker is alive or that mail waits, and return what is wrong; for who is no worker."""
    close_ranks(now)
    open_alarms = [alarm for alarm in _open() if alarm.kind in FROM_OUTSIDE]
    causes = [*machinery.silent_workers(now), *machinery.mail_waits(now)]
    _settle(open_alarms, causes, now)
    return causes


@dataclass(frozen=True)
class _Open:
    """An open alarm as it was when the watch began."""

    id: int
    kind: AlarmKind
    subject: str
    step: int
    facts: dict[str, Any]
    seen_at: datetime
    raised_at: datetime | None

    @property
    def key(self) -> tuple[AlarmKind, str]:
        return self.kind, self.subject


def _open() -> list[_Open]:
    """The open alarms, read before the causes: one raised meanwhile is not taken for one that is over."""
    columns = (Alarm.id, Alarm.kind, Alarm.subject, Alarm.step, Alarm.facts, Alarm.seen_at, Alarm.raised_at)
    return [_Open(*row) for row in db.session.execute(select(*columns).where(Alarm.over_at.is_(None)))]


def _settle(open_alarms: Collection[_Open], causes: Collection[Cause], now: datetime) -> int:
    before = {alarm.key: alarm for alarm in open_alarms}
    present = {cause.key: cause for cause in causes}
    changed = 0
    for key, cause in present.items():
        alarm = before.get(key)
        changed += _begin(cause, now) if alarm is None else _go_on(alarm, cause, now)
    for key, alarm in before.items():
        if key not in present:
            # What was warned of has come: to call that over would mislead.
            became_missed = (AlarmKind.MISSED, alarm.subject) in present
            changed += _end(alarm, now, quietly=became_missed or _fades(alarm, now))
    db.session.rollback()
    return changed


def _begin(cause: Cause, now: datetime) -> int:
    alarm = Alarm(kind=cause.kind, subject=cause.subject, step=cause.step, facts=facts_of(cause), seen_at=now)
    db.session.add(alarm)
    try:
        db.session.flush()
    except IntegrityError:
        # Another worker saw it first.
        db.session.rollback()
        return 0
    if not cause.patience:
        alarm.raised_at = now
        tell(alarm, now)
    db.session.commit()
    return 1 if alarm.raised_at else 0


def _go_on(alarm: _Open, cause: Cause, now: datetime) -> int:
    """Raise an alarm whose patience is over, tell of one that got worse, and keep the facts of its page."""
    is_due = alarm.raised_at is None and now - alarm.seen_at >= cause.patience
    is_worse = 0 < cause.step < alarm.step
    if not (is_due or is_worse or cause.number != alarm.facts.get("number")):
        return 0
    values: dict[str, Any] = {"facts": facts_of(cause)}
    if is_due:
        values["raised_at"] = now
    if is_worse:
        values["step"] = cause.step
    same = Alarm.raised_at.is_(None) if alarm.raised_at is None else Alarm.raised_at == alarm.raised_at
    if not _changed(alarm, same & (Alarm.step == alarm.step), values):
        # Another worker got there first.
        db.session.rollback()
        return 0
    if is_due or is_worse:
        tell(db.session.get_one(Alarm, alarm.id, populate_existing=True), now)
    db.session.commit()
    return int(is_due or is_worse)


def _end(alarm: _Open, now: datetime, *, quietly: bool) -> int:
    if alarm.raised_at is None:
        # It passed before anybody was told.
        unraised = delete(Alarm).where(Alarm.id == alarm.id, Alarm.raised_at.is_(None))
        db.session.execute(unraised.execution_options(synchronize_session=False))
        db.session.commit()
        return 0
    ended = _changed(alarm, true(), {"over_at": now})
    if ended and not quietly:
        take_back(db.session.get_one(Alarm, alarm.id, populate_existing=True), now)
    db.session.commit()
    return int(ended)


def _changed(alarm: _Open, as_it_was: ColumnElement[bool], values: dict[str, Any]) -> bool:
    """Change an alarm that is open and as it was; False where somebody else did."""
    found = db.session.execute(
        update(Alarm)
        .where(Alarm.id == alarm.id, Alarm.over_at.is_(None), as_it_was)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return bool(found.rowcount)  # type: ignore[attr-defined]


def _fades(alarm: _Open, now: datetime) -> bool:
    """Whether an alarm ends because time went by: nothing is better for it, so there is nothing to tell."""
    match alarm.kind:
        case AlarmKind.MISSED:
            return datetime.fromisoformat(alarm.facts["planned"]) <= now - deadlines.REMEMBERED
        case AlarmKind.PUT_ASIDE:
            return True
        case AlarmKind.WORKER_SILENT if alarm.facts["seen"]:
            return datetime.fromisoformat(alarm.facts["seen"]) <= now - machinery.FORGOTTEN_AFTER
    return False
