"""Releases: plan, check, list, change, cancel (SLA 3.3)."""

from flask import url_for

from entrypoints.api.calls import Answer, IfMatch, call
from entrypoints.api.found import the_product, the_release
from entrypoints.api.guard import caller
from entrypoints.api.problems import breach_answers
from entrypoints.api.release_answers import release_answer, release_answers
from entrypoints.api.release_shapes import (
    ClashAnswer,
    Earliest,
    LosingSupport,
    Mailed,
    NewRelease,
    ReleaseAnswer,
    ReleaseChange,
    ReleaseCheck,
    ReleaseQuery,
    Slot,
)
from entrypoints.api.revisions import may_match, must_match
from entrypoints.api.shapes import Page, reason_of
from entrypoints.guards import now
from entrypoints.presenting_plans import clash_sentence
from evidence.actors import May
from schedules.checking import check_release as check
from schedules.clashes import Clash
from schedules.judging import ReleasePlan
from schedules.lists import releases_asked
from schedules.models import MaintenanceWindow, Release
from schedules.release_cancelling import cancel_release as cancel
from schedules.release_words import checked_plan, checked_titles
from schedules.releases import move_release, schedule_release
from storage import AllAtOnce
from storage.paging import page_of
from tenants import checks
from tenants.models import Product


@call("GET", "/products/<product>/releases", may=May.LOOK, query=ReleaseQuery, answer=Page[ReleaseAnswer])
def list_releases(product: str, query: ReleaseQuery) -> Answer:
    """Releases of a product, the newest production date first."""
    row = the_product(product)
    found = page_of(releases_asked(row, query.year, query.state, now()), query.page, query.per_page)
    return Answer(Page[ReleaseAnswer].of(release_answers(row, found.rows), found.total, query))


@call(
    "POST",
    "/products/<product>/releases",
    may=May.PLAN,
    body=NewRelease,
    answer=ReleaseAnswer,
    status=201,
    tagged=True,
    located=True,
    conflicts=True,
)
def plan_release(product: str, body: NewRelease) -> Answer:
    """Plan a release, with the duties to announce it to every tenant.

    A broken promise is 422 with its breaches; a year that has its four releases and a version that exists are 409.
    """
    row = the_product(product)
    return _shown(schedule_release(row, _plan(row, body), caller(), now()), new=True)


@call(
    "POST",
    "/products/<product>/releases/check",
    may=May.PLAN,
    body=NewRelease,
    answer=ReleaseCheck,
    conflicts=True,
)
def check_release(product: str, body: NewRelease) -> Answer:
    """Say what planning this release would do, without writing: breaches, clashes, first dates that do, who is mailed.

    A clash refuses nothing: a weekend, a public holiday, a freeze, service hours, another change, or tenants whose own
    date for another version would turn the order round.
    """
    row = the_product(product)
    found = check(row, _plan(row, body), caller(), now())
    verdict, people = found.verdict, found.audience
    return Answer(
        ReleaseCheck(
            keeps_promises=not verdict.breaches,
            slot=Slot(year=verdict.year, number=verdict.slot) if verdict.slot is not None else None,
            breaches=breach_answers(verdict.breaches, row),
            clashes=[_clash(one, row) for one in found.clashes],
            earliest=Earliest(acceptance_at=verdict.acceptance_at, production_at=verdict.production_at),
            mailed=Mailed(
                tenants=people.reached,
                contacts=people.contacts,
                without_contact=people.without_contact,
            ),
            losing_support=[LosingSupport(version=version, tenants=slugs) for version, slugs in found.losing],
        )
    )


@call("GET", "/releases/<int:release_id>", may=May.LOOK, answer=ReleaseAnswer, tagged=True)
def get_release(release_id: int) -> Answer:
    """A release."""
    return _shown(the_release(release_id))


@call(
    "PATCH",
    "/releases/<int:release_id>",
    may=May.PLAN,
    body=ReleaseChange,
    answer=ReleaseAnswer,
    if_match=IfMatch.REQUIRED,
    tagged=True,
    conflicts=True,
)
def change_release(release_id: int, body: ReleaseChange) -> Answer:
    """Give a release other dates or titles. Whoever was told the old dates is told of the move."""
    release = the_release(release_id)
    must_match(etag_of(release))
    zone, acceptance_at, production_at = release.product.zone, release.acceptance_at, release.production_at
    titles, reason = (body.title.nl, body.title.en) if body.title is not None else None, reason_of(body.waiver)
    with AllAtOnce() as each:
        if body.acceptance_at is not None:
            acceptance_at = each(checks.local_moment, "acceptance_at", body.acceptance_at, zone)
        if body.production_at is not None:
            production_at = each(checks.local_moment, "production_at", body.production_at, zone)
        if titles is not None:
            titles = each(checked_titles, *titles)
        reason = each(reason.checked, "waiver_reason")
    move_release(
        release,
        acceptance_at,
        production_at,
        caller(),
        now(),
        revision=release.revision,
        edits=release.edits,
        titles=titles,
        waiver_reason=reason,
    )
    return _shown(release)


@call(
    "POST",
    "/releases/<int:release_id>/cancel",
    may=May.MANAGE,
    answer=ReleaseAnswer,
    tagged=True,
    if_match=IfMatch.OPTIONAL,
)
def cancel_release(release_id: int) -> Answer:
    """Cancel a release before it reaches production; whoever was told hears of it, and its slot is free again."""
    release = the_release(release_id)
    cancel(release, caller(), now(), revision=release.revision if may_match(etag_of(release)) else None)
    return _shown(release)


def etag_of(release: Release) -> str:
    """The tag of its dates and its titles, which count apart."""
    return f"{release.revision}.{release.edits}"


def _shown(release: Release, *, new: bool = False) -> Answer:
    location = url_for("api.get_release", release_id=release.id) if new else None
    return Answer(release_answer(release), etag_of(release), location)


def _clash(clash: Clash, product: Product) -> ClashAnswer:
    return ClashAnswer(
        kind=clash.kind,
        change=clash.ours,
        message=clash_sentence(clash, product),
        at=clash.at,
        release=clash.other.id if isinstance(clash.other, Release) else None,
        maintenance=clash.other.id if isinstance(clash.other, MaintenanceWindow) else None,
    )


def _plan(product: Product, body: NewRelease) -> ReleasePlan:
    """Read a plan. Raises Refused for all that cannot be used of it."""
    with AllAtOnce() as each:
        plan = ReleasePlan(
            version=body.version,
            acceptance_at=each(checks.local_moment, "acceptance_at", body.acceptance_at, product.zone),
            production_at=each(checks.local_moment, "production_at", body.production_at, product.zone),
            title_nl=body.title.nl,
            title_en=body.title.en,
            waiver_reason=reason_of(body.waiver),
        )
        return each(checked_plan, plan)
