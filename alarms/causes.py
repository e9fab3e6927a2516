"""What an alarm is raised for, as it is seen at a moment."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Select

from alarms.models import AlarmKind


@dataclass(frozen=True)
class Cause:
    """One thing that is wrong now. ``kind`` and ``subject`` together say whether it is the same as a moment ago."""

    kind: AlarmKind
    subject: str
    # The lower, the worse, and told again; 0 where there are no steps.
    step: int = 0
    # How many tenants or mails it concerns.
    number: int = 1
    # What its text is made of, beside the names of the tenants.
    facts: dict[str, Any] = field(default_factory=dict)
    # Selects the names of the tenants concerned.
    tenants: Select[str] | None = None
    # It may pass by itself for so long.
    patience: timedelta = timedelta(0)

    @property
    def key(self) -> tuple[AlarmKind, str]:
        return self.kind, self.subject
