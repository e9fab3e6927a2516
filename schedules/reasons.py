"""Why a promise is let pass: customers read it, each in its own language."""

from dataclasses import dataclass
from typing import Self

from tenants import checks


@dataclass(frozen=True)
class Reason:
    """A reason in both languages; one that is said in neither counts as none."""

    nl: str = ""
    en: str = ""

    def __bool__(self) -> bool:
        return bool(self.nl or self.en)

    @property
    def is_whole(self) -> bool:
        """Whether it is said in both languages."""
        return bool(self.nl and self.en)

    def checked(self, field: str) -> Self:
        """Return it as it goes into mails. Raises Refused for a text that is too long, by the field of its language."""
        return type(self)(
            nl=checks.reason(f"{field}_nl", self.nl),
            en=checks.reason(f"{field}_en", self.en),
        )

    def must_be_whole(self, field: str) -> None:
        """Raise Refused, by the field of the language that lacks, where it is said in one language only."""
        checks.in_both(field, self.nl, self.en)


NO_REASON = Reason()
