"""Puts the result of every test on record for the report: `pytest -p tests.faults.recording`, FAULT_RESULTS=FILE."""

import json
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from entrypoints.settings import PROJECT

RESULTS = Path(os.environ.get("FAULT_RESULTS", PROJECT / "instance" / "faults.jsonl"))


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        _write({"begun": datetime.now(UTC).isoformat(timespec="minutes"), "runs": os.environ.get("FAULT_RUNS", "20")})


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    # Where several processes test, only the one that collects their reports has no name.
    if "PYTEST_XDIST_WORKER" in os.environ or (report.when != "call" and report.passed):
        return
    file, _, name = report.nodeid.partition("::")
    engine = re.search(r"(sqlite|postgresql)", name)
    outcome = "defect" if hasattr(report, "wasxfail") else report.outcome
    _write(
        {
            "test": f"{file}::{name.partition('[')[0]}",
            "engine": engine[1] if engine else "sqlite",
            "outcome": outcome,
        }
        | dict(report.user_properties)
    )


def _write(line: dict[str, object]) -> None:
    with RESULTS.open("a") as file:
        file.write(json.dumps(line) + "\n")
