"""The tick's part of planning: duties for whoever joined late, whose agreement changed, what was imported."""

from datetime import datetime

from sqlalchemy import select

from schedules import duties, occasions
from schedules.models import MaintenanceWindow, Release, Rollout
from storage import db
from tenants.models import Product


def keep_up_all(now: datetime) -> int:
    """Make and keep up the duties of every product whose plans, tenants or agreements changed since the last pass.

    Returns how many duties were made or changed; one commit a product. Where nothing changed it costs one query.
    """
    changed = 0
    for product_id in db.session.scalars(
        select(Product.id).where(Product.plan_revision != Product.kept_revision)
    ).all():
        product = db.session.scalars(
            select(Product).where(Product.id == product_id).with_for_update(skip_locked=True, key_share=True)
        ).one_or_none()
        if product is None or product.plan_revision == product.kept_revision:
            db.session.rollback()
            continue
        kept = duties.keep_up(product, [*_releases_ahead(product, now), *_maintenance_ahead(product, now)], now)
        product.kept_revision = product.plan_revision
        db.session.commit()
        changed += kept.made + kept.recomputed + kept.superseded
    return changed


def _releases_ahead(product: Product, now: datetime) -> list[occasions.Occasion]:
    releases = db.session.scalars(
        select(Release).where(
            Release.product_id == product.id,
            Release.cancelled_at.is_(None),
            # The date of its own that a tenant has may come after everybody's.
            (Release.production_at > now) | Release.id.in_(select(Rollout.release_id).where(Rollout.planned_at > now)),
        )
    )
    return [occasion for release in releases for occasion in occasions.of_release(release)]


def _maintenance_ahead(product: Product, now: datetime) -> list[occasions.Occasion]:
    windows = db.session.scalars(
        select(MaintenanceWindow).where(
            MaintenanceWindow.product_id == product.id,
            MaintenanceWindow.cancelled_at.is_(None),
            MaintenanceWindow.starts_at > now,
        )
    )
    return [occasion for window in windows for occasion in occasions.of_maintenance(window)]
