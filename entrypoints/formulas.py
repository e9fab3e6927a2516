"""Cells that a spreadsheet would run: they get an apostrophe in front, which the import takes away again.

A telephone number begins with a plus, and a name may begin with what somebody meant to be run by whoever opens it.
"""

_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    """A text as it may stand in a cell; one that has apostrophes in front of such a sign itself gets one more."""
    return f"'{text}" if text.lstrip("'").startswith(_BEGINNINGS) else text


def unguarded(cell: str) -> str:
    """The text that ``guarded`` was given; any other cell as it is, such as 's-Hertogenbosch."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(_BEGINNINGS) else cell
