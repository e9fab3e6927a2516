"""Rows that say why, in both languages."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column


class Reasoned:
    """A row with a reason in both languages."""

    reason_nl: Mapped[str] = mapped_column(String(300), default="")
    reason_en: Mapped[str] = mapped_column(String(300), default="")

    def reason(self, language: str) -> str:
        """The reason in a language, in the other one where that is missing."""
        return (self.reason_nl or self.reason_en) if language == "nl" else (self.reason_en or self.reason_nl)
