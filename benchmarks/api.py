"""What programs ask: the check of a release and a page of tenants at 10,000 tenants, with token, pace and JSON."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Flask

from accounts.tokens import issue_token
from benchmarks.pages import counting
from benchmarks.results import say, seconds
from benchmarks.vendor import ADMIN, only_product, vendor
from evidence.actors import Role
from schedules.judging import ReleasePlan
from schedules.releases import schedule_release
from storage import db

TENANTS = (60, 10_000)
REPEATS = 9
RELEASES = "/api/v1/products/inconto/releases"
# The path, what is sent, the budget in seconds.
CALLS: dict[str, tuple[str, bool, float]] = {
    "check of a release": (f"{RELEASES}/check", True, 1),
    "page of 100 tenants": ("/api/v1/tenants?per_page=100", False, 0.1),
    "page of 100 tenants, the last": ("/api/v1/tenants?per_page=100&page=100", False, 0.1),
    "page of 100 notices with their proof": ("/api/v1/notices?per_page=100&state=planned", False, 0.4),
    "list of releases": (RELEASES, False, 0.4),
    "one tenant": ("/api/v1/tenants/tenant-1", False, 0.1),
}


def main() -> None:
    queries: dict[int, int] = {}
    for tenants in TENANTS:
        with vendor(tenants) as app:
            app.config["API_RATE"] = 1_000_000
            queries[tenants] = measure(app, prepared(), tenants)
    say("queries of these calls at 10,000 tenants", queries[TENANTS[1]], "queries", "the same at 60", queries[60], 1)


def prepared() -> str:
    """Plan two releases, behind the last of which tenants stay, and return a token."""
    product, now = only_product(), datetime.now(UTC)
    for number, ahead in enumerate((400, 500), start=1):
        acceptance = now + timedelta(days=ahead)
        plan = ReleasePlan(f"2089.{number}", acceptance, acceptance + timedelta(days=30), "Titel", "Title")
        schedule_release(product, plan, ADMIN, now)
    token = issue_token("bench", Role.MANAGER, ADMIN, now)[1]
    db.session.remove()
    return token


def measure(app: Flask, token: str, tenants: int) -> int:
    """Say what each call takes; return how many queries all of them made."""
    asked = 0
    acceptance = datetime.now(UTC) + timedelta(days=600)
    plan = {
        "version": "2090.1",
        "title": {"nl": "Titel", "en": "Title"},
        "acceptance_at": acceptance.isoformat(),
        "production_at": (acceptance + timedelta(days=30)).isoformat(),
    }
    for name, (path, sends, budget) in CALLS.items():
        body = plan if sends else None
        ask(app, token, path, body)
        with counting() as number:
            ask(app, token, path, body)
        asked += number()
        taken = seconds(lambda path=path, body=body: ask(app, token, path, body), REPEATS)  # type: ignore[misc]
        say(f"API: {name}, {tenants} tenants", taken, "s", f"budget of {budget} s", budget, 1)
    return asked


def ask(app: Flask, token: str, path: str, body: dict[str, Any] | None) -> None:
    # As in a server, a request has a context of its own.
    with app.app_context():
        answer = app.test_client().open(
            path,
            method="GET" if body is None else "POST",
            data=None if body is None else json.dumps(body),
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
        )
    if answer.status_code != 200:
        raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text}")


if __name__ == "__main__":
    main()
