"""What an import found: how much is new, and everything that is wrong, so that a file is mended in one go."""

from dataclasses import dataclass, field

from flask_babel import gettext as _

from tenants.history import TakenOver

LONGEST_SHOWN = 60


@dataclass(frozen=True)
class Problem:
    """One value that cannot be taken over. ``place`` is a line, or a file of notes; ``column`` may be empty."""

    place: str
    column: str
    value: str
    message: str

    def __str__(self) -> str:
        parts = [self.place]
        if self.column:
            parts.append(f"column {self.column}, value {shown(self.value)}")
        return f"{', '.join(parts)}: {self.message}"


@dataclass(frozen=True)
class Outcome:
    """What becomes of one row of a table."""

    line: int
    became: TakenOver
    cells: dict[str, str]


@dataclass
class Findings:
    """Counts of rows, what becomes of each row of a table, and problems in the order of the lines."""

    counts: dict[TakenOver, int] = field(default_factory=lambda: dict.fromkeys(TakenOver, 0))
    outcomes: list[Outcome] = field(default_factory=list)
    problems: list[tuple[int, Problem]] = field(default_factory=list)

    def count(self, outcome: TakenOver) -> None:
        self.counts[outcome] += 1

    def refuse(self, line: int, column: str, value: str, message: str) -> None:
        """Note what is wrong on a line of a table."""
        self.problems.append((line, Problem(_("line %(line)d", line=line), column, value, message)))

    def refuse_file(self, name: str, message: str, line: int = 1) -> None:
        """Note what is wrong with a file as a whole, or from a line on."""
        place = printable(name) + (", " + _("line %(line)d", line=line) if line > 1 else "")
        self.problems.append((0, Problem(place, "", "", message)))

    def in_order(self) -> list[Problem]:
        """The problems by line; rows are not always looked at in the order of the file."""
        return [problem for _line, problem in sorted(self.problems, key=lambda found: found[0])]

    def __str__(self) -> str:
        return ", ".join(f"{number} {outcome.value}" for outcome, number in self.counts.items())


class Unusable(Exception):
    """A file that cannot be read as what it should be; it says where, and how to mend it."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


def shown(value: str) -> str:
    """A value as a screen may show it, in quotation marks."""
    return f"'{printable(value)}'"


def printable(value: str) -> str:
    """Text that is short, and without signs that steer a terminal."""
    short = value if len(value) <= LONGEST_SHOWN else f"{value[:LONGEST_SHOWN]}…"
    return "".join(sign if sign.isprintable() else "?" for sign in short)
