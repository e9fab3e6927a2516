"""One line of the doctor's answer."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What is so of a subject; ``mend`` says what to do where something is wrong, and is empty where it is well."""

    subject: str
    text: str
    mend: str = ""

    def __str__(self) -> str:
        if not self.mend:
            return f"ok     {self.subject}: {self.text}"
        return f"WRONG  {self.subject}: {self.text} -> {self.mend}"
