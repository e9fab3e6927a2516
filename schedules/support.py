"""Who runs what, and what support it has now or will have (SLA 4.2)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from schedules.models import Release
from sla.versions import Support, support_status, version_key
from storage import db
from tenants.models import Environment, EnvironmentKind, Installation, Product, Tenant


@dataclass(frozen=True)
class SupportPicture:
    """The releases by which support is judged at a moment: those in production, and those to come."""

    released: list[str]
    planned: list[str]

    def status(self, version: str | None) -> Support:
        return support_status(version, self.released, self.planned)

    @property
    def current(self) -> str | None:
        """N, None before the first release."""
        return max(self.released, key=version_key, default=None)

    @property
    def previous(self) -> str | None:
        """N-1, None where there is none."""
        return max((one for one in self.released if one != self.current), key=version_key, default=None)


def support_picture(product: Product, at: datetime) -> SupportPicture:
    """Return what is N, N-1 and older at a moment, now or to come. Source: SLA 4.2."""
    rows = db.session.execute(
        select(Release.version, Release.production_at).where(
            Release.product_id == product.id, Release.cancelled_at.is_(None)
        )
    ).all()
    return SupportPicture(
        released=[version for version, production_at in rows if production_at <= at],
        planned=[version for version, production_at in rows if production_at > at],
    )


def versions_running(product: Product, kind: EnvironmentKind) -> list[tuple[str | None, int]]:
    """How many tenants run each version in an environment, the newest version first, unknown ones last."""
    rows = db.session.execute(
        select(Installation.version, func.count())
        .select_from(Environment)
        .join(Tenant)
        .outerjoin(Installation, (Installation.environment_id == Environment.id) & Installation.replaced_at.is_(None))
        .where(Tenant.product_id == product.id, Environment.kind == kind)
        .group_by(Installation.version)
    ).all()
    return sorted(((version, number) for version, number in rows), key=lambda row: _sort_key(row[0]), reverse=True)


def _sort_key(version: str | None) -> tuple[int, tuple[int, ...], str]:
    try:
        return (1, version_key(version or ""), "")
    except ValueError:
        return (0, (), version or "")
