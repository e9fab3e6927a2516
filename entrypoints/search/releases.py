"""Releases by version and title."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from entrypoints.presenting import language, own_clock
from entrypoints.search.place import Hit, Place
from schedules.models import Release
from storage.sought import finds


def _holding(words: list[str]) -> Select[Release]:
    return (
        select(Release)
        .where(finds(Release, words))
        .order_by(Release.production_at.desc(), Release.id.desc())
        .options(joinedload(Release.product))
    )


def _named(typed: str) -> Select[Release]:
    return select(Release).where(func.lower(Release.version) == typed.lower(), Release.cancelled_at.is_(None))


def _hit(release: Release) -> Hit:
    product = release.product
    if release.cancelled_at is not None:
        stands = _("cancelled")
    else:
        stands = _("production on %(moment)s", moment=own_clock(release.production_at, product.timezone))
    return Hit(
        f"{release.version} {release.title(language())}".strip(),
        url_for("planner.release_page", release_id=release.id),
        f"{product.name}, {stands}",
        "cancelled" if release.cancelled_at else "production",
    )


PLACE = Place("releases", lambda: _("Releases"), _holding, _named, _hit)
