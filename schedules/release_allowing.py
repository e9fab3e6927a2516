"""Which release may be: what breaks a promise is refused, unless a manager lets it pass (SLA 3.3)."""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from evidence.actors import Actor, May, NotAllowed
from schedules.errors import BreaksSLA, VersionExists, YearIsFull
from schedules.judging import ReleasePlan, Verdict, judge
from schedules.models import Release, Waiver
from sla.breaches import Rule
from sla.releases import budget_breach
from storage import Refused, db
from tenants.models import Product


def allowed(
    product: Product, plan: ReleasePlan, by: Actor, now: datetime, *, release: Release | None = None
) -> Verdict:
    """Judge, and let pass what a manager may and does waive. Raises BreaksSLA, with nothing left half-written."""
    try:
        verdict = judge(product, plan, now, release=release)
        if not verdict.breaches:
            return verdict
        if plan.waiver_reason and all(breach.waivable for breach in verdict.breaches):
            if not by.may(May.MANAGE):
                raise NotAllowed(f"{by.name} ({by.role.value}) may not waive a promise")
            plan.waiver_reason.must_be_whole("waiver_reason")
            return verdict
        full = any(breach.rule is Rule.RELEASE_BUDGET for breach in verdict.breaches)
        raise (YearIsFull if full else BreaksSLA)(verdict.breaches)
    except (Refused, NotAllowed, BreaksSLA):
        db.session.rollback()
        raise


def waivers_of(verdict: Verdict, plan: ReleasePlan, by: Actor, now: datetime) -> list[Waiver]:
    return [Waiver.of(breach, plan.waiver_reason, by.name, now) for breach in verdict.breaches]


def flush_or_refuse(plan: ReleasePlan, verdict: Verdict) -> None:
    """Write, with the constraints as the last word: another process may not have waited for our lock."""
    try:
        db.session.flush()
    except IntegrityError as error:
        db.session.rollback()
        if "version" in str(error.orig):
            raise VersionExists("version", _("There is a release %(version)s already.", version=plan.version)) from None
        raise YearIsFull([budget_breach(verdict.year, None)]) from None
