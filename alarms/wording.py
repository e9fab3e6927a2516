"""What every alarm has: facts, and the message made of them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import get_locale

from tenants.wording import moment_in_words

Facts = dict[str, Any]


@dataclass(frozen=True)
class Message:
    """``subject`` is a line that says it all; ``page`` is the path where something can be done."""

    subject: str
    happened: str
    todo: str
    page: str = "/planner/alarms"

    @property
    def paragraphs(self) -> list[str]:
        return [self.happened, self.todo]


def moment_of(moment: datetime, facts: Facts) -> str:
    return moment_in_words(moment, facts["zone"], str(get_locale() or "nl"))
