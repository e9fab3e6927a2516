"""What the report names is there."""

import re

import pytest

from entrypoints.settings import PROJECT
from tests.faults.catalogue import CATALOGUE

TESTS = sorted({test for fault in CATALOGUE for test in fault.tests})


@pytest.mark.parametrize("test", TESTS)
def test_fault_has_its_test(test: str) -> None:
    file, _, name = test.partition("::")
    assert re.search(rf"^def {name}\(", (PROJECT / file).read_text(), re.M)


def test_every_test_that_is_audited_is_in_the_catalogue() -> None:
    found = set()
    for file in (PROJECT / "tests" / "faults").glob("test_*.py"):
        if file.name == "test_catalogue.py":
            continue
        for name, body in re.findall(r"^def (test_\w+)\((.*?)(?=^def |\Z)", file.read_text(), re.M | re.DOTALL):
            if "scene.audit(" in body:
                found.add(f"tests/faults/{file.name}::{name}")
    assert found - set(TESTS) == set()
    assert len(found) >= 20
