"""Why a plan is refused."""

from typing import NoReturn

from sla.breaches import Breach
from storage import Conflict, Refused, db


class BreaksSLA(ValueError):
    """The plan breaks one or more promises; ``breaches`` say which, what is required and when it could be."""

    def __init__(self, breaches: list[Breach]) -> None:
        super().__init__("; ".join(f"{breach.rule.value} ({breach.clause or 'product'})" for breach in breaches))
        self.breaches = breaches


class YearIsFull(BreaksSLA):
    """A fifth release in a year."""


class VersionExists(Conflict):
    """The product has a release of this version."""


class ChangedMeanwhile(Conflict):
    """Somebody else changed the plan since the page was opened."""


def refuse(field: str, message: str) -> NoReturn:
    """Refuse with nothing left half-written, and let the next planner go."""
    db.session.rollback()
    raise Refused(field, message)
