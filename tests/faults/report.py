"""`python -m tests.faults.report [DOCUMENT]`: the table of what was measured, printed, or laid into a document."""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.faults.catalogue import CATALOGUE, Fault
from tests.faults.recording import RESULTS

BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HEAD = "| fault | on | runs | mails | kills | lost | repeated / in doubt | sent without acceptance | late | result |"
SHORT = {"sqlite": "S", "postgresql": "P"}


def main() -> None:
    lines = list(table([json.loads(line) for line in RESULTS.read_text().splitlines()]))
    if len(sys.argv) < 2:
        print("\n".join(lines))  # noqa: T201
        return
    document = Path(sys.argv[1])
    measured = "\n".join([BEGIN, *lines, END])
    text = document.read_text()
    found = re.compile(f"{re.escape(BEGIN)}.*{re.escape(END)}", re.DOTALL)
    assert found.search(text) is not None, f"{document} has no place for the table"
    document.write_text(found.sub(lambda _place: measured, text))


def table(results: list[dict[str, Any]]) -> Iterator[str]:
    """The lines of the table in Markdown, with when and how it was measured above it."""
    begun = sorted({f"{line['begun'][:10]} with FAULT_RUNS={line['runs']}" for line in results if "begun" in line})
    yield f"Measured on {', '.join(begun)}."
    yield ""
    yield HEAD
    yield "|---|---|" + "---:|" * 7 + "---|"
    for fault in CATALOGUE:
        yield row(fault, [line for line in results if line.get("test") in fault.tests])


def row(fault: Fault, results: list[dict[str, Any]]) -> str:
    """One fault: how often it struck, on what, and what the audits found together."""
    ran = [line for line in results if line["outcome"] != "skipped"]
    if not ran:
        return f"| {fault.what} | | 0 | | | | | | | **not run** |"
    engines = " ".join(sorted({SHORT[line["engine"]] for line in ran}, reverse=True))
    audits = [line["audit"] for line in ran if "audit" in line]
    kills = sum(line.get("kills", 0) for line in ran)
    numbers = Counter[str]()
    for one in audits:
        numbers.update(one)
    outcomes = Counter(line["outcome"] for line in ran)
    words = {"failed": "**fails**", "defect": "**known defect**"}
    result = ", ".join(words[name] for name in words if outcomes[name]) or "held"
    if not audits:
        return f"| {fault.what} | {engines} | {len(ran)} | | | | | | | {result}, by its test |"
    counted = [
        numbers["mails"],
        kills or "",
        numbers["lost"],
        f"{numbers['repeated']} / {numbers['in_doubt']}",
        numbers["unproven"],
        numbers["late"],
    ]
    return f"| {fault.what} | {engines} | {len(ran)} | {' | '.join(map(str, counted))} | {result} |"


if __name__ == "__main__":
    main()
