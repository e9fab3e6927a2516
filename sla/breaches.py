"""A promise that a plan would break, with everything a person needs to mend the plan."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Rule(StrEnum):
    """The rules a plan is held against; the value is what an API answers."""

    ACCEPTANCE_NOTICE = "acceptance_notice"
    PRODUCTION_NOTICE = "production_notice"
    MAINTENANCE_NOTICE = "maintenance_notice"
    RELEASE_BUDGET = "release_budget"
    ACCEPTANCE_FIRST = "acceptance_first"
    TEST_PERIOD = "test_period"
    VERSION_ORDER = "version_order"
    SERVICE_HOURS = "service_hours"
    CONTACT_LIMIT = "contact_limit"


# Constraints in the database: a fifth release and a fourth contact cannot exist, whoever signs for them.
NEVER_WAIVED = frozenset({Rule.RELEASE_BUDGET, Rule.CONTACT_LIMIT, Rule.ACCEPTANCE_FIRST, Rule.VERSION_ORDER})


@dataclass(frozen=True)
class Breach:
    """One promise that a plan breaks.

    ``clause`` is the contract's, empty for a product's own rule. ``given`` and ``required`` are values in the rule's
    own terms, as text: moments in ISO 8601 with their offset, periods in ISO 8601, counts. ``earliest`` is the first
    moment that would keep this promise, None where no date would.
    """

    rule: Rule
    clause: str
    given: str
    required: str
    earliest: datetime | None = None

    @property
    def waivable(self) -> bool:
        """Whether a manager may let it pass, with a reason."""
        return self.rule not in NEVER_WAIVED
