"""Release notes by what was published in them, such as the number of a report."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select, and_, false, or_, select
from sqlalchemy.orm import joinedload

from entrypoints.presenting import language
from entrypoints.search.place import Hit, Place
from schedules.models import Release
from schedules.searching import says_word
from tenants.models import LANGUAGES


def _holding(words: list[str]) -> Select[Release]:
    in_one_language = [and_(*(says_word(word, one, of_patch=False) for word in words)) for one in LANGUAGES]
    return (
        select(Release)
        .where(or_(*in_one_language), Release.cancelled_at.is_(None))
        .order_by(Release.production_at.desc(), Release.id.desc())
        .options(joinedload(Release.product))
    )


def _named(_typed: str) -> Select[Release]:
    # What is said in notes names nothing.
    return select(Release).where(false())


def _hit(release: Release) -> Hit:
    what = _("Release notes of %(version)s", version=release.version)
    page = url_for("planner.release_page", release_id=release.id)
    return Hit(what, page, f"{release.product.name}, {release.title(language())}")


PLACE = Place("notes", lambda: _("Release notes"), _holding, _named, _hit)
