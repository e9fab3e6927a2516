"""Plan and move a release: one transaction each. What breaks a promise is refused (SLA 3.3)."""

from datetime import datetime

from flask_babel import gettext as _

from evidence.actors import Actor, May, require
from evidence.chain import Happening, Kind, append
from schedules import duties, occasions, on_record, planning_events
from schedules.errors import ChangedMeanwhile, refuse
from schedules.judging import ReleasePlan, Verdict, changed_dates
from schedules.models import Release
from schedules.reasons import NO_REASON, Reason
from schedules.release_allowing import allowed, flush_or_refuse, waivers_of
from schedules.release_words import checked_plan, checked_titles, lay_titles, version_is_new
from sla.terms import Change
from storage import AllAtOnce, db
from tenants.models import EnvironmentKind, Product
from tenants.planners import wait_for_other_planners
from webhooks.publishing import publish


def schedule_release(product: Product, plan: ReleasePlan, by: Actor, now: datetime) -> Release:
    """Plan a release: the row, its slot and the duties of every tenant, in one commit.

    Raises BreaksSLA (YearIsFull for the fifth of a year) unless a manager waives it with a reason; VersionExists;
    Refused for a value that cannot be used.
    """
    require(by, May.PLAN)
    wait_for_other_planners(product.id)
    release, happenings = lay_release(product, plan, by, now)
    append(happenings, now)
    db.session.commit()
    return release


def lay_release(product: Product, plan: ReleasePlan, by: Actor, now: datetime) -> tuple[Release, list[Happening]]:
    """Write a release with its duties in the running transaction. Returns it, and what is to go on record at its end.

    Raises as ``schedule_release`` does, with nothing left of the transaction.
    """
    plan = checked_plan(plan)
    version_is_new(product, plan.version)
    verdict = allowed(product, plan, by, now)
    release = release_of(product, plan, verdict, by, now)
    release.waivers = waivers = waivers_of(verdict, plan, by, now)
    db.session.add(release)
    flush_or_refuse(plan, verdict)
    duties.keep_up(product, occasions.of_release(release), now)
    return release, [on_record.change(Kind.PLANNED, release, by), *on_record.waived(waivers, by)]


def release_of(product: Product, plan: ReleasePlan, verdict: Verdict, by: Actor, now: datetime) -> Release:
    """The row of a plan that may be."""
    return Release(
        product=product,
        version=plan.version,
        title_nl=plan.title_nl,
        title_en=plan.title_en,
        acceptance_at=plan.acceptance_at,
        production_at=plan.production_at,
        year=verdict.year,
        slot=verdict.slot,
        planned_by=by.name,
        changed_by=by.name,
        created_at=now,
    )


def move_release(
    release: Release,
    acceptance_at: datetime,
    production_at: datetime,
    by: Actor,
    now: datetime,
    *,
    revision: int,
    edits: int | None = None,
    titles: tuple[str, str] | None = None,
    waiver_reason: Reason = NO_REASON,
) -> Release:
    """Give a release other dates, and other ``titles`` (Dutch, English). Whoever was told the old dates is told.

    Raises ChangedMeanwhile where ``revision``, or ``edits`` where that is given, is not the release's own any more,
    Refused where the date has passed already, and what ``schedule_release`` raises.
    """
    require(by, May.PLAN)
    with AllAtOnce() as each:
        reason = each(waiver_reason.checked, "waiver_reason")
        titles = each(checked_titles, *titles) if titles is not None else None
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    if release.revision != revision or edits not in {None, release.edits}:
        db.session.rollback()
        raise ChangedMeanwhile("revision", _("Somebody changed this release since you opened the page. Look again."))
    plan = ReleasePlan(release.version, acceptance_at, production_at, release.title_nl, release.title_en, reason)
    changed = changed_dates(plan, release)
    if release.cancelled_at is not None:
        refuse("production_at", _("This release has been cancelled."))
    if Change.ACCEPTANCE in changed and release.acceptance_at <= now:
        refuse("acceptance_at", _("Acceptance has been updated already; only production can move."))
    if Change.PRODUCTION in changed and release.production_at <= now:
        refuse("production_at", _("This release has reached production; it cannot move any more."))
    if titles is not None:
        lay_titles(release, titles, by, now)
    if not changed:
        db.session.commit()
        return release
    verdict = allowed(release.product, plan, by, now, release=release)
    before = {kind: release.planned_at(kind) for kind in EnvironmentKind}
    release.acceptance_at, release.production_at = acceptance_at, production_at
    release.year, release.slot = verdict.year, verdict.slot
    release.revise(by.name, now)
    waivers = waivers_of(verdict, plan, by, now)
    release.waivers += waivers
    flush_or_refuse(plan, verdict)
    duties.keep_up(release.product, occasions.of_release(release), now)
    publish(planning_events.moved(release, before), now)
    append([on_record.change(Kind.MOVED, release, by), *on_record.waived(waivers, by)], now)
    db.session.commit()
    return release
