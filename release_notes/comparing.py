"""What changed between two versions of a text: line by line, and within a changed line word by word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

# So many lines around a change are shown, and so many more are looked at: beyond that comparing takes its time.
AROUND = 2
MOST_LINES = 4000
MOST_WORDS = 400
# What comparing word by word may cost in all: a page comes within a second, also where everything was written anew.
MOST_PAIRS = 2_000_000
_WORDS = re.compile(r"\w+|\s+|[^\w\s]")


class Mark(StrEnum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"


Piece = tuple[Mark, str]


@dataclass(frozen=True)
class Line:
    """One line in pieces; ``skipped`` is how many equal lines stand in its place."""

    mark: Mark
    pieces: tuple[Piece, ...] = ()
    skipped: int = 0


def compared(before: str, after: str) -> list[Line]:
    """Return the lines of both texts in order, long equal passages left out; one skipped line where nothing differs."""
    return list(_folded(list(_lines(_split(before), _split(after)))))


def _split(text: str) -> list[str]:
    """The lines of a text; where nothing was written there is none, not one that is empty."""
    return text.split("\n") if text else []


def _lines(before: list[str], after: list[str]) -> Iterator[Line]:
    pairs = 0
    for kind, i1, i2, j1, j2 in _opcodes(before, after):
        if kind == "equal":
            yield from (Line(Mark.SAME, ((Mark.SAME, text),)) for text in before[i1:i2])
        elif kind == "replace" and i2 - i1 == j2 - j1:
            for old, new in zip(before[i1:i2], after[j1:j2], strict=True):
                words = _WORDS.findall(old), _WORDS.findall(new)
                pairs += len(words[0]) * len(words[1])
                if pairs > MOST_PAIRS or max(map(len, words)) > MOST_WORDS:
                    words = [old], [new]
                yield from _changed(*words)
        else:
            yield from (Line(Mark.GONE, ((Mark.GONE, text),)) for text in before[i1:i2])
            yield from (Line(Mark.NEW, ((Mark.NEW, text),)) for text in after[j1:j2])


def _opcodes(before: list[str], after: list[str]) -> Sequence[tuple[str, int, int, int, int]]:
    """What differs; of very long texts only where the first difference begins and the last one ends."""
    if max(len(before), len(after)) <= MOST_LINES:
        return SequenceMatcher(None, before, after).get_opcodes()
    most = min(len(before), len(after))
    head = next((n for n in range(most) if before[n] != after[n]), most)
    tail = next((n for n in range(most - head) if before[-1 - n] != after[-1 - n]), most - head)
    b, a = len(before) - tail, len(after) - tail
    parts = [("equal", 0, head, 0, head), ("differ", head, b, head, a), ("equal", b, len(before), a, len(after))]
    return [part for part in parts if part[1] < part[2] or part[3] < part[4]]


def _changed(old: list[str], new: list[str]) -> Iterator[Line]:
    """A line that became another one: as two lines, each with what is its own marked."""
    gone: list[Piece] = []
    come: list[Piece] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        mark = kind == "equal"
        _add(gone, Mark.SAME if mark else Mark.GONE, old[i1:i2])
        _add(come, Mark.SAME if mark else Mark.NEW, new[j1:j2])
    yield Line(Mark.GONE, tuple(gone))
    yield Line(Mark.NEW, tuple(come))


def _add(pieces: list[Piece], mark: Mark, words: Sequence[str]) -> None:
    if words:
        pieces.append((mark, "".join(words)))


def _folded(lines: list[Line]) -> Iterator[Line]:
    """The lines, with one line for those that are equal and not near a change."""
    near = [False] * len(lines)
    for number, line in enumerate(lines):
        if line.mark is not Mark.SAME:
            for other in range(max(0, number - AROUND), min(len(lines), number + AROUND + 1)):
                near[other] = True
    skipped = 0
    for number, line in enumerate(lines):
        if near[number]:
            if skipped:
                yield Line(Mark.SAME, skipped=skipped)
            skipped = 0
            yield line
        else:
            skipped += 1
    if skipped:
        yield Line(Mark.SAME, skipped=skipped)
