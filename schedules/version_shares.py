"""How many tenants run what in each environment, by the support it has (SLA 4.2)."""

from dataclasses import dataclass

from schedules.support import SupportPicture, versions_running
from sla.versions import Support
from tenants.models import EnvironmentKind, Product

# From what is best to what needs a person; as a chart shows them, from left to right.
ORDER = (Support.AHEAD, Support.CURRENT, Support.PREVIOUS, Support.UPDATE_FIRST, Support.UNKNOWN)


@dataclass(frozen=True)
class Share:
    """The tenants whose version has one status: how many, where they stand in a row of all, and what they run."""

    status: Support
    tenants: int
    before: int
    versions: list[tuple[str | None, int]]


@dataclass(frozen=True)
class Shares:
    """All tenants of one environment."""

    environment: EnvironmentKind
    shares: list[Share]
    total: int

    def versions(self, status: Support) -> list[str | None]:
        """What the tenants with this status run."""
        return [version for share in self.shares if share.status is status for version, _number in share.versions]

    @property
    def newest_first(self) -> list[str]:
        """Every version that is run, the newest first."""
        return [version for version, _number in self.running if version is not None]

    @property
    def running(self) -> list[tuple[str | None, int]]:
        return [row for share in self.shares for row in share.versions]


def shares(product: Product, kind: EnvironmentKind, picture: SupportPicture) -> Shares:
    """Return the tenants of an environment by status, without those that nobody has; one query."""
    rows = versions_running(product, kind)
    found, before = [], 0
    for status in ORDER:
        versions = [row for row in rows if picture.status(row[0]) is status]
        number = sum(tenants for _version, tenants in versions)
        if number:
            found.append(Share(status, number, before, versions))
            before += number
    return Shares(kind, found, before)
