"""Dates of tenants' own for a release: list, read, give or move, withdraw (SLA 3.3)."""

from flask import abort

from entrypoints.api.calls import Answer, IfMatch, call
from entrypoints.api.found import the_release, the_tenant
from entrypoints.api.guard import caller
from entrypoints.api.own_date_shapes import NewOwnDate, OwnDateAnswer, WaveNamed
from entrypoints.api.revisions import may_match
from entrypoints.api.shapes import Page, Paging
from entrypoints.guards import now
from evidence.actors import May
from schedules.models import Release, Rollout
from schedules.own_dates_seen import seen_of
from schedules.rollouts import drop_own_date, give_own_date, own_date, reason_of_own_date
from schedules.wave_queries import own_dates_asked, waves_named
from sla.terms import Change
from storage import AllAtOnce
from storage.paging import page_of
from tenants import checks
from tenants.models import Tenant

DATE = "/releases/<int:release_id>/own-dates/<slug>/<any(acceptance, production):environment>"


@call("GET", "/releases/<int:release_id>/own-dates", may=May.LOOK, query=Paging, answer=Page[OwnDateAnswer])
def list_own_dates(release_id: int, query: Paging) -> Answer:
    """Tenants that have a date of their own for a release, by date; everybody else goes along with its own dates."""
    release = the_release(release_id)
    found = page_of(own_dates_asked(release), query.page, query.per_page)
    named = waves_named(release)
    items = [_answer(release, one.tenant, one.kind, one, named) for one in found.rows]
    return Answer(Page[OwnDateAnswer].of(items, found.total, query))


@call("GET", DATE, may=May.LOOK, answer=OwnDateAnswer, tagged=True)
def get_own_date(release_id: int, slug: str, environment: str) -> Answer:
    """When a tenant gets an update: on a date of its own, or with everybody."""
    release, tenant = _found(release_id, slug)
    return _shown(release, tenant, Change(environment))


@call("PUT", DATE, may=May.PLAN, body=NewOwnDate, answer=OwnDateAnswer, if_match=IfMatch.OPTIONAL, tagged=True)
def give_a_tenant_its_own_date(release_id: int, slug: str, environment: str, body: NewOwnDate) -> Answer:
    """Give a tenant a date of its own, or another one; it is told as everybody is.

    Its own notice and its time to test are kept: what breaks them is 422 with its breaches, and cannot be waived. With
    If-Match nothing is overwritten that somebody gave since the date was read.
    """
    release, tenant = _found(release_id, slug)
    kind = Change(environment)
    with AllAtOnce() as each:
        planned_at = each(checks.local_moment, "planned_at", body.planned_at, release.product.zone)
        each(reason_of_own_date, body.reason)
    seen = _seen(release, tenant)
    give_own_date(release, tenant, kind, planned_at, body.reason, caller(), now(), seen=seen)
    return _shown(release, tenant, kind)


@call("DELETE", DATE, may=May.PLAN, if_match=IfMatch.OPTIONAL, status=204)
def withdraw_own_date(release_id: int, slug: str, environment: str) -> Answer:
    """Let a tenant go along with everybody again; whoever was told of its date hears of it."""
    release, tenant = _found(release_id, slug)
    rollout = own_date(release, tenant, Change(environment)) or abort(404)
    drop_own_date(rollout, caller(), now(), seen=_seen(release, tenant))
    return Answer(None)


def _found(release_id: int, slug: str) -> tuple[Release, Tenant]:
    release, tenant = the_release(release_id), the_tenant(slug)
    if tenant.product_id != release.product_id:
        abort(404)
    return release, tenant


def _seen(release: Release, tenant: Tenant) -> str | None:
    """The state that If-Match names, which must still be there when the date is given."""
    tag = seen_of(release, [tenant.id])
    return tag if may_match(tag) else None


def _shown(release: Release, tenant: Tenant, kind: Change) -> Answer:
    answer = _answer(release, tenant, kind, own_date(release, tenant, kind), waves_named(release))
    return Answer(answer, seen_of(release, [tenant.id]))


def _answer(
    release: Release, tenant: Tenant, kind: Change, own: Rollout | None, waves: dict[int, str]
) -> OwnDateAnswer:
    return OwnDateAnswer(
        tenant=tenant.slug,
        kind="acceptance" if kind is Change.ACCEPTANCE else "production",
        planned_at=own.planned_at if own else release.planned_at_of(kind),
        own=own is not None,
        reason=own.reason if own else "",
        set_by=own.set_by if own else "",
        set_at=own.set_at if own else None,
        chosen_by_tenant=own.by_tenant if own else False,
        wave=WaveNamed(id=own.wave_id, name=waves[own.wave_id]) if own and own.wave_id else None,
        cancelled_at=own.cancelled_at if own else None,
    )
