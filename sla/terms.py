"""The numbers of one version of the SLA, each with its clause; a customer's own agreement laid over them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import time
from enum import StrEnum

from sla.periods import Period

RELEASES_PER_YEAR = 4  # SLA 3.3; the slots of a year are a constraint in the database
CONTACTS_PER_TENANT = 3  # SLA 4.1; so are the slots of a tenant's contacts


class Change(StrEnum):
    """What a customer hears of ahead, each with a notice period of its own."""

    ACCEPTANCE = "acceptance"
    PRODUCTION = "production"
    MAINTENANCE = "maintenance"


NOTICE_CLAUSE = "SLA 3.3"
AGREEMENT_CLAUSE = "the signed agreement (SLA 0)"


@dataclass(frozen=True)
class Terms:
    """What was promised: by the SLA of a product, or by the agreement of one tenant where that differs.

    ``differs`` names the changes whose period comes from a signed agreement, which goes before the SLA, looser or
    stricter (SLA 0).
    """

    acceptance_notice: Period = Period(days=14)  # SLA 3.3: two weeks ahead
    production_notice: Period = Period(months=1)  # SLA 3.3: at least one month ahead
    maintenance_notice: Period = Period(days=7)  # SLA 3.3: aimed at, a week at least
    service_from: time = time(8)  # SLA 3.1
    service_until: time = time(20)  # SLA 3.1
    differs: frozenset[Change] = frozenset()

    def notice(self, change: Change) -> Period:
        """The period ahead of ``change`` within which it must have been announced."""
        return {
            Change.ACCEPTANCE: self.acceptance_notice,
            Change.PRODUCTION: self.production_notice,
            Change.MAINTENANCE: self.maintenance_notice,
        }[change]

    def clause(self, change: Change) -> str:
        """Where the period of ``change`` is promised: the SLA's clause, or the tenant's own agreement."""
        return AGREEMENT_CLAUSE if change in self.differs else NOTICE_CLAUSE

    def under(self, agreement: Mapping[Change, str | None]) -> "Terms":
        """Lay an agreement's ISO 8601 periods over these terms; None and empty text leave the SLA's.

        Raises ValueError for text that is no period.
        """
        own = {change: Period.parse(text) for change, text in agreement.items() if text}
        return replace(
            self,
            acceptance_notice=own.get(Change.ACCEPTANCE, self.acceptance_notice),
            production_notice=own.get(Change.PRODUCTION, self.production_notice),
            maintenance_notice=own.get(Change.MAINTENANCE, self.maintenance_notice),
            differs=self.differs | frozenset(own),
        )
