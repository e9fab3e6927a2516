"""Imports go down only: each package imports from the floors below, and within a floor from the lines below its own."""

import ast
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent

# From the top; within a floor the upper may import the lower. The demonstration brings its data in as a face does.
FLOORS = [
    ["app"],
    ["demo", "entrypoints"],
    ["compliance", "alarms", "announcements", "release_notes", "schedules"],
    ["accounts", "webhooks", "tenants", "outbox", "evidence"],
    ["storage"],
    ["sla"],
]
ORDER = [package for floor in FLOORS for package in floor]
# The commands that load and remove the demonstration are faces too: these two know each other.
FRIENDS = {("entrypoints", "demo")}


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def files_of(package: str) -> list[Path]:
    return [PROJECT / "app.py"] if package == "app" else sorted((PROJECT / package).rglob("*.py"))


def test_every_package_stands_on_a_floor() -> None:
    found = {path.parent.name for path in PROJECT.glob("*/__init__.py")} - {"tests", "benchmarks"}
    assert found | {"app"} == set(ORDER)


def test_imports_go_down_only() -> None:
    wrong = [
        f"{path.relative_to(PROJECT)} imports {name}"
        for package in ORDER
        for path in files_of(package)
        for name in imports_of(path)
        if (top := name.split(".")[0]) in ORDER
        and ORDER.index(top) < ORDER.index(package)
        and (package, top) not in FRIENDS
    ]
    assert wrong == []


def test_planner_and_portal_do_not_know_each_other() -> None:
    """What both need lies beside them."""
    faces = PROJECT / "entrypoints"
    files = {"portal": sorted((faces / "planner").rglob("*.py")), "planner": sorted(faces.glob("portal*.py"))}
    wrong = [
        f"{path.relative_to(PROJECT)} imports {name}"
        for other, paths in files.items()
        for path in paths
        for name in imports_of(path)
        if name.startswith(f"entrypoints.{other}")
    ]
    assert wrong == []


def test_the_contract_knows_neither_database_nor_web_nor_clock() -> None:
    foreign = {
        name.split(".")[0] for path in files_of("sla") for name in imports_of(path) if not name.startswith("sla")
    }
    assert foreign <= {"__future__", "collections", "dataclasses", "datetime", "enum", "itertools", "re"}
    assert [path.name for path in files_of("sla") if ".now(" in path.read_text()] == []
