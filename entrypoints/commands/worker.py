"""`flask tick`: one pass of all timed work. `flask worker`: a pass every few seconds, until told to stop."""

import json
import os
import signal
import socket
from datetime import UTC, datetime
from secrets import token_hex
from threading import Event

import click
import structlog
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask, current_app
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from entrypoints.tick import put_out_at_once, send_webhooks, tick, watch
from outbox import mailbox
from outbox.heartbeats import ONE_TICK, leave
from storage import db

EVERY = 5  # seconds
# A pass may take minutes, with a slow mail server and many mails; a deadline does not wait for it.
WATCHES_EVERY = 20
# Neither does an incident.
PUTS_OUT_EVERY = 2

log = structlog.get_logger()

ENDS = {signal.SIGTERM, signal.SIGINT}


@click.command("tick")
@with_appcontext
def tick_command() -> None:
    """Do once what is due, and print counts as JSON."""
    name = f"{socket.gethostname()}/{ONE_TICK}"
    click.echo(json.dumps(tick(name) | send_webhooks(name)))


@click.command("worker")
@with_appcontext
def worker() -> None:
    """Do what is due, every few seconds, until SIGTERM or Ctrl-C."""
    stop = Event()
    # They are waited for, not handled: a handler that sets the event while this thread holds its lock, on the way into
    # or out of its own waiting, would wait for itself for ever. The threads below inherit this.
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    app, name, since = current_app._get_current_object(), _name(), datetime.now(UTC)  # type: ignore[attr-defined]

    def one_pass() -> None:
        with app.app_context():
            done = {what: number for what, number in tick(name, stop, since).items() if number}
        if done:
            log.info("did what was due", worker=name, **done)

    def look_after_deadlines() -> None:
        with app.app_context():
            watch(name)

    def tell_other_systems() -> None:
        with app.app_context():
            done = {what: number for what, number in send_webhooks(name, stop).items() if number}
        if done:
            log.info("told other systems", worker=name, **done)

    def put_out() -> None:
        with app.app_context():
            put_out_at_once()

    # It only ticks: the rows are the schedule. A pass that takes long is followed by one, not by all that it missed.
    scheduler = BackgroundScheduler(timezone=UTC)
    scheduler.add_job(
        one_pass, "interval", seconds=EVERY, next_run_time=datetime.now(UTC), max_instances=1, coalesce=True
    )
    scheduler.add_job(look_after_deadlines, "interval", seconds=WATCHES_EVERY, max_instances=1, coalesce=True)
    scheduler.add_job(tell_other_systems, "interval", seconds=EVERY, max_instances=1, coalesce=True)
    scheduler.add_job(put_out, "interval", seconds=PUTS_OUT_EVERY, max_instances=1, coalesce=True)
    scheduler.start()
    signal.sigwait(ENDS)
    stop.set()
    scheduler.shutdown(wait=True)
    mailbox.close()
    # Who leaves in order is not missed by the others.
    _take_leave(name)


def _name() -> str:
    # Containers of one host name count their processes from one, each for itself.
    return f"{socket.gethostname()}/{os.getpid()}-{token_hex(2)}"


def _take_leave(name: str) -> None:
    try:
        leave(name)
    except SQLAlchemyError:
        # Where the database is away, the sign of life grows old, until somebody is started in its place.
        log.exception("the heartbeat could not be removed")
    finally:
        db.session.remove()


def set_up(app: Flask) -> None:
    app.cli.add_command(tick_command)
    app.cli.add_command(worker)
