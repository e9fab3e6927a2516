"""What a vendor of any size has planned and said, written by the services that do so."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from announcements.bulletin_announcing import announce_bulletin
from announcements.bulletin_mailing import put_out
from announcements.bulletins import BulletinFacts, draft_bulletin
from announcements.models import BulletinKind
from announcements.services import announce_due
from benchmarks.vendor import ADMIN, only_product
from schedules.judging import ReleasePlan
from schedules.maintenance import schedule_maintenance
from schedules.models import Impact, Release
from schedules.reasons import Reason
from schedules.releases import schedule_release
from schedules.waves import give_wave
from schedules.window_judging import MaintenancePlan
from sla.terms import Change
from storage import db
from tenants.models import EnvironmentKind, Product, Tenant


def plan_something() -> None:
    """Releases before and ahead, maintenance ahead, of which some has been announced; something urgent; a wave."""
    product, now = only_product(), datetime.now(UTC)
    for number, ahead in enumerate((40, 220), start=1):
        acceptance = now + timedelta(days=ahead)
        dates = acceptance, acceptance + timedelta(days=60)
        release = schedule_release(product, ReleasePlan(f"2090.{number}", *dates, "Titel", "Title"), ADMIN, now)
    both = frozenset(EnvironmentKind)
    starts = (now + timedelta(days=20)).replace(hour=22, minute=0)
    window = MaintenancePlan(
        "M-1",
        starts,
        starts + timedelta(hours=3),
        both,
        Impact.OUTAGE,
        "Opslag",
        "Storage",
        exception_reason=Reason("bench", "bench"),
    )
    schedule_maintenance(product, window, ADMIN, now)
    announce_due(now + timedelta(days=12))
    announce_urgently(product, now)
    give_half_of_them_a_later_date(release, now)


def announce_urgently(product: Product, now: datetime) -> None:
    """Tell every contact; nobody has been reached yet."""
    words = BulletinFacts("Inloggen lukt niet", "Signing in fails", "Wij werken eraan.", "We are on it.")
    bulletin = draft_bulletin(product, BulletinKind.URGENT, words, ADMIN, now)
    announce_bulletin(bulletin, ADMIN, now, revision=bulletin.revision)
    put_out(now)


def give_half_of_them_a_later_date(release: Release, now: datetime) -> None:
    half = db.session.scalars(select(Tenant.id).where(Tenant.id % 2 == 0)).all()
    later = release.production_at + timedelta(days=8)
    give_wave(release, Change.PRODUCTION, half, later, "Later", "Jaarafsluiting", ADMIN, now)
