"""Reports of tenants by number and title (SLA 5)."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload

from entrypoints.search.place import Hit, Place
from release_notes.models import Report
from storage.sought import finds


def _holding(words: list[str]) -> Select[Report]:
    return (
        select(Report).where(finds(Report, words)).order_by(Report.number, Report.id).options(joinedload(Report.tenant))
    )


def _named(_typed: str) -> Select[Report]:
    # Whoever looks for a number wants the notes that name it as well: nothing is gone to past those.
    return select(Report).where(false())


def _hit(report: Report) -> Hit:
    page = url_for("planner.tenant", slug=report.tenant.slug, _anchor="reports")
    return Hit(f"{report.number} {report.title}".strip(), page, report.tenant.name)


PLACE = Place("reports", lambda: _("Reports"), _holding, _named, _hit)
