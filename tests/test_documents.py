"""The documents name what exists."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent
ROW = re.compile(r"^\| (SLA [\d.]+) \| .+ \| `([\w/.]+)` `(\w+)` \| `(\w+)` \|$", re.M)
ROWS = ROW.findall((PROJECT / "docs" / "sla.md").read_text())


def test_every_row_of_the_clauses_is_read() -> None:
    lines = [line for line in (PROJECT / "docs" / "sla.md").read_text().splitlines() if line.startswith("| SLA")]
    assert len(ROWS) == len(lines) > 15


@pytest.mark.parametrize(("clause", "file", "function", "test"), ROWS, ids=[f"{row[0]}-{row[2]}" for row in ROWS])
def test_clause_has_its_function_and_its_test(clause: str, file: str, function: str, test: str) -> None:
    assert re.search(rf"^\s*def {function}\(", (PROJECT / file).read_text(), re.M)
    tests = "".join(path.read_text() for path in (PROJECT / "tests").rglob("test_*.py"))
    assert re.search(rf"^def {test}\(", tests, re.M)


@pytest.mark.parametrize("document", sorted(PROJECT.glob("*.md")) + sorted((PROJECT / "docs").rglob("*.md")))
def test_links_of_a_document_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []
