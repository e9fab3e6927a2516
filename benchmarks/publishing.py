"""Letting mails to 30,000 contacts leave: how soon the page answers, and how feeds are answered meanwhile."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from announcements.bulletins import BulletinFacts, draft_bulletin
from announcements.models import BulletinKind
from announcements.updates import mail_notes
from app import create_app
from benchmarks.pages import ask, signed_in
from benchmarks.results import say, seconds
from benchmarks.vendor import ADMIN, CONTACTS, only_product, vendor
from entrypoints.settings import Settings
from outbox.models import OutboxMessage
from release_notes.models import ReleaseNote
from release_notes.services import save_notes
from schedules.judging import ReleasePlan
from schedules.releases import schedule_release
from storage import db
from tenants.feed_tokens import current

TENANTS = 10_000
NOTES = "# What is new\n\n" + "Searching is faster, and invoices can be split.\n\n" * 60
REPEATS = 15
WORDS = BulletinFacts("Inloggen lukt niet", "Signing in fails", "Wij werken eraan.", "We are on it.")


def main() -> None:
    with vendor(TENANTS) as app:
        now = datetime.now(UTC)
        dates = now + timedelta(days=40), now + timedelta(days=100)
        release = schedule_release(only_product(), ReleasePlan("2090.1", *dates, "Titel", "Title"), ADMIN, now)
        for language in ("nl", "en"):
            save_notes(release, language, NOTES, ADMIN, now)
        urgent = draft_bulletin(only_product(), BulletinKind.URGENT, WORDS, ADMIN, now)
        only_product().needs_approval = True
        db.session.commit()
        notes, mails = f"/planner/releases/{release.id}/notes/publish", f"/planner/releases/{release.id}/mails"
        incident = f"/planner/bulletins/{urgent.id}/announce"
        db.session.remove()
        client = signed_in(app, "manager@vendor.example")
        _answer("publishing", app, client, notes, {"revision_nl": "1", "revision_en": "1"})
        if _waiting_to_be_mailed() != len(("nl", "en")):
            raise RuntimeError("the notes do not wait to be mailed")
        _poll_meanwhile(app)
        with app.app_context():
            seen = client.get(f"{mails}/production/planned").text.partition('name="seen"')[2].partition('value="')[2]
        _answer("approving", app, client, f"{mails}/production/planned/approve", {"seen": seen.partition('"')[0]})
        _answer("announcing an incident", app, client, incident, {"revision": "1"})


def _answer(what: str, app: Flask, client: FlaskClient, path: str, form: dict[str, str]) -> None:
    started = perf_counter()
    with app.app_context():
        answer = client.post(path, data=form)
    taken = perf_counter() - started
    if answer.status_code != 302:
        raise RuntimeError(f"{what} answered {answer.status_code}")
    say(f"{what} to {TENANTS * CONTACTS} contacts answers", taken, "s", "budget of 0.1 s", 0.1, 1)


def _poll_meanwhile(app: Flask) -> None:
    """Let another process write the rows of all contacts, as the worker does, and ask for a feed all the time."""
    token = current(app.config["FEED_KEY"], 1)
    db.session.remove()
    client, path = app.test_client(), f"/feeds/{token}.ics"
    idle = seconds(lambda: ask(client, path), REPEATS)
    polls = []
    settings: Settings = app.config["SETTINGS"]
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.publishing", str(settings.DATA_DIR)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None  # noqa: S101 - it was asked for above
        writer.stdout.readline()
        while writer.poll() is None:
            polls.append(seconds(lambda: ask(client, path), 1))
    mails = db.session.scalar(select(func.count()).select_from(OutboxMessage))
    db.session.remove()
    if mails != TENANTS * CONTACTS or len(polls) < REPEATS:
        raise RuntimeError(f"{mails} rows were written, {len(polls)} polls answered")
    say("a feed polled while the mails are written", median(polls), "s", "the same feed while idle", idle, 2)


def _waiting_to_be_mailed() -> int:
    published = ReleaseNote.published_at.is_not(None) & ReleaseNote.told_at.is_(None)
    return int(db.session.scalar(select(func.count()).select_from(ReleaseNote).where(published)) or 0)


def write_rows(folder: str) -> None:
    """The other process."""
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        DATA_DIR=folder,  # type: ignore[arg-type]
        BASE_URL="http://localhost",
        SECRET_KEY="a key for benchmarks, of some length",  # noqa: S106
    )
    with create_app(settings).app_context():
        print("ready", flush=True)
        mail_notes(datetime.now(UTC))


if __name__ == "__main__":
    write_rows(sys.argv[1]) if len(sys.argv) > 1 else main()
