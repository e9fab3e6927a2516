"""Maintenance by reference, and by what is done."""

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from entrypoints.presenting import language, own_clock
from entrypoints.search.place import Hit, Place
from schedules.models import MaintenanceWindow
from storage.sought import finds


def _holding(words: list[str]) -> Select[MaintenanceWindow]:
    return (
        select(MaintenanceWindow)
        .where(finds(MaintenanceWindow, words))
        .order_by(MaintenanceWindow.starts_at.desc(), MaintenanceWindow.id.desc())
        .options(joinedload(MaintenanceWindow.product))
    )


def _named(typed: str) -> Select[MaintenanceWindow]:
    return select(MaintenanceWindow).where(func.lower(MaintenanceWindow.reference) == typed.lower())


def _hit(window: MaintenanceWindow) -> Hit:
    product = window.product
    starts = _("cancelled") if window.cancelled_at else own_clock(window.starts_at, product.timezone)
    return Hit(
        f"{window.reference} {window.reason(language())}".strip(),
        url_for("planner.maintenance_page", window_id=window.id),
        f"{product.name}, {starts}",
        "cancelled" if window.cancelled_at else "maintenance",
    )


PLACE = Place("maintenance", lambda: _("Maintenance"), _holding, _named, _hit)
