"""What a release is called: its version and its titles."""

from dataclasses import replace
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import select

from evidence.actors import Actor, May, require
from schedules.errors import VersionExists
from schedules.judging import ReleasePlan
from schedules.models import Release
from storage import AllAtOnce, db
from tenants import checks
from tenants.models import Product


def retitle_release(release: Release, title_nl: str, title_en: str, by: Actor, now: datetime) -> None:
    """Change what a release is called; its dates, and what was announced of them, stay."""
    require(by, May.PLAN)
    lay_titles(release, checked_titles(title_nl, title_en), by, now)
    db.session.commit()


def lay_titles(release: Release, titles: tuple[str, str], by: Actor, now: datetime) -> None:
    """Lay titles that were checked, Dutch and English, in the running transaction."""
    if titles != (release.title_nl, release.title_en):
        release.title_nl, release.title_en = titles
        release.edits += 1
        release.edited_at, release.changed_by = now, by.name


def checked_plan(plan: ReleasePlan) -> ReleasePlan:
    """A new plan with its texts in one form. Raises Refused for one that cannot be used.

    What is moved keeps its texts, however they came to be: an import may bring a title in one language alone.
    """
    with AllAtOnce() as each:
        version = each(checks.line, "version", plan.version, most=40)
        titles = each(checked_titles, plan.title_nl, plan.title_en)
        waiver_reason = each(plan.waiver_reason.checked, "waiver_reason")
    return replace(plan, version=version, title_nl=titles[0], title_en=titles[1], waiver_reason=waiver_reason)


def checked_titles(title_nl: str, title_en: str) -> tuple[str, str]:
    """Both titles in one form, or neither. Raises Refused for one that cannot be used, and for one alone."""
    return checks.both("title", checks.line, title_nl, title_en, most=200, required=False)


def version_is_new(product: Product, version: str) -> None:
    """Raise VersionExists where a release of this version stands."""
    standing = select(Release.id).where(
        Release.product_id == product.id, Release.version == version, Release.cancelled_at.is_(None)
    )
    if db.session.scalars(standing).first() is not None:
        db.session.rollback()
        raise VersionExists("version", _("There is a release %(version)s already.", version=version))
