"""Reports of tenants by number."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload

from entrypoints.search.place import Hit, Place
from release_notes.models import Report
from storage.sought import folded
from storage.types import AFTER_ALL


def _holding(words: list[str]) -> Select[Report]:
    # A number is one word.
    begins = (Report.word >= words[0], Report.word < words[0] + AFTER_ALL) if len(words) == 1 else (false(),)
    return select(Report).where(*begins).order_by(Report.word, Report.id).options(joinedload(Report.tenant))


def _named(typed: str) -> Select[Report]:
    return select(Report).where(Report.word == folded(typed)).options(joinedload(Report.tenant))


def _hit(report: Report) -> Hit:
    page = url_for("planner.tenant", slug=report.tenant.slug)
    return Hit(f"{report.number} {report.title}", page, report.tenant.name)


PLACE = Place("reports", lambda: _("Reports"), _holding, _named, _hit)
