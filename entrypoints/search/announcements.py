"""What was announced by hand, by its subject."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select, false, select
from sqlalchemy.orm import joinedload

from announcements.models import Bulletin
from entrypoints.presenting import language, own_clock
from entrypoints.search.place import Hit, Place
from storage.sought import finds


def _holding(words: list[str]) -> Select[Bulletin]:
    return (
        select(Bulletin)
        .where(finds(Bulletin, words))
        .order_by(Bulletin.id.desc())
        .options(joinedload(Bulletin.product))
    )


def _named(_typed: str) -> Select[Bulletin]:
    # A subject names nothing: it may be used again.
    return select(Bulletin).where(false())


def _hit(bulletin: Bulletin) -> Hit:
    if bulletin.announced_at is not None:
        stands = own_clock(bulletin.announced_at, bulletin.product.timezone)
    else:
        stands = _("draft") if bulletin.is_draft else _("dropped")
    page = url_for("planner.bulletin", bulletin_id=bulletin.id)
    return Hit(bulletin.subject(language()), page, f"{bulletin.product.name}, {stands}", bulletin.kind.value)


PLACE = Place("announcements", lambda: _("Announcements"), _holding, _named, _hit)
