"""Maintenance: plan, list, move, cancel (SLA 3.1, 3.3)."""

from collections.abc import Sequence

from flask import url_for

from entrypoints.api.calls import Answer, IfMatch, call
from entrypoints.api.found import the_product, the_window
from entrypoints.api.guard import caller
from entrypoints.api.maintenance_shapes import MaintenanceAnswer, MaintenanceChange, MaintenanceQuery, NewMaintenance
from entrypoints.api.release_answers import strictest, waiver_answers
from entrypoints.api.revisions import may_match, must_match
from entrypoints.api.shapes import Page, Words, reason_of
from entrypoints.guards import now
from evidence.actors import May
from schedules.announce_by import Agreed
from schedules.given import Given, maintenance_given
from schedules.lists import windows_asked
from schedules.maintenance import cancel_maintenance, move_maintenance, schedule_maintenance
from schedules.models import Impact, MaintenanceWindow
from schedules.states import window_state
from schedules.window_allowing import checked_plan
from schedules.window_judging import MaintenancePlan
from sla.terms import Change
from storage import AllAtOnce
from storage.paging import page_of
from tenants import checks
from tenants.models import Product


@call("GET", "/products/<product>/maintenance", may=May.LOOK, query=MaintenanceQuery, answer=Page[MaintenanceAnswer])
def list_maintenance(product: str, query: MaintenanceQuery) -> Answer:
    """Maintenance of a product, the latest first."""
    row = the_product(product)
    found = page_of(windows_asked(row, query.state, now()), query.page, query.per_page)
    return Answer(Page[MaintenanceAnswer].of(_answers(row, found.rows), found.total, query))


@call(
    "POST",
    "/products/<product>/maintenance",
    may=May.PLAN,
    body=NewMaintenance,
    answer=MaintenanceAnswer,
    status=201,
    tagged=True,
    located=True,
    conflicts=True,
)
def plan_maintenance(product: str, body: NewMaintenance) -> Answer:
    """Plan maintenance, with the duties to announce it to every tenant it touches.

    The SLA aims at a week ahead and outside service hours; less than that is 422 unless a waiver says why.
    """
    row = the_product(product)
    return _shown(schedule_maintenance(row, _plan(row, body), caller(), now()), new=True)


@call("GET", "/maintenance/<int:window_id>", may=May.LOOK, answer=MaintenanceAnswer, tagged=True)
def get_maintenance(window_id: int) -> Answer:
    """A maintenance window."""
    return _shown(the_window(window_id))


@call(
    "PATCH",
    "/maintenance/<int:window_id>",
    may=May.PLAN,
    body=MaintenanceChange,
    answer=MaintenanceAnswer,
    if_match=IfMatch.REQUIRED,
    tagged=True,
)
def move_maintenance_window(window_id: int, body: MaintenanceChange) -> Answer:
    """Give maintenance another time. Whoever was told the old one is told of the move."""
    window = the_window(window_id)
    must_match(str(window.revision))
    zone, starts_at, ends_at = window.product.zone, window.starts_at, window.ends_at
    with AllAtOnce() as each:
        if body.starts_at is not None:
            starts_at = each(checks.local_moment, "starts_at", body.starts_at, zone)
        if body.ends_at is not None:
            ends_at = each(checks.local_moment, "ends_at", body.ends_at, zone)
        reason = each(reason_of(body.waiver).checked, "exception_reason")
    move_maintenance(
        window,
        starts_at,
        ends_at,
        caller(),
        now(),
        revision=window.revision,
        exception_reason=reason,
        long_is_meant=body.long_is_meant,
    )
    return _shown(window)


@call(
    "POST",
    "/maintenance/<int:window_id>/cancel",
    may=May.MANAGE,
    answer=MaintenanceAnswer,
    tagged=True,
    if_match=IfMatch.OPTIONAL,
)
def cancel_maintenance_window(window_id: int) -> Answer:
    """Cancel maintenance before it starts; whoever was told hears of it."""
    window = the_window(window_id)
    cancel_maintenance(window, caller(), now(), revision=window.revision if may_match(str(window.revision)) else None)
    return _shown(window)


def _plan(product: Product, body: NewMaintenance) -> MaintenancePlan:
    """Read a plan. Raises Refused for all that cannot be used of it."""
    with AllAtOnce() as each:
        plan = MaintenancePlan(
            reference=body.reference,
            starts_at=each(checks.local_moment, "starts_at", body.starts_at, product.zone),
            ends_at=each(checks.local_moment, "ends_at", body.ends_at, product.zone),
            environments=frozenset(body.environments),
            impact=body.impact,
            reason_nl=body.reason.nl,
            reason_en=body.reason.en,
            tenants=tuple(each(checks.slug, "tenants", slug) for slug in body.tenants or []),
            exception_reason=reason_of(body.waiver),
            long_is_meant=body.long_is_meant,
        )
        return each(checked_plan, plan)


def _shown(window: MaintenanceWindow, *, new: bool = False) -> Answer:
    location = url_for("api.get_maintenance", window_id=window.id) if new else None
    return Answer(_answers(window.product, [window])[0], str(window.revision), location)


def _answers(product: Product, windows: Sequence[MaintenanceWindow]) -> list[MaintenanceAnswer]:
    agreed, given = Agreed.of(product), maintenance_given([window.id for window in windows])
    return [_answer(window, agreed, given) for window in windows]


def _answer(window: MaintenanceWindow, agreed: Agreed, given: Given) -> MaintenanceAnswer:
    slugs = None if window.all_tenants else sorted(tenant.slug for tenant in window.tenants)
    # Nobody is told of what nobody notices.
    told = window.impact is not Impact.NO_IMPACT
    only = None if slugs is None else frozenset(slugs)
    deadlines = agreed.announce_by(Change.MAINTENANCE, window.starts_at, only)
    return MaintenanceAnswer(
        id=window.id,
        product=agreed.product.slug,
        reference=window.reference,
        state=window_state(window, now()),
        starts_at=window.starts_at,
        ends_at=window.ends_at,
        expected_until=window.expected_until,
        started_at=window.started_at,
        done_at=window.done_at,
        environments=window.environments,
        tenants=slugs,
        impact=window.impact,
        reason=Words(nl=window.reason_nl, en=window.reason_en),
        announce_by=deadlines.by_sla if told else None,
        strictest=strictest(deadlines) if told else None,
        given_at=given.get((window.id, Change.MAINTENANCE)),
        waivers=waiver_answers(window.waivers),
        planned_by=window.planned_by,
        created_at=window.created_at,
        cancelled_at=window.cancelled_at,
        revision=window.revision,
    )
