"""Planning a release: the check, the commit with the duties of every tenant, memory, and growth with their number."""

import resource
from datetime import UTC, datetime, timedelta
from statistics import median
from time import perf_counter

from announcements.unreachable import unreachable_tenants
from benchmarks.results import RUNS, say, seconds
from benchmarks.vendor import ADMIN, only_product, vendor
from schedules.judging import ReleasePlan, judge
from schedules.outlook import Asked, release_outlook
from schedules.releases import schedule_release
from tenants.audiences import audience
from tenants.models import Product


def main() -> None:
    with vendor(100):
        small = plan_releases()
    with vendor(10_000):
        product, now = only_product(), datetime.now(UTC)
        check = seconds(lambda: (judge(product, plan(9), now), audience(product)))
        say("check of a release for 10,000 tenants", check, "s", "budget of 1 s", 1, 1)
        answer = seconds(lambda: answer_to(product, plan(9), now))
        say("what a release would mean, for 10,000 tenants", answer, "s", "budget of 0.2 s", 0.2, 1)
        large = plan_releases()
    say("commit of a release with the duties of 10,000 tenants", large, "s", "budget of 5 s", 5, 1)
    say("cost a tenant at 10,000", large / 10_000, "s", "cost a tenant at 100", small / 100, 1.25)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say("peak memory of the process", peak, "MB", "budget of 300 MB", 300, 1)


def answer_to(product: Product, asked: ReleasePlan, now: datetime) -> None:
    """All that a form says beside its fields while somebody types."""
    release_outlook(product, Asked(asked.version, asked.acceptance_at, asked.production_at), now)
    unreachable_tenants(product)


def plan_releases() -> float:
    """The median time to plan one of some releases."""
    taken = []
    for number in range(RUNS):
        product = only_product()
        started = perf_counter()
        schedule_release(product, plan(number), ADMIN, datetime.now(UTC))
        taken.append(perf_counter() - started)
    return median(taken)


def plan(number: int) -> ReleasePlan:
    """A release in a year with room, in good time."""
    acceptance = datetime.now(UTC) + timedelta(days=400 + 60 * number)
    return ReleasePlan(f"2090.{number + 1}", acceptance, acceptance + timedelta(days=30), "Titel", "Title")


if __name__ == "__main__":
    main()
