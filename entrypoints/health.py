"""For machines that watch: are we well, and numbers of what waits."""

from datetime import UTC, datetime, timedelta

from flask import Blueprint, Response, jsonify
from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import func, select

from outbox.holds import present_hold
from outbox.models import OutboxMessage
from outbox.queries import heartbeats, is_alive, oldest_due_at
from schedules.notices import Notice
from storage import db
from webhooks.models import WebhookDelivery

health = Blueprint("health", __name__)

OLDEST_DUE = timedelta(minutes=5)


@health.get("/healthz")
def healthz() -> tuple[Response, int]:
    """200 while a worker was seen within a minute and nothing has waited over five; 503 with the reason otherwise."""
    now = datetime.now(UTC)
    oldest = oldest_due_at()
    problems = []
    if not any(is_alive(beat_at, now) for beat_at in heartbeats().values()):
        problems.append("no worker was seen for a minute")
    hold = present_hold()
    if hold is not None:
        problems.append("the outbox is held, nothing is sent")
    elif oldest is not None and now - oldest > OLDEST_DUE:
        problems.append("a mail has waited over five minutes")
    return jsonify(status="unwell" if problems else "ok", problems=problems), 503 if problems else 200


@health.get("/metrics")
def metrics() -> Response:
    """Counts of notices and mails by state, in Prometheus' form. Nothing in it names a customer."""
    registry = CollectorRegistry()
    notices = Gauge("announcements_notices", "Duties to give notice", ["state"], registry=registry)
    mails = Gauge("announcements_mails", "Mails in the outbox", ["state"], registry=registry)
    webhooks = Gauge("announcements_webhooks", "Events to deliver to other systems", ["state"], registry=registry)
    columns = ((notices, Notice.state), (mails, OutboxMessage.state), (webhooks, WebhookDelivery.state))
    for gauge, column in columns:
        for state, number in db.session.execute(select(column, func.count()).group_by(column)):
            gauge.labels(state=state.value).set(number)
    return Response(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")
