"""Plan, move and cancel a release: one transaction each. What breaks a promise is refused (SLA 3.3)."""

from dataclasses import replace
from datetime import datetime
from typing import NoReturn

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, May, NotAllowed, require
from evidence.chain import Happening, Kind, append
from outbox.services import cancel_held_by
from schedules import duties, occasions, on_record, planning_events
from schedules.date_requests import close_requests
from schedules.errors import BreaksSLA, ChangedMeanwhile, VersionExists, YearIsFull
from schedules.judging import ReleasePlan, Verdict, changed_dates, judge
from schedules.models import Release, Waiver
from schedules.reasons import NO_REASON, Reason
from schedules.searching import is_published
from sla.breaches import Rule
from sla.releases import budget_breach
from sla.terms import Change
from storage import AllAtOnce, Refused, db
from tenants import checks
from tenants.models import EnvironmentKind, Product
from tenants.planners import plans_changed, wait_for_other_planners
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
    verdict = _allowed(product, plan, by, now)
    release = release_of(product, plan, verdict, by, now)
    release.waivers = waivers = _waivers(verdict, plan, by, now)
    db.session.add(release)
    _flush_or_refuse(plan, verdict)
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
    reason = waiver_reason.checked("waiver_reason")
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    if release.revision != revision or edits not in {None, release.edits}:
        db.session.rollback()
        raise ChangedMeanwhile("revision", _("Somebody changed this release since you opened the page. Look again."))
    plan = ReleasePlan(release.version, acceptance_at, production_at, release.title_nl, release.title_en, reason)
    changed = changed_dates(plan, release)
    if release.cancelled_at is not None:
        _refuse("production_at", _("This release has been cancelled."))
    if Change.ACCEPTANCE in changed and release.acceptance_at <= now:
        _refuse("acceptance_at", _("Acceptance has been updated already; only production can move."))
    if Change.PRODUCTION in changed and release.production_at <= now:
        _refuse("production_at", _("This release has reached production; it cannot move any more."))
    if titles is not None:
        _lay_titles(release, *titles, by, now)
    if not changed:
        db.session.commit()
        return release
    verdict = _allowed(release.product, plan, by, now, release=release)
    before = {kind: release.planned_at(kind) for kind in EnvironmentKind}
    release.acceptance_at, release.production_at = acceptance_at, production_at
    release.year, release.slot = verdict.year, verdict.slot
    release.revise(by.name, now)
    waivers = _waivers(verdict, plan, by, now)
    release.waivers += waivers
    _flush_or_refuse(plan, verdict)
    duties.keep_up(release.product, occasions.of_release(release), now)
    publish(planning_events.moved(release, before), now)
    append([on_record.change(Kind.MOVED, release, by), *on_record.waived(waivers, by)], now)
    db.session.commit()
    return release


def cancel_release(release: Release, by: Actor, now: datetime, *, revision: int | None = None) -> None:
    """Cancel a release before production: its slot is free again, and whoever was told hears of it.

    Raises Refused once production has come, or where it was cancelled before; ChangedMeanwhile where ``revision`` is
    given and not the release's own any more.
    """
    require(by, May.MANAGE)
    wait_for_other_planners(release.product_id)
    db.session.refresh(release)
    if revision is not None and revision != release.revision:
        db.session.rollback()
        raise ChangedMeanwhile("revision", _("Somebody changed this release since you opened the page. Look again."))
    if release.cancelled_at is not None:
        _refuse("release", _("This release was cancelled before."))
    if release.production_at <= now:
        _refuse("release", _("This release has reached production; it cannot be cancelled any more."))
    lay_off_release(release, by, now)


def lay_off_release(release: Release, by: Actor, now: datetime) -> None:
    """Write that a release is off, for whoever has found that it may be. Commits."""
    release.cancelled_at, release.cancelled_by, release.slot = now, by.name, None
    release.revise(by.name, now)
    duties.withdraw(occasions.of_release(release), now, known_to_all=is_published(release))
    cancel_held_by(occasions.name_of_notes(release.id), None, "the release was cancelled")
    plans_changed(release.product_id)
    closed = close_requests(release, by, now)
    append([on_record.change(Kind.CANCELLED, release, by), *closed], now)
    db.session.commit()


def retitle_release(release: Release, title_nl: str, title_en: str, by: Actor, now: datetime) -> None:
    """Change what a release is called; its dates, and what was announced of them, stay."""
    require(by, May.PLAN)
    _lay_titles(release, title_nl, title_en, by, now)
    db.session.commit()


def _lay_titles(release: Release, title_nl: str, title_en: str, by: Actor, now: datetime) -> None:
    titles = _titles(title_nl, title_en)
    if titles != (release.title_nl, release.title_en):
        release.title_nl, release.title_en = titles
        release.edits += 1
        release.edited_at, release.changed_by = now, by.name


def _refuse(field: str, message: str) -> NoReturn:
    """Refuse, and let the next planner go."""
    db.session.rollback()
    raise Refused(field, message)


def checked_plan(plan: ReleasePlan) -> ReleasePlan:
    """The plan with its texts in one form. Raises Refused for one that cannot be used."""
    with AllAtOnce() as each:
        version = each(checks.line, "version", plan.version, most=40)
        titles = each(_titles, plan.title_nl, plan.title_en)
        waiver_reason = each(plan.waiver_reason.checked, "waiver_reason")
    return replace(plan, version=version, title_nl=titles[0], title_en=titles[1], waiver_reason=waiver_reason)


def _titles(title_nl: str, title_en: str) -> tuple[str, str]:
    """Both titles in one form, or neither. Raises Refused for one that cannot be used, and for one alone."""
    with AllAtOnce() as each:
        nl = each(checks.line, "title_nl", title_nl, most=200, required=False)
        en = each(checks.line, "title_en", title_en, most=200, required=False)
    checks.in_both("title", nl, en)
    return nl, en


def _allowed(
    product: Product, plan: ReleasePlan, by: Actor, now: datetime, *, release: Release | None = None
) -> Verdict:
    """Judge, and let pass what a manager may and does waive. Raises BreaksSLA, with nothing left half-written."""
    try:
        verdict = judge(product, plan, now, release=release)
    except Refused:
        db.session.rollback()
        raise
    if not verdict.breaches:
        return verdict
    if plan.waiver_reason and all(breach.waivable for breach in verdict.breaches):
        if not by.may(May.MANAGE):
            db.session.rollback()
            raise NotAllowed(f"{by.name} ({by.role.value}) may not waive a promise")
        try:
            plan.waiver_reason.must_be_whole("waiver_reason")
        except Refused:
            db.session.rollback()
            raise
        return verdict
    db.session.rollback()
    full = any(breach.rule is Rule.RELEASE_BUDGET for breach in verdict.breaches)
    raise (YearIsFull if full else BreaksSLA)(verdict.breaches)


def _waivers(verdict: Verdict, plan: ReleasePlan, by: Actor, now: datetime) -> list[Waiver]:
    return [Waiver.of(breach, plan.waiver_reason, by.name, now) for breach in verdict.breaches]


def _flush_or_refuse(plan: ReleasePlan, verdict: Verdict) -> None:
    """Write, with the constraints as the last word: another process may not have waited for our lock."""
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        if "version" in str(error.orig):
            raise VersionExists("version", _("There is a release %(version)s already.", version=plan.version)) from None
        raise YearIsFull([budget_breach(verdict.year, None)]) from None


def version_is_new(product: Product, version: str) -> None:
    """Raise VersionExists where a release of this version stands."""
    standing = select(Release.id).where(
        Release.product_id == product.id, Release.version == version, Release.cancelled_at.is_(None)
    )
    if db.session.scalars(standing).first() is not None:
        db.session.rollback()
        raise VersionExists("version", _("There is a release %(version)s already.", version=version))
