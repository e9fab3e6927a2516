"""The reports of tenants, and which of them a release solves: those whose numbers its published notes name (SLA 5)."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from release_notes.models import Report
from schedules.models import Release
from schedules.searching import PublishedWord
from storage import Refused, among, db
from storage.words import asked
from tenants import checks
from tenants.history import TakenOver
from tenants.models import Tenant

# A release, and the patch where it is one that names the number; 0 for the release itself.
Solving = tuple[int, int]


@dataclass(frozen=True)
class ReportFacts:
    """What another administration says of a report, checked."""

    number: str
    title: str


def report_number(field: str, text: str) -> str:
    """The number of a report as the help desk gives it. Raises Refused for what notes could not name as one word.

    Letters and digits both: digits alone would be found in every year and measure.
    """
    value = checks.line(field, text, most=40)
    found = asked(value)
    whole = len(found) == 1 and value[:1].isalnum() and value[-1:].isalnum()
    if not (whole and any(sign.isdigit() for sign in value) and any(sign.isalpha() for sign in value)):
        raise Refused(field, _("Write the number as release notes name it, with its letters, such as INC-20811."))
    return value


class Reports:
    """Takes over reports in the running transaction; those of the tenants at hand are read once."""

    def __init__(self, tenants: Iterable[Tenant]) -> None:
        rows = db.session.scalars(select(Report).where(among(Report.tenant_id, {tenant.id for tenant in tenants})))
        self._known = {(row.tenant_id, row.word): row for row in rows}

    def take_over(self, tenant: Tenant, facts: ReportFacts, now: datetime) -> TakenOver:
        """Add a report or give it its present title; other reports of the tenant stay as they are."""
        (word,) = asked(facts.number)
        row = self._known.get((tenant.id, word))
        if row is None:
            row = Report(tenant_id=tenant.id, number=facts.number, word=word, title=facts.title, changed_at=now)
            db.session.add(row)
            self._known[tenant.id, word] = row
            return TakenOver.NEW
        if (row.number, row.title) == (facts.number, facts.title):
            return TakenOver.UNCHANGED
        row.number, row.title, row.changed_at = facts.number, facts.title, now
        return TakenOver.CHANGED


@dataclass(frozen=True)
class ReportLine:
    """A report, and the releases that name it in what is published of them and of their patches."""

    report: Report
    releases: list[Release]


def reports_of(tenant: Tenant, most: int = 50) -> list[ReportLine]:
    """The reports of a tenant, what was changed last first, each with the releases that name it; two queries."""
    reports = db.session.scalars(
        select(Report)
        .where(Report.tenant_id == tenant.id)
        .order_by(Report.changed_at.desc(), Report.number, Report.id)
        .limit(most)
    ).all()
    rows = db.session.execute(
        select(Report.id, Release)
        .join(PublishedWord, PublishedWord.word == Report.word)
        .join(Release, Release.id == PublishedWord.release_id)
        .where(among(Report.id, [report.id for report in reports]), Release.product_id == tenant.product_id)
        .distinct()
        .order_by(Release.production_at, Release.id)
    )
    named: dict[int, list[Release]] = defaultdict(list)
    for number, release in rows:
        named[number].append(release)
    return [ReportLine(report, named[report.id]) for report in reports]


def solved_reports(tenant: Tenant, release_ids: Collection[int]) -> dict[Solving, list[Report]]:
    """The reports of this tenant, and of no other, that these releases and their patches solve; by number, one query.

    What is published in either language counts.
    """
    rows = db.session.execute(
        select(PublishedWord.release_id, PublishedWord.patch_id, Report)
        .join(Report, Report.word == PublishedWord.word)
        .where(Report.tenant_id == tenant.id, among(PublishedWord.release_id, release_ids))
        .distinct()
        .order_by(Report.number)
    )
    found: dict[Solving, list[Report]] = defaultdict(list)
    for release_id, patch_id, report in rows:
        found[release_id, patch_id or 0].append(report)
    return dict(found)
