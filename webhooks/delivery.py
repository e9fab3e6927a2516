"""One pass of delivering: a thread for each of some endpoints, within a time of its own."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from threading import Event
from time import monotonic
from uuid import uuid4

import structlog
from flask import Flask, current_app
from sqlalchemy import delete, exists, select

from storage import db
from webhooks.claims import Claimed, claim, endpoints_due, settle, take_back
from webhooks.models import DeliveryState, Problem, WebhookDelivery, WebhookEvent
from webhooks.posting import Answer, post
from webhooks.services import switch_off_gone
from webhooks.signing import secret_of, signed_headers

# Endpoints at a time, and the seconds after which no further attempt begins.
AT_ONCE = 8
BUDGET = 20.0
_REMEMBERED = timedelta(days=90)
_GONE = 410

log = structlog.get_logger()


def deliver_due(now: datetime, worker: str, stop: Event | None = None) -> dict[str, int]:
    """Send what is due at ``now``, as the worker ``worker``; any number of workers may at once.

    Returns how many attempts ended as `delivered`, `retried` and `failed` (given up). An endpoint that fails is left
    alone until the next pass, so that one that is down holds a thread for one time-out only. An event is sent at least
    once: where a worker is lost after it was sent it is sent again, under the same id.
    """
    # SQLite has one writer: a transaction that the caller left open would wait for us, and we for it.
    db.session.commit()
    take_back(now)
    _forget(now - _REMEMBERED)
    started = monotonic()
    one_pass = _Pass(
        app=current_app._get_current_object(),  # type: ignore[attr-defined]
        owner=f"{worker[:60]}#{uuid4().hex[:12]}",
        clock=lambda: now + timedelta(seconds=monotonic() - started),
        is_over=lambda: monotonic() - started > BUDGET or (stop is not None and stop.is_set()),
    )
    counts: Counter[str] = Counter()
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="webhooks") as pool:
        for done in pool.map(one_pass.serve, endpoints_due(now)):
            counts += done
    return {name: counts[name] for name in ("delivered", "retried", "failed")}


class _Pass:
    def __init__(self, app: Flask, owner: str, clock: Callable[[], datetime], is_over: Callable[[], bool]) -> None:
        self._app = app
        self._owner = owner
        self._clock = clock
        self._is_over = is_over

    def serve(self, endpoint_id: int) -> Counter[str]:
        """Send what waits for one endpoint, one after the other, until an attempt fails."""
        counts: Counter[str] = Counter()
        with self._app.app_context():
            try:
                while not self._is_over() and (claimed := claim(endpoint_id, self._owner, self._clock())):
                    state = self._attempt(claimed)
                    if state is not None:
                        counts[_COUNTED[state]] += 1
                    if state is not DeliveryState.DELIVERED:
                        break
            except Exception:
                # The others go on; what we hold comes free when its lease runs out.
                log.exception("webhooks of an endpoint could not be delivered", endpoint=endpoint_id)
        return counts

    def _attempt(self, claimed: Claimed) -> DeliveryState | None:
        try:
            answer = _send(claimed, self._clock())
        except Exception:
            # Whatever an endpoint brings about counts as an attempt: it is tried again later, and then given up.
            log.exception("a webhook could not be sent", delivery=claimed.id)
            answer = Answer(problem=Problem.BROKEN)
        state = settle(claimed, self._owner, answer, self._clock())
        if answer.status == _GONE:
            switch_off_gone(claimed.endpoint_id, self._clock())
        if not answer.is_taken:
            log.warning(
                "a webhook was not taken",
                delivery=claimed.id,
                endpoint=claimed.endpoint_id,
                attempts=claimed.attempts,
                status=answer.status,
                problem=answer.problem,
            )
        return state


_COUNTED = {
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.QUEUED: "retried",
    DeliveryState.FAILED: "failed",
}


def _send(claimed: Claimed, now: datetime) -> Answer:
    secret = partial(secret_of, current_app.config["WEBHOOK_KEY"])
    secrets = [secret(claimed.salt)]
    if claimed.previous_salt is not None and claimed.previous_until is not None and now < claimed.previous_until:
        secrets.append(secret(claimed.previous_salt))
    headers = signed_headers(claimed.event_id, claimed.payload, secrets, now)
    return post(claimed.url, {**headers, "Content-Type": "application/json"}, claimed.payload.encode())


def _forget(before: datetime) -> None:
    """Remove events of long ago that nobody waits for any more, with what is known of their deliveries."""
    waiting = exists().where(
        WebhookDelivery.event_id == WebhookEvent.id,
        WebhookDelivery.state.in_([DeliveryState.QUEUED, DeliveryState.SENDING]),
    )
    old = select(WebhookEvent.id).where(WebhookEvent.created_at < before, ~waiting).limit(1000)
    with db.engine.connect() as connection:
        ids = connection.scalars(old).all()
    if ids:
        with db.engine.begin() as connection:
            connection.execute(delete(WebhookEvent).where(WebhookEvent.id.in_(ids)))
